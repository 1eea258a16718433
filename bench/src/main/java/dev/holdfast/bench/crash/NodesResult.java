package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.RoundResult.Orders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/// What a campaign on several nodes came to.
///
/// @param done what was done, a line each
/// @param quietAfter from the end of the load until the shop was quiet and audited; null when it was ended before
/// @param invariants how often each was looked at, in words
/// @param findings what is broken, nothing when all is well
public record NodesResult(
        List<String> done,
        List<Takeover> takeovers,
        List<Freeze> freezes,
        Orders orders,
        Duration quietAfter,
        Map<String, Long> invariants,
        List<Finding> findings) {

    /// What there is to tell of a campaign that has not begun.
    static final NodesResult NOTHING =
            new NodesResult(List.of(), List.of(), List.of(), new Orders(0, 0, 0, 0), null, Map.of(), List.of());

    public boolean clean() {
        return findings.isEmpty();
    }

    public long confirmed() {
        return orders.confirmed();
    }

    /// Seconds from the blow until every saga of the node moved, least first.
    public List<Double> secondsUntilMoving() {
        return takeovers.stream()
                .filter(takeover -> takeover.sagas() > 0)
                .map(Takeover::moving)
                .filter(Objects::nonNull)
                .map(moving -> moving.toMillis() / 1e3)
                .sorted()
                .toList();
    }

    /// For people.
    public List<String> lines() {
        var lines = new ArrayList<String>();
        lines.add(
                "takeovers: blow, sagas in flight at the node, seconds until all of them moved, load average of the machine");
        for (var takeover : takeovers) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-40s %-7s %6d  %6s  %6.1f",
                    takeover.node(),
                    takeover.blow(),
                    takeover.sagas(),
                    takeover.moving() == null
                            ? "never"
                            : "%.2f".formatted(takeover.moving().toMillis() / 1e3),
                    takeover.load()));
        }
        var moving = secondsUntilMoving();
        if (!moving.isEmpty()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "  least %.2f, median %.2f, most %.2f s",
                    moving.getFirst(),
                    moving.get(moving.size() / 2),
                    moving.getLast()));
        }
        freezes(lines);
        lines.add("invariants, with the number of times each was checked:");
        invariants.forEach(
                (invariant, times) -> lines.add(String.format(Locale.ROOT, "  %,10d  %s", times, invariant)));
        findings.forEach(finding -> lines.add("BROKEN: " + finding.invariant() + ": " + finding.what()));
        lines.add(orders + "; "
                + (quietAfter == null
                        ? "ended before all was quiet and audited"
                        : "quiet " + RoundResult.seconds(quietAfter) + " after the load")
                + "; " + (clean() ? "every invariant held" : "AN INVARIANT IS BROKEN"));
        return lines;
    }

    /// Freezes that met a transaction, and what came of it.
    private void freezes(List<String> lines) {
        if (freezes.isEmpty()) {
            return;
        }
        lines.add(String.format(
                Locale.ROOT,
                "freezes: %d, %d of them in a transaction, %d in one that had written; others waited for locks of %d,"
                        + " %.2f s at most; %,d holds and %,d confirmations after lease + 2 s with a node still frozen",
                freezes.size(),
                freezes.stream().filter(freeze -> freeze.open() > 0).count(),
                freezes.stream().filter(freeze -> freeze.writing() > 0).count(),
                freezes.stream().filter(freeze -> freeze.waited() > 0).count(),
                longestWait().toMillis() / 1e3,
                freezes.stream().mapToLong(Freeze::holds).sum(),
                freezes.stream().mapToLong(Freeze::confirmed).sum()));
    }

    /// From a freeze until nobody waited for the frozen node's locks any more.
    public Duration longestWait() {
        return freezes.stream()
                .map(Freeze::waitedUntil)
                .filter(Objects::nonNull)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /// Sagas in flight at the struck nodes, least first.
    public List<Integer> inFlight() {
        return takeovers.stream().map(Takeover::sagas).sorted().toList();
    }
}
