package dev.holdfast.saga;

import java.time.Instant;

/// A step that has to be undone.
///
/// @param taskId the same for the same saga and step
/// @param seq order in which tasks are worked off, from 1
/// @param retryCount attempts that did not succeed
/// @param nextRetryAt when it is tried again, `null` when it was not tried yet or is completed
public record CompensatingTask(
        String taskId, int seq, String step, String targetService, Status status, int retryCount, Instant nextRetryAt) {

    /// How far a task is.
    public enum Status {
        /// Waits for the tasks before it, or for its first answer.
        PENDING,
        /// Tried at least once, without success so far.
        SENT,
        /// Undone, by call or by hand.
        COMPLETED
    }
}
