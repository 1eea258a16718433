package dev.holdfast.saga;

import dev.holdfast.groupcommit.BatchListener;
import java.time.Duration;

/// Told what happens, for metrics and alarms. Called on the saga's own thread after the fact is durable: must
/// return at once; what it throws is logged and otherwise ignored.
public interface SagaListener {

    /// A listener that does nothing.
    SagaListener NONE = new SagaListener() {};

    /// A saga is durable and running.
    default void started(String sagaId, String definition) {}

    /// A saga was not taken: too many in flight, or the engine is closing. Told on the caller's thread.
    default void refused(String definition) {}

    /// An attempt at a step, or at its undo, is over.
    ///
    /// @param event what the log says about it: DONE, REFUSED, FAILED, UNCLEAR, WAITING, UNDONE, UNDO_FAILED
    default void stepEnded(String sagaId, String definition, String step, SagaEvent event, Duration duration) {}

    /// A saga has ended.
    default void ended(String sagaId, String definition, SagaStatus status, Duration duration) {}

    /// An undo did not succeed three times; it goes on being retried.
    default void deadLetter(String sagaId, String definition, String step, String error) {}

    /// A saga needs a person to look, or no longer does.
    default void attention(String sagaId, String definition, boolean needed) {}

    /// This node was fenced off: another one has taken its sagas over, because this one showed no sign of life for
    /// a lease or another has started under its name. The engine has stopped and takes no more; close it, and start
    /// another.
    default void fenced(String node) {}

    /// A node died, and this one has shared its sagas among those that live.
    ///
    /// @param sagas how many there were
    default void tookOver(String node, int sagas) {}

    /// Told about every batch the engine commits.
    default BatchListener batches() {
        return BatchListener.NONE;
    }
}
