package dev.holdfast.saga.test.conformance;

import java.time.Duration;

/// How the checks are run.
///
/// @param ids begins the id of every saga: different for every run against the same database, 1 to 20 characters of
///     `a-z`, `0-9` and `-`
/// @param threads how many call at the same time in a race, 2 to 100, default 4
/// @param rounds how often each race is run, 1 to 10,000, default 25
/// @param repetitions how often a call that answers nothing definite is repeated, 0 to 10,000, default 100
/// @param pause between two repetitions, and two looks at an effect; up to a minute, default 20 ms
/// @param patience how long an effect may take to show or to go after the answer, up to ten minutes; default none.
///     For participants that finish an undo by themselves
public record ConformanceSettings(
        String ids, int threads, int rounds, int repetitions, Duration pause, Duration patience) {

    public ConformanceSettings {
        if (ids == null || !ids.matches("[a-z0-9-]{1,20}")) {
            throw new IllegalArgumentException("ids begin with 1 to 20 of a-z, 0-9 and '-', not with '" + ids + "'");
        }
        within("threads", threads, 2, 100);
        within("rounds", rounds, 1, 10_000);
        within("repetitions", repetitions, 0, 10_000);
        within("milliseconds of pause", pause.toMillis(), 0, 60_000);
        within("milliseconds of patience", patience.toMillis(), 0, 600_000);
    }

    /// The defaults.
    public static ConformanceSettings of(String ids) {
        return new ConformanceSettings(ids, 4, 25, 100, Duration.ofMillis(20), Duration.ZERO);
    }

    public ConformanceSettings rounds(int number) {
        return new ConformanceSettings(ids, threads, number, repetitions, pause, patience);
    }

    public ConformanceSettings patience(Duration longest) {
        return new ConformanceSettings(ids, threads, rounds, repetitions, pause, longest);
    }

    private static void within(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(least + " to " + most + " " + what + " are possible, not " + value);
        }
    }
}
