package dev.holdfast.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;

/// For how long sagas that have ended are kept.
///
/// @param keep how long a saga is kept at least, counted from its start and from its end. 1 hour to 10 years.
///     Longer than nearly every saga takes: those that still run when their range is due have to be moved
/// @param period the length of a range, which goes as a whole: a saga is gone at the latest one period after it
///     may. 1 minute to 1 year, and not more than 200 ranges may be kept at once. Every batch opens all of them:
///     of 200 commands, ten cost about a twelfth of the database's time, forty a quarter; of fewer, more
/// @param prefixes of the ids that begin with the time: the prefix, then a UUID of version 7. 1 to 20 characters
///     each: letters, digits, `_`, `.` and `-`; up to 20 of them, none the beginning of another. A saga under any
///     other id is kept for good
public record RetentionSettings(Duration keep, Duration period, List<String> prefixes) {

    private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_.-]{1,20}");
    private static final int MOST_RANGES = 200;

    public RetentionSettings {
        within("keep", keep, Duration.ofHours(1), Duration.ofDays(3660));
        within("period", period, Duration.ofMinutes(1), Duration.ofDays(366));
        prefixes = List.copyOf(prefixes);
        if (prefixes.isEmpty() || prefixes.size() > 20) {
            throw new IllegalArgumentException("there must be 1 to 20 prefixes, not " + prefixes.size());
        }
        if (keep.dividedBy(period) * prefixes.size() > MOST_RANGES) {
            throw new IllegalArgumentException("keep %s in periods of %s for %d prefixes makes more than %d ranges"
                    .formatted(keep, period, prefixes.size(), MOST_RANGES));
        }
        for (var prefix : prefixes) {
            if (!PREFIX.matcher(prefix).matches()) {
                throw new IllegalArgumentException(
                        "a prefix has 1 to 20 letters, digits, '_', '.' and '-', not '" + prefix + "'");
            }
            if (prefixes.stream().filter(each -> each.startsWith(prefix)).count() > 1) {
                throw new IllegalArgumentException(
                        "prefix '" + prefix + "' is the beginning of another, or there twice");
            }
        }
    }

    /// Sagas under ids of one prefix, in periods of a fifth of the time, which makes about nine ranges.
    public static RetentionSettings keeping(Duration keep, String prefix) {
        return new RetentionSettings(keep, keep.dividedBy(5), List.of(prefix));
    }

    public RetentionSettings withPeriod(Duration length) {
        return new RetentionSettings(keep, length, prefixes);
    }

    /// The smallest id that a saga which begins at this moment can have. The first 48 bits of a UUID of version 7
    /// are the milliseconds since 1970 (RFC 9562), and ids are compared byte by byte.
    static String bound(String prefix, Instant moment) {
        var hex = "%012x".formatted(Math.max(0, moment.toEpochMilli()));
        return prefix + hex.substring(0, 8) + "-" + hex.substring(8);
    }

    /// The first moment of the period that a moment lies in.
    Instant startOfPeriod(Instant moment) {
        long millis = period.toMillis();
        return Instant.ofEpochMilli(Math.floorDiv(moment.toEpochMilli(), millis) * millis);
    }

    private static void within(String setting, Duration value, Duration least, Duration most) {
        if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException("%s must be %s to %s, not %s".formatted(setting, least, most, value));
        }
    }
}
