package dev.holdfast.bench.crash;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// What was seen of a node that was frozen.
///
/// @param node its role at the database
/// @param open its sessions that were in a transaction then, which stays open for as long as it is frozen
/// @param writing those of them that had written something
/// @param waited how many sessions of others at most waited for its locks at once
/// @param waitedUntil from the blow until the last time that one of them was seen to wait; null when none was
/// @param late one that still waited when none may any more, in words; null when none did
/// @param stillOpen those of its sessions that were still in a transaction at the end of the watch, by name
/// @param holds reservations that were made afterwards, while it was still frozen
/// @param confirmed orders that were confirmed in that time
record Freeze(
        String node,
        int open,
        int writing,
        int waited,
        Duration waitedUntil,
        String late,
        List<String> stillOpen,
        long holds,
        long confirmed) {

    /// For people.
    String line() {
        return String.format(
                Locale.ROOT,
                "  while %s was frozen: %d of its transactions open, %d of them writing; %s; %d of them still open"
                        + " after lease + 2 s%s; %d holds and %d confirmations from then on",
                node,
                open,
                writing,
                waitedUntil == null
                        ? "nobody waited for it"
                        : "up to " + waited + " sessions waited for it, the last until "
                                + RoundResult.seconds(waitedUntil),
                stillOpen.size(),
                stillOpen.isEmpty() ? "" : " (" + String.join(", ", stillOpen) + ")",
                holds,
                confirmed);
    }
}
