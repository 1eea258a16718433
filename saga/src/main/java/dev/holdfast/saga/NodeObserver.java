package dev.holdfast.saga;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Judges who is dead, from how the beats of all nodes move. Pure but for its memory; time is handed in.
///
/// A node is dead when this observer has seen its counter stand still for a lease of its own monotonic time. No
/// clock is compared with another's. Only time between looks that succeeded counts, and of one such gap two ticks
/// at most: an observer that was frozen for an hour has seen nothing in it. After a look that failed everything
/// begins anew, because then the others could not reach the database either.
final class NodeObserver {

    /// @param beat the node's counter
    record Seen(NodeId node, long beat) {}

    /// @param still for how long it has been seen to stand at this beat
    private record Watched(long beat, long still) {}

    private final NodeId self;
    private final long lease;
    private final long longestGap;
    private final Map<NodeId, Watched> watched = new HashMap<>();
    private boolean sighted;
    private long lastLook;

    /// @param tick between two looks
    NodeObserver(NodeId self, Duration lease, Duration tick) {
        this.self = self;
        this.lease = lease.toNanos();
        this.longestGap = 2 * tick.toNanos();
    }

    /// A look that succeeded.
    ///
    /// @param all the nodes there are
    /// @param now nanoseconds of a monotonic clock, taken before the look: what is seen is at least as new
    synchronized void sees(List<Seen> all, long now) {
        long gap = sighted ? Math.clamp(now - lastLook, 0, longestGap) : 0;
        sighted = true;
        lastLook = now;
        watched.keySet().retainAll(all.stream().map(Seen::node).toList());
        for (var seen : all) {
            watched.merge(
                    seen.node(),
                    new Watched(seen.beat(), 0),
                    (before, _) -> before.beat() == seen.beat()
                            ? new Watched(before.beat(), before.still() + gap)
                            : new Watched(seen.beat(), 0));
        }
    }

    /// A look that failed.
    synchronized void seesNothing() {
        sighted = false;
        watched.replaceAll((_, before) -> new Watched(before.beat(), 0));
    }

    synchronized List<Seen> dead() {
        return watched.entrySet().stream()
                .filter(each -> !each.getKey().equals(self) && each.getValue().still() >= lease)
                .map(each -> new Seen(each.getKey(), each.getValue().beat()))
                .toList();
    }

    /// Those that stand still for half a lease already.
    synchronized List<NodeId> doubtful() {
        return watched.entrySet().stream()
                .filter(each -> !each.getKey().equals(self) && each.getValue().still() >= lease / 2)
                .map(Map.Entry::getKey)
                .toList();
    }

    /// For how long a node stands still; empty when it has not been seen.
    synchronized Optional<Duration> still(NodeId node) {
        return Optional.ofNullable(watched.get(node)).map(seen -> Duration.ofNanos(seen.still()));
    }
}
