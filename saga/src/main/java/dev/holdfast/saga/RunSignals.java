package dev.holdfast.saga;

import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/// What has come for a saga that runs and is not taken yet. Handed over by any thread, taken by the saga's.
final class RunSignals {

    private final Queue<Signal> waiting = new ConcurrentLinkedQueue<>();
    /// Delivered once: a signal is offered again and again until it is taken.
    private final Set<String> offered = ConcurrentHashMap.newKeySet();

    /// @return whether it is new
    boolean offer(Signal signal) {
        return offered.add(signal.key()) && waiting.add(signal);
    }

    boolean none() {
        return waiting.isEmpty();
    }

    /// Takes the first that need not stay, in the order in which they came.
    Optional<Signal> take(Predicate<Signal> stays) {
        for (var each = waiting.iterator(); each.hasNext(); ) {
            var signal = each.next();
            if (!stays.test(signal)) {
                each.remove();
                return Optional.of(signal);
            }
        }
        return Optional.empty();
    }
}
