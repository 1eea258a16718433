package dev.holdfast.saga;

/// Where a step stands towards the pivot, and so what a failure of it means.
public enum StepKind {
    /// Before the pivot: can be undone.
    COMPENSATABLE,
    /// Decides: before it the saga can turn back, after it it goes through.
    PIVOT,
    /// After the pivot: repeated until it succeeds.
    RETRIABLE
}
