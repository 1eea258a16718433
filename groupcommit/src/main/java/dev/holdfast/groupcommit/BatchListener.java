package dev.holdfast.groupcommit;

import java.time.Duration;

/// Told about every batch, for metrics. Called on the lane's own thread: must return at once. One that throws is
/// logged and does no harm.
public interface BatchListener {

    /// A listener that does nothing.
    BatchListener NONE = new BatchListener() {};

    /// A batch was committed.
    ///
    /// @param lane the lane's name
    /// @param size requests in the batch, 1 or more
    /// @param longestWait how long the first request of the batch had been queued
    /// @param work the time the batch function took
    /// @param commit the time COMMIT took, with the statements that were sent with it
    default void committed(String lane, int size, Duration longestWait, Duration work, Duration commit) {}

    /// A batch was rolled back and will be tried again or answered with a failure.
    default void rolledBack(String lane, int size, Throwable cause) {}

    /// A COMMIT was sent and not answered. The lane finds out what became of it and runs the batch again; its
    /// callers wait meanwhile.
    default void commitLost(String lane, int size, Throwable cause) {}
}
