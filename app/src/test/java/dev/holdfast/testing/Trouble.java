package dev.holdfast.testing;

import dev.holdfast.saga.test.Circumstances;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// The circumstances of the schedule that is explored now, for services that are built once and live through all of
/// them.
public final class Trouble {

    private volatile Circumstances now;
    private volatile boolean calm;

    /// From now on this schedule is explored.
    public void within(Circumstances circumstances) {
        now = circumstances;
    }

    /// Whether something goes wrong at this point.
    public boolean happens(String what) {
        return !calm && now.happens(what);
    }

    /// Nothing goes wrong meanwhile: for work that others do on threads of their own.
    public void calm(Runnable work) {
        calm = true;
        try {
            work.run();
        } finally {
            calm = false;
        }
    }

    /// A pause of a participant.
    public void pass(Duration duration) {
        now.pass(duration);
    }

    /// The virtual time of the schedule.
    public Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return now == null ? Instant.now() : now.clock().instant();
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
