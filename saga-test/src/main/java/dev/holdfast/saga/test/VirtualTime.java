package dev.holdfast.saga.test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// Time that passes only when somebody waits.
final class VirtualTime {

    private Instant now;

    VirtualTime(Instant start) {
        now = start;
    }

    Instant now() {
        return now;
    }

    void pass(Duration duration) {
        now = now.plus(duration);
    }

    void to(Instant moment) {
        now = moment.isAfter(now) ? moment : now;
    }

    /// What participants are given to read it by.
    Clock clock() {
        return new Clock() {
            @Override
            public Instant instant() {
                return now;
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return Clock.fixed(now, zone);
            }
        };
    }
}
