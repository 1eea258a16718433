package dev.holdfast.inventory;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.function.Function;

/// A column of many rows as one parameter, for `unnest(?::text[], …)`: a statement is the same whatever the size of
/// the batch, so its plan is made once.
final class SqlArrays {

    private SqlArrays() {}

    static <T> void text(PreparedStatement statement, int index, Collection<T> rows, Function<T, String> column)
            throws SQLException {
        var values = rows.stream().map(column).toArray(String[]::new);
        statement.setArray(index, statement.getConnection().createArrayOf("text", values));
    }

    static void text(PreparedStatement statement, int index, Collection<String> values) throws SQLException {
        text(statement, index, values, Function.identity());
    }

    static <T> void bigint(PreparedStatement statement, int index, Collection<T> rows, Function<T, Long> column)
            throws SQLException {
        var values = rows.stream().map(column).toArray(Long[]::new);
        statement.setArray(index, statement.getConnection().createArrayOf("bigint", values));
    }

    /// Times travel as text, to the microsecond the database keeps.
    static <T> void times(PreparedStatement statement, int index, Collection<T> rows, Function<T, Instant> column)
            throws SQLException {
        text(statement, index, rows, row -> {
            var time = column.apply(row);
            return time == null ? null : time.toString();
        });
    }

    static void time(PreparedStatement statement, int index, Instant time) throws SQLException {
        statement.setObject(index, time.atOffset(ZoneOffset.UTC));
    }

    static Instant instant(OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }
}
