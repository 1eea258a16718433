package dev.holdfast.platform;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/// Rows on their way into one set-based statement: each column becomes one array parameter of
/// `FROM unnest(?, ?, …)`, so a statement's text, and its plan, stay the same whatever the number of rows.
public final class Columns {

    private final String[] types;
    private final List<Object[]> rows = new ArrayList<>();

    private Columns(String[] types) {
        this.types = types;
    }

    /// @param types PostgreSQL's names of the columns' types: `text`, `int4`, `numeric`, `timestamptz`, `bool` …
    public static Columns of(String... types) {
        return new Columns(types.clone());
    }

    /// Adds a row: whole numbers for `int2`, `int4` and `int8`, [Boolean]s for `bool`, [java.time.Instant]s or
    /// [java.time.OffsetDateTime]s for `timestamptz`; of anything else its `toString()` is what PostgreSQL reads.
    /// Null stays null. A long that its type has no room for is an [ArithmeticException] when the rows are bound.
    public Columns add(Object... values) {
        if (values.length != types.length) {
            throw new IllegalArgumentException(types.length + " columns, not " + values.length + " values");
        }
        rows.add(values);
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    public int size() {
        return rows.size();
    }

    /// Binds the columns as parameters 1, 2, 3 … of the statement.
    ///
    /// @return the number of the next free parameter
    public int bind(Connection db, PreparedStatement statement) throws SQLException {
        for (int column = 0; column < types.length; column++) {
            var values = new Object[rows.size()];
            for (int row = 0; row < values.length; row++) {
                values[row] = rows.get(row)[column];
            }
            statement.setArray(column + 1, array(db, types[column], values));
        }
        return types.length + 1;
    }

    /// In binary where that is simple. Numbers of any size, and what is only called by a type's name, go as text.
    private static Array array(Connection db, String type, Object[] values) throws SQLException {
        return switch (type) {
            case "int2" -> db.createArrayOf(type, each(values, Short[]::new, value -> small((Number) value)));
            case "int4" ->
                db.createArrayOf(
                        type, each(values, Integer[]::new, value -> Math.toIntExact(((Number) value).longValue())));
            case "int8" -> db.createArrayOf(type, each(values, Long[]::new, value -> ((Number) value).longValue()));
            case "bool" -> db.createArrayOf(type, each(values, Boolean[]::new, value -> (Boolean) value));
            case "timestamptz" -> BinaryArray.ofTimes(db, values);
            case "json" -> BinaryArray.ofJson(db, values);
            case "jsonb" -> BinaryArray.ofJsonb(db, values);
            default -> db.createArrayOf(type, each(values, String[]::new, Object::toString));
        };
    }

    private static short small(Number value) {
        if (value.longValue() != value.shortValue()) {
            throw new ArithmeticException("smallint overflow: " + value);
        }
        return value.shortValue();
    }

    private static <T> T[] each(Object[] values, IntFunction<T[]> array, Function<Object, T> form) {
        var all = array.apply(values.length);
        for (int i = 0; i < values.length; i++) {
            all[i] = values[i] == null ? null : form.apply(values[i]);
        }
        return all;
    }

    /// As [#write(Connection, String)], for a statement whose last parameter is one time for all rows.
    public void write(Connection db, String sql, Instant at) throws SQLException {
        int written = isEmpty() ? 0 : update(db, sql, at);
        if (written != size()) {
            throw new IllegalStateException("wrote " + written + " rows instead of " + size() + ": " + sql);
        }
    }

    /// As [#update(Connection, String)], for a statement whose last parameter is one time for all rows: read once,
    /// and not for every row.
    public int update(Connection db, String sql, Instant at) throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            statement.setObject(bind(db, statement), at.atOffset(ZoneOffset.UTC));
            return statement.executeUpdate();
        }
    }

    /// Runs a statement whose only parameters are these columns and that must touch one row for each of theirs;
    /// without rows it runs nothing.
    ///
    /// @throws IllegalStateException it touched more or fewer: the transaction must not be committed
    public void write(Connection db, String sql) throws SQLException {
        int written = isEmpty() ? 0 : update(db, sql);
        if (written != size()) {
            throw new IllegalStateException("wrote " + written + " rows instead of " + size() + ": " + sql);
        }
    }

    /// Runs a statement whose only parameters are these columns.
    ///
    /// @return the number of rows it touched
    public int update(Connection db, String sql) throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            bind(db, statement);
            return statement.executeUpdate();
        }
    }
}
