package dev.holdfast.payment;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// Binds a list of rows to the arrays of an `unnest`, one array per column, so that a statement costs one round
/// trip however many rows it writes.
final class Columns<T> {

    private final List<Column<T>> columns;

    private record Column<T>(String type, Function<T, Object> value) {}

    private Columns(List<Column<T>> columns) {
        this.columns = columns;
    }

    static <T> Columns<T> none() {
        return new Columns<>(List.of());
    }

    private Columns<T> and(String type, Function<T, Object> value) {
        var more = new ArrayList<>(columns);
        more.add(new Column<>(type, value));
        return new Columns<>(List.copyOf(more));
    }

    Columns<T> text(Function<T, Object> value) {
        return and("text", value);
    }

    Columns<T> number(Function<T, Object> value) {
        return and("int8", value);
    }

    Columns<T> amount(Function<T, Object> value) {
        return and("numeric", value);
    }

    Columns<T> flag(Function<T, Object> value) {
        return and("bool", value);
    }

    /// Of `Instant`s.
    Columns<T> time(Function<T, Object> value) {
        return and("timestamptz", row -> {
            var instant = value.apply(row);
            return instant == null ? null : instant.toString();
        });
    }

    void bind(Connection db, PreparedStatement statement, List<T> rows) throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            var column = columns.get(i);
            var values = rows.stream().map(column.value()).toArray();
            statement.setArray(i + 1, db.createArrayOf(column.type(), values));
        }
    }

    /// Runs an update that must touch exactly one row per given row.
    void write(Connection db, String sql, List<T> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(sql)) {
            bind(db, statement, rows);
            int written = statement.executeUpdate();
            if (written != rows.size()) {
                throw new IllegalStateException("wrote " + written + " rows instead of " + rows.size() + ": " + sql);
            }
        }
    }
}
