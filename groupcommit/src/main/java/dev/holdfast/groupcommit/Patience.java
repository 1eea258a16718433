package dev.holdfast.groupcommit;

import java.time.Duration;

/// Durations as the nanoseconds a thread can wait.
final class Patience {

    private Patience() {}

    /// Longer than 292 years is as long as that.
    static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE;
        }
    }
}
