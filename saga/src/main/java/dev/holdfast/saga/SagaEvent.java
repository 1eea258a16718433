package dev.holdfast.saga;

/// What a row of the log says happened.
public enum SagaEvent {
    /// An attempt: the effect is durable.
    DONE,
    /// An attempt: a business no.
    REFUSED,
    /// An attempt: surely no effect.
    FAILED,
    /// An attempt: the effect may exist.
    UNCLEAR,
    /// An attempt: the answer comes later.
    WAITING,
    /// A node took the saga over; the step that was next may have run.
    RECOVERED,
    /// A node picked the saga up that was put down. None of its attempts was under way, so nothing is in doubt.
    PICKED_UP,
    /// Something from outside reached the saga: an answer it waited for, a changed request, an operator's word.
    SIGNALLED,
    /// The time of a step, or of the whole saga, is over.
    DEADLINE_PASSED,
    /// The pivot is about to be called.
    PIVOT_BEGUN,
    /// From here on finished steps are undone.
    TURNED_BACK,
    /// A step is undone.
    UNDONE,
    /// An attempt to undo did not succeed.
    UNDO_FAILED,
    /// A person undid the step by hand.
    RESOLVED,
    /// An attempt at the last act did not succeed.
    CLOSING_FAILED,
    /// The saga cannot be run by this release.
    PARKED,
    /// The end: every step is done.
    SAGA_COMPLETED,
    /// The end: turned back, and everything is undone.
    SAGA_FAILED
}
