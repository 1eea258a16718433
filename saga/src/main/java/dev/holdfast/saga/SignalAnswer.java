package dev.holdfast.saga;

/// What became of a signal.
public sealed interface SignalAnswer {

    /// It is durable, and the saga takes it as soon as it can.
    ///
    /// @param again the same signal was recorded before
    record Recorded(boolean again) implements SignalAnswer {}

    /// The key stands for another signal of this saga. Nothing was recorded.
    record KeyReused() implements SignalAnswer {}

    /// The saga has ended. Nothing was recorded.
    record Ended(SagaStatus status) implements SignalAnswer {}

    /// There is no such saga. Nothing was recorded.
    record Unknown() implements SignalAnswer {}
}
