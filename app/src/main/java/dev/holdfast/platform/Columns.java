package dev.holdfast.platform;

import dev.holdfast.groupcommit.Write;
import dev.holdfast.groupcommit.Writes;
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
import java.util.function.UnaryOperator;

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
            statement.setArray(column + 1, array(db, column));
        }
        return types.length + 1;
    }

    private Array array(Connection db, int column) throws SQLException {
        var values = new Object[rows.size()];
        for (int row = 0; row < values.length; row++) {
            values[row] = rows.get(row)[column];
        }
        return array(db, types[column], values);
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

    /// Writes a row for each of these, without waiting for it ([Writes]); without rows it runs nothing.
    ///
    /// @param sql its only parameters are these columns
    /// @throws SQLException here or later, [dev.holdfast.groupcommit.WrongCountException] if it touches more or
    ///     fewer rows: the transaction is not committed
    public void write(Connection db, String sql) throws SQLException {
        write(db, sql, UnaryOperator.identity());
    }

    /// @param told what to throw for an error of it
    public void write(Connection db, String sql, UnaryOperator<SQLException> told) throws SQLException {
        if (!isEmpty()) {
            Writes.of(db).add(Write.of(sql, parameters(db)).touching(size()).telling(told));
        }
    }

    /// For a statement whose last parameter is one time for all rows: read once, and not for every row.
    public void write(Connection db, String sql, Instant at) throws SQLException {
        write(db, sql, at, UnaryOperator.identity());
    }

    /// @param told what to throw for an error of it
    public void write(Connection db, String sql, Instant at, UnaryOperator<SQLException> told) throws SQLException {
        if (!isEmpty()) {
            Writes.of(db).add(Write.of(sql, parameters(db, at)).touching(size()).telling(told));
        }
    }

    /// As [#write(Connection, String)], but how many rows it touches says nothing: it inserts what it is given, or
    /// passes over what is there.
    public void run(Connection db, String sql) throws SQLException {
        run(db, sql, UnaryOperator.identity());
    }

    /// @param told what to throw for an error of it
    public void run(Connection db, String sql, UnaryOperator<SQLException> told) throws SQLException {
        if (!isEmpty()) {
            Writes.of(db).add(Write.of(sql, parameters(db)).telling(told));
        }
    }

    /// For a statement whose last parameter is one time for all rows.
    public void run(Connection db, String sql, Instant at) throws SQLException {
        if (!isEmpty()) {
            Writes.of(db).add(Write.of(sql, parameters(db, at)));
        }
    }

    private List<Object> parameters(Connection db) throws SQLException {
        var parameters = new ArrayList<Object>(types.length + 1);
        for (int column = 0; column < types.length; column++) {
            parameters.add(array(db, column));
        }
        return parameters;
    }

    private List<Object> parameters(Connection db, Instant at) throws SQLException {
        var parameters = parameters(db);
        parameters.add(at.atOffset(ZoneOffset.UTC));
        return parameters;
    }
}
