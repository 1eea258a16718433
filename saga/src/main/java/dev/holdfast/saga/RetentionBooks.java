package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

/// What is recorded of the retention: how long, which ranges there are, what is gone.
final class RetentionBooks {

    /// What is wanted now, for operators; what is gone stays.
    private static final String WANT = """
            INSERT INTO saga.saga_retention (prefix, keep)
            VALUES (?, ? * interval '1 second')
                ON CONFLICT (prefix) DO UPDATE SET keep = excluded.keep WHERE saga_retention.keep <> excluded.keep
            """;

    private static final String GONE = """
            UPDATE saga.saga_retention
               SET dropped = dropped + ?, gone_below = greatest(gone_below, ?)
             WHERE prefix = ?
            """;

    private static final String RANGES = """
            SELECT suffix, prefix, from_at, until_at, drop_after, sagas_about, bytes, lower_id, upper_id
              FROM saga.saga_partitions
             ORDER BY lower_id COLLATE "C" NULLS LAST
            """;

    /// A clock that is wrong must not make everything old.
    private static final String CLOCK = "SELECT clock_timestamp()";

    private RetentionBooks() {}

    static void want(Connection db, String prefix, Duration keep) throws SQLException {
        try (var want = db.prepareStatement(WANT)) {
            want.setString(1, prefix);
            want.setLong(2, keep.toSeconds());
            want.executeUpdate();
        }
    }

    /// In the transaction in which they go, so that nobody misses a saga and does not find it here.
    static void gone(Connection db, String prefix, String below, long sagas) throws SQLException {
        try (var gone = db.prepareStatement(GONE)) {
            gone.setLong(1, sagas);
            gone.setString(2, below);
            gone.setString(3, prefix);
            gone.executeUpdate();
        }
    }

    static List<SagaRange> ranges(Connection db) throws SQLException {
        var ranges = new ArrayList<SagaRange>();
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(RANGES)) {
            while (rows.next()) {
                ranges.add(new SagaRange(
                        rows.getString("suffix"),
                        rows.getString("prefix"),
                        moment(rows, "from_at"),
                        moment(rows, "until_at"),
                        moment(rows, "drop_after"),
                        rows.getLong("sagas_about"),
                        rows.getLong("bytes"),
                        rows.getString("lower_id"),
                        rows.getString("upper_id")));
            }
        }
        return ranges;
    }

    static Instant databaseClock(Connection db) throws SQLException {
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(CLOCK)) {
            rows.next();
            return rows.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    private static Instant moment(ResultSet rows, String column) throws SQLException {
        var moment = rows.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }
}
