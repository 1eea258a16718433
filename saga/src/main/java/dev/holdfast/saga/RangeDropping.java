package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/// Drops ranges that are old.
final class RangeDropping {

    /// More than these are not moved while writers wait: sagas that take longer than they are kept are many, and
    /// their range stays until they have ended.
    private static final int MOST_MOVED = 2_000;

    /// `undefined_table`: another node has dropped it meanwhile.
    private static final String GONE = "42P01";

    /// Looked for before writers are shut out, because it may take reading the whole of it. What has not ended yet
    /// is among it, so whatever ends between this and the lock is known too.
    private static final String LATE = """
            SELECT saga_id
              FROM saga."saga_runs%1$s"
             WHERE status IN ('STARTED', 'COMPENSATING') OR updated_at > ?
             LIMIT ?
            """;

    private static final String COUNT = "SELECT count(*) FROM saga.\"saga_runs%1$s\"";

    private final DataSource dataSource;
    private final ShortLocks locks;

    RangeDropping(DataSource dataSource, ShortLocks locks) {
        this.dataSource = dataSource;
        this.locks = locks;
    }

    /// The oldest first, and none before an older one is gone: below what is recorded as gone there is no range.
    ///
    /// @param before sagas that began and ended before this may go
    void drop(String prefix, Instant before, SagaRetention.Round round) {
        for (var range : Database.reading(dataSource, RetentionBooks::ranges)) {
            if (prefix.equals(range.prefix()) && !range.until().isAfter(before) && !drop(range, before, round)) {
                return;
            }
        }
    }

    private boolean drop(SagaRange range, Instant before, SagaRetention.Round round) {
        try {
            long sagas = Database.reading(dataSource, db -> count(db, range));
            var late = Database.reading(dataSource, db -> late(db, range, before));
            if (late.size() > MOST_MOVED) {
                round.putOff(range.suffix(), "more than " + MOST_MOVED + " of its sagas have not ended, or just now");
                return false;
            }
            var moved = new ArrayList<String>();
            var went = locks.change(db -> {
                moved.clear();
                moved.addAll(drop(db, range, late, sagas));
            });
            if (!round.went(range.suffix(), went)) {
                return false;
            }
            round.dropped(range.suffix(), sagas - moved.size(), moved.size());
            return true;
        } catch (SagaStoreException e) {
            if (ShortLocks.stateOf(e).equals(GONE)) {
                return true;
            }
            throw e;
        }
    }

    /// Under the lock nobody has written what is not committed, and nobody reads half of it: a reader that has seen
    /// a saga's row keeps a lock on that table until it has read the log too. Either all of this is committed or
    /// none.
    private List<String> drop(Connection db, SagaRange range, List<String> late, long sagas) throws SQLException {
        var partitions = new SagaPartitions(db);
        partitions.lock(SagaPartitions.DEFAULT, range.suffix());
        var staying = partitions.staying(range.suffix(), late);
        partitions.detach(range.suffix());
        partitions.move(range.suffix(), staying);
        partitions.drop(range.suffix());
        RetentionBooks.gone(db, range.prefix(), range.upperId(), sagas - staying.size());
        return staying;
    }

    private static long count(Connection db, SagaRange range) throws SQLException {
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(COUNT.formatted(range.suffix()))) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static List<String> late(Connection db, SagaRange range, Instant before) throws SQLException {
        try (var statement = db.prepareStatement(LATE.formatted(range.suffix()))) {
            statement.setObject(1, before.atOffset(ZoneOffset.UTC));
            statement.setInt(2, MOST_MOVED + 1);
            try (var rows = statement.executeQuery()) {
                var late = new ArrayList<String>();
                while (rows.next()) {
                    late.add(rows.getString(1));
                }
                return late;
            }
        }
    }
}
