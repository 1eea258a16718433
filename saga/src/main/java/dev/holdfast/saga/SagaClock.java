package dev.holdfast.saga;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// The time sagas live in: what they ask it, and how they wait. The only place where a saga sleeps, so a clock of
/// one's own runs sagas in virtual time.
public interface SagaClock {

    /// Now, in microseconds: what PostgreSQL keeps.
    Instant now();

    /// Waits until a moment has come, or the alarm rings.
    void sleep(Instant until, Alarm alarm) throws InterruptedException;

    /// The system's time.
    static SagaClock system() {
        return of(Clock.systemUTC());
    }

    /// The time of a [Clock], waiting in real time.
    static SagaClock of(Clock clock) {
        return new SagaClock() {
            @Override
            public Instant now() {
                return clock.instant().truncatedTo(ChronoUnit.MICROS);
            }

            @Override
            public void sleep(Instant until, Alarm alarm) throws InterruptedException {
                alarm.await(Duration.between(now(), until));
            }
        };
    }
}
