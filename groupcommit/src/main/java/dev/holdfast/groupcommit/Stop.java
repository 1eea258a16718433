package dev.holdfast.groupcommit;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells a lane that the time for an orderly end is over. Every pause of a lane is taken here, so none outlasts it.
final class Stop {

    private final CountDownLatch requested = new CountDownLatch(1);

    void request() {
        requested.countDown();
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /// Pauses the lane. An interrupt ends the pause early and is forgotten: it is a nudge, the latch is the reason.
    ///
    /// @return false if the lane must stop
    boolean pause(long nanos) {
        try {
            return !requested.await(nanos, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return !isRequested();
        }
    }
}
