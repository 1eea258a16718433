package dev.holdfast.groupcommit;

/// Where a request stands. It only moves forward: queued → withdrawn | taken | answered, taken → abandoned |
/// answered.
sealed interface TicketState permits TicketState.Stage, Answer {

    /// The stages without an answer.
    enum Stage implements TicketState {
        /// In the queue: the caller may still withdraw it and be sure of no effect.
        QUEUED,
        /// The caller withdrew it in time. It is never run.
        WITHDRAWN,
        /// The lane has it: from here on only the lane knows what becomes of it.
        TAKEN,
        /// Its caller gave up while the lane had it, and was told that nobody knows.
        ABANDONED
    }
}
