package dev.holdfast.saga;

/// Where a saga stands. What a customer sees is the business of the steps.
public enum SagaStatus {
    /// Going forward.
    STARTED,
    /// Turned back: finished steps are being undone.
    COMPENSATING,
    /// Every step is done.
    COMPLETED,
    /// Turned back, and every compensating task is completed.
    FAILED;

    /// Nothing more happens to it.
    public boolean ended() {
        return this == COMPLETED || this == FAILED;
    }
}
