package dev.holdfast.saga;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Ends a sleep early. A ring that comes while nobody sleeps ends the next sleep, so none is lost.
public final class Alarm {

    private final Semaphore rings = new Semaphore(0);

    /// Wakes the sleeper.
    public void ring() {
        rings.release();
    }

    /// Whether the next sleep ends at once.
    boolean isRung() {
        return rings.availablePermits() > 0;
    }

    /// Sleeps for a time of the system's clock; 292 years is the longest.
    ///
    /// @return whether it rang
    public boolean await(Duration atMost) throws InterruptedException {
        boolean rang = rings.tryAcquire(Math.max(0, TimeUnit.NANOSECONDS.convert(atMost)), TimeUnit.NANOSECONDS);
        if (rang) {
            rings.drainPermits();
        }
        return rang;
    }
}
