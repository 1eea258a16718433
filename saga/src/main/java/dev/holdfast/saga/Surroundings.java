package dev.holdfast.saga;

import java.time.Duration;
import java.util.Optional;

/// What a run asks of the engine around it.
interface Surroundings {

    /// A saga alone: nothing is paused, nothing put down, and there are no other sagas.
    Surroundings NONE = new Surroundings() {};

    /// Whether no attempts are to be made at sagas of a definition.
    default boolean paused(String definition) {
        return false;
    }

    /// From which pause on a saga is put down instead of sleeping on its thread; empty for never.
    default Optional<Duration> putDownAfter() {
        return Optional.empty();
    }

    /// Makes one attempt at a step that consists of sagas, or at undoing it.
    default <P> Outcome children(Step<P> step, P payload, StepCall call) throws Exception {
        throw new UnsupportedOperationException("step '" + step.name() + "' consists of sagas, and here are none");
    }

    /// A signal that was recorded together with a row: it is to be delivered.
    default void deliver(Signal signal) {}

    /// How many rows a log may have before its saga is parked.
    default int maxLogRows() {
        return Integer.MAX_VALUE;
    }
}
