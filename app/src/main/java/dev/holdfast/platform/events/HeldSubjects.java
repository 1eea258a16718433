package dev.holdfast.platform.events;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/// The subjects a relay does not read for now, because a consumer failed on one of their events. In memory only: a
/// relay that starts tries them at once and finds out for itself.
final class HeldSubjects {

    private static final Duration NEVER = Duration.ofDays(1);

    private final EventSettings settings;
    private final Map<String, Hold> holds = new HashMap<>();

    private record Hold(long id, long dueNanos) {}

    HeldSubjects(EventSettings settings) {
        this.settings = settings;
    }

    /// @param id of the row that failed, the lowest undelivered one of the subject
    /// @param attempts so far, at least 1: the more, the longer it is held back
    void hold(String subject, long id, int attempts) {
        var wait = OutboxRelay.doubled(settings.retryFirst(), attempts - 1, settings.retryMost());
        holds.put(subject, new Hold(id, System.nanoTime() + wait.toNanos()));
    }

    /// What is due is simply no longer left out, so the next page has it, its earliest event first.
    ///
    /// @return whether there was any
    boolean letGoOfDue() {
        long now = System.nanoTime();
        return holds.values().removeIf(hold -> hold.dueNanos() - now <= 0);
    }

    boolean full() {
        return holds.size() >= settings.heldMost();
    }

    Collection<String> subjects() {
        return holds.keySet();
    }

    /// `Long.MAX_VALUE` when none is held.
    long lowestId() {
        return holds.values().stream().mapToLong(Hold::id).min().orElse(Long.MAX_VALUE);
    }

    Duration untilDue() {
        long now = System.nanoTime();
        return holds.values().stream()
                .map(hold -> Duration.ofNanos(Math.max(0, hold.dueNanos() - now)))
                .min(Duration::compareTo)
                .orElse(NEVER);
    }
}
