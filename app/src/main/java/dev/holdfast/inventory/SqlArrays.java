package dev.holdfast.inventory;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.function.Function;

/// A column of many rows as one parameter, for `unnest(?::text[], …)`: a statement is the same whatever the size of
/// the batch, so its plan is made once.
final class SqlArrays {

    private SqlArrays() {}

    static <T> void text(PreparedStatement statement, int index, Collection<T> rows, Function<T, String> column)
            throws SQLException {
        statement.setArray(index, text(statement.getConnection(), rows, column));
    }

    static <T> Array text(Connection db, Collection<T> rows, Function<T, String> column) throws SQLException {
        var values = new String[rows.size()];
        int at = 0;
        for (var row : rows) {
            values[at++] = column.apply(row);
        }
        return db.createArrayOf("text", values);
    }

    static void text(PreparedStatement statement, int index, Collection<String> values) throws SQLException {
        text(statement, index, values, Function.identity());
    }

    static <T> Array bigint(Connection db, Collection<T> rows, Function<T, Long> column) throws SQLException {
        var values = new Long[rows.size()];
        int at = 0;
        for (var row : rows) {
            values[at++] = column.apply(row);
        }
        return db.createArrayOf("int8", values);
    }

    static <T> Array ints(Connection db, Collection<T> rows, Function<T, Integer> column) throws SQLException {
        var values = new Integer[rows.size()];
        int at = 0;
        for (var row : rows) {
            values[at++] = column.apply(row);
        }
        return db.createArrayOf("int4", values);
    }

    /// The lower half of a transaction's id, as rows have it in `xmin`; compared with them as an int.
    static int transaction(String id) {
        return (int) Long.parseLong(id);
    }

    /// Times travel as microseconds since 1970, which is what the database keeps: `timestamptz 'epoch' + n *
    /// interval '1 microsecond'` is exact there, and nobody prints or parses a date.
    static <T> Array times(Connection db, Collection<T> rows, Function<T, Instant> column) throws SQLException {
        return bigint(db, rows, row -> {
            var time = column.apply(row);
            return time == null ? null : ChronoUnit.MICROS.between(Instant.EPOCH, time);
        });
    }

    static void time(PreparedStatement statement, int index, Instant time) throws SQLException {
        statement.setObject(index, time(time));
    }

    static OffsetDateTime time(Instant time) {
        return time.atOffset(ZoneOffset.UTC);
    }

    static Instant instant(OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
