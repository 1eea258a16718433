package dev.holdfast.platform.events;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Holds a relay to a number of events a second. What was not used is kept for a tenth of a second, so pauses and
/// pages do not make it slower than that number, and a rest does not make it faster afterwards. One thread.
final class Pace {

    private static final long KEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final int perSecond;
    private final LongSupplier nanoTime;
    private double allowed = 1;
    private long at;

    /// @param perSecond 0: no limit
    /// @param nanoTime as of [System#nanoTime()]
    Pace(int perSecond, LongSupplier nanoTime) {
        this.perSecond = perSecond;
        this.nanoTime = nanoTime;
        this.at = nanoTime.getAsLong();
    }

    /// How many may go now, of those that would.
    int allowed(int wanted) {
        if (perSecond == 0) {
            return wanted;
        }
        long now = nanoTime.getAsLong();
        double most = Math.max(1, perSecond * (KEPT_NANOS / 1e9));
        allowed = Math.min(most, allowed + perSecond * ((now - at) / 1e9));
        at = now;
        return (int) Math.min(wanted, Math.floor(allowed));
    }

    void gone(int events) {
        if (perSecond > 0) {
            allowed -= events;
        }
    }

    /// Until the next may go.
    Duration untilNext() {
        return perSecond == 0 ? Duration.ZERO : Duration.ofNanos((long) (Math.max(0, 1 - allowed) / perSecond * 1e9));
    }
}
