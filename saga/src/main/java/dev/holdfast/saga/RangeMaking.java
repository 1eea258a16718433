package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Objects;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the ranges of the coming periods.
///
/// Nothing depends on a range being there: a saga that no range takes lies in the default partition. It only cannot
/// go as cheaply as one that lies in a range.
final class RangeMaking {

    private static final Logger LOG = LoggerFactory.getLogger(RangeMaking.class);

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd_HHmmss").withZone(ZoneOffset.UTC);

    /// Periods after the current one, so that rounds may fail for as long.
    private static final int AHEAD = 2;

    /// Attaching a range looks through the default partition while nobody can write. Of this size it takes about as
    /// long as a writer may be held up.
    private static final long DEFAULT_BYTES_AT_MOST = 256L << 20;

    /// The same once in a shop's life, for what was there before the first range: seconds.
    private static final long TAKEN_BYTES_AT_MOST = 4L << 30;

    /// `check_violation`: the default partition has rows of that range; `invalid_object_definition`: it overlaps
    /// one; `transaction_timeout`, `query_canceled`: it takes longer than writers may be held up.
    private static final List<String> NOT_POSSIBLE = List.of("23514", "42P17", "25P04", "57014");

    private final DataSource dataSource;
    private final ShortLocks locks;
    private final RetentionSettings settings;

    RangeMaking(DataSource dataSource, ShortLocks locks, RetentionSettings settings) {
        this.dataSource = dataSource;
        this.locks = locks;
        this.settings = settings;
    }

    void make(String prefix, Instant now, SagaRetention.Round round) {
        var current = settings.startOfPeriod(now);
        var until = covered(prefix);
        if (until == null && defaultBytes() <= TAKEN_BYTES_AT_MOST) {
            takeWhatIsThere(prefix, current.plus(settings.period()), round);
            until = covered(prefix);
        }
        var from = until == null || until.isBefore(current) ? current : until;
        var end = current.plus(settings.period().multipliedBy(1 + AHEAD));
        if (from.isBefore(end) && defaultBytes() > DEFAULT_BYTES_AT_MOST) {
            round.putOff(
                    name(prefix, from),
                    "the default partition is larger than " + (DEFAULT_BYTES_AT_MOST >> 20)
                            + " MB, and making a range would hold writers up while it is looked through");
            return;
        }
        while (from.isBefore(end)) {
            var to = settings.startOfPeriod(from).plus(settings.period());
            makeOne(prefix, from, to, round);
            from = to;
        }
    }

    /// Sagas that were there before the first range become one, if no others lie beside them: without copying, and
    /// with writers held up for as long as PostgreSQL takes to look through them once. Where there are others,
    /// theirs is the default partition, and those of the prefix are pruned from it when they are old.
    private void takeWhatIsThere(String prefix, Instant until, SagaRetention.Round round) {
        var range = name(prefix, Instant.EPOCH);
        var upper = RetentionSettings.bound(prefix, until);
        attempt(range, round, db -> {
            var partitions = new SagaPartitions(db);
            if (!partitions.defaultHas(prefix, endOf(prefix)) || partitions.defaultHasOthersThan(prefix, upper)) {
                return false;
            }
            LOG.info("retention: the sagas that are there become range {}; writers wait meanwhile", range);
            partitions.lock(SagaPartitions.DEFAULT);
            partitions.turnDefaultInto(range, prefix, upper);
            return true;
        });
    }

    private void makeOne(String prefix, Instant from, Instant to, SagaRetention.Round round) {
        var range = name(prefix, from);
        var lower = RetentionSettings.bound(prefix, from);
        var upper = RetentionSettings.bound(prefix, to);
        attempt(range, round, db -> {
            var partitions = new SagaPartitions(db);
            if (RetentionBooks.ranges(db).stream().anyMatch(each -> range.equals(each.suffix()))) {
                return false;
            }
            if (partitions.defaultHas(lower, upper)) {
                round.putOff(range, "the default partition has sagas of it, which stay there");
                return false;
            }
            partitions.create(range);
            partitions.attach(range, lower, upper);
            return true;
        });
    }

    private interface Making {
        boolean made(Connection db) throws SQLException;
    }

    private void attempt(String range, SagaRetention.Round round, Making making) {
        var made = new boolean[1];
        try {
            var went = locks.change(db -> made[0] = making.made(db));
            if (round.went(range, went) && made[0]) {
                round.made(range);
            }
        } catch (SagaStoreException e) {
            if (!NOT_POSSIBLE.contains(ShortLocks.stateOf(e))) {
                throw e;
            }
            round.putOff(range, e.getMessage());
        }
    }

    /// Until when the prefix has ranges, or `null`.
    private Instant covered(String prefix) {
        return Database.reading(dataSource, RetentionBooks::ranges).stream()
                .filter(range -> prefix.equals(range.prefix()))
                .map(SagaRange::until)
                .filter(Objects::nonNull)
                .max(Instant::compareTo)
                .orElse(null);
    }

    private long defaultBytes() {
        return Database.reading(dataSource, db -> new SagaPartitions(db).defaultBytes());
    }

    private static String name(String prefix, Instant from) {
        return "_" + prefix + "_" + NAME.format(from);
    }

    /// Behind every hexadecimal digit.
    private static String endOf(String prefix) {
        return prefix + "g";
    }
}
