package dev.holdfast.saga;

import java.time.Instant;

/// Where a saga's history goes. The engine's is the database; one of another kind lets a saga run without.
interface SagaLog {

    /// Returns when everything in the command is durable, however long that takes.
    ///
    /// @return the session of the database that recorded it, for the saga's next append to name; 0 for none
    /// @throws StoppedException it cannot be, or must not be, recorded here any more
    long append(Command.Append append);

    /// Returns when it is durable that a saga does not run for a while.
    ///
    /// @param until when it is picked up again, if nothing happens before
    /// @throws StoppedException it must not be recorded here any more
    default void putDown(String sagaId, Instant until) {
        throw new UnsupportedOperationException("sagas are not put down here");
    }

    /// Whether sagas should stop before their next act.
    boolean stopped();
}
