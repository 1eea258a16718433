package dev.holdfast.saga.test;

import dev.holdfast.saga.SagaDefinition;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// What is explored: filled by [Explorer], read by the runs.
final class Setup<W, P> {

    final Function<Circumstances, W> world;
    Function<W, SagaDefinition<P>> definition;
    Function<W, P> payload;
    Function<W, String> sagaId = world -> "saga-1";
    Consumer<W> afterwards = world -> {};
    BiPredicate<W, String> refusing;
    Supplier<Instant> start = () -> Instant.parse("2030-01-01T00:00:00Z");
    Plant plant = new Plant();
    final Map<String, Invariant<? super W>> invariants = new LinkedHashMap<>();
    final Map<String, Consumer<W>> meanwhile = new LinkedHashMap<>();
    final Map<String, String> signals = new LinkedHashMap<>();
    /// Paths of logs that were found to be what the core would write.
    final Set<String> fitting = new HashSet<>();
    final Set<Fault> faults = EnumSet.allOf(Fault.class);

    Setup(Function<Circumstances, W> world) {
        this.world = world;
    }
}
