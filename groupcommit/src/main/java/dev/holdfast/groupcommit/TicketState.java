package dev.holdfast.groupcommit;

/// Where a request stands: queued → withdrawn | taken | answered, taken → abandoned | answered. One way leads back,
/// taken → queued: the request's transaction was surely rolled back, and others of its batch are tried before it.
sealed interface TicketState permits TicketState.Stage, Answer {

    /// The stages without an answer.
    enum Stage implements TicketState {
        /// Waits for its turn: the caller may still withdraw it and be sure of no effect.
        QUEUED,
        /// The caller withdrew it in time. It has no effect, and is not run any more.
        WITHDRAWN,
        /// The lane has it: from here on only the lane knows what becomes of it.
        TAKEN,
        /// Its caller gave up while the lane had it, and was told that nobody knows.
        ABANDONED
    }
}
