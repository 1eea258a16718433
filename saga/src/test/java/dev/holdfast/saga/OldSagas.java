package dev.holdfast.saga;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// Sagas of another time: ids that begin with it, and engines that live in it.
final class OldSagas {

    static final String PREFIX = "saga_trip_";
    static final RetentionSettings THIRTY_DAYS =
            RetentionSettings.keeping(Duration.ofDays(30), PREFIX).withPeriod(Duration.ofDays(1));

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd").withZone(ZoneOffset.UTC);

    private static final Instant NOW = Instant.now();

    private OldSagas() {}

    static Instant ago(Duration age) {
        return NOW.minus(age);
    }

    static SagaClock clock(Duration behind) {
        return SagaClock.of(Clock.offset(Clock.systemUTC(), behind.negated()));
    }

    /// An id that a saga of that age has.
    static String id(Duration age, int number) {
        return RetentionSettings.bound(PREFIX, ago(age)) + "-7000-8000-%012x".formatted(number);
    }

    /// The range of the day on which sagas of that age began.
    static String range(Duration age) {
        return "_" + PREFIX + "_" + NAME.format(ago(age)) + "_000000";
    }
}
