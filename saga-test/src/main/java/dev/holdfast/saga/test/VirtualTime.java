package dev.holdfast.saga.test;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// Time that passes only when somebody waits.
final class VirtualTime {

    private Instant now;
    private Duration nodesAhead = Duration.ZERO;

    VirtualTime(Instant start) {
        now = start;
    }

    Instant now() {
        return now;
    }

    /// By the clock of the node, which may be wrong.
    Instant nodesNow() {
        return now.plus(nodesAhead);
    }

    /// Moves the clock of the node, and no other.
    void jump(Duration by) {
        nodesAhead = nodesAhead.plus(by);
    }

    /// Another node: its clock is right.
    void newNode() {
        nodesAhead = Duration.ZERO;
    }

    void pass(Duration duration) {
        now = now.plus(duration);
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
