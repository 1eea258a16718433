package dev.holdfast.saga;

import dev.holdfast.groupcommit.Write;
import dev.holdfast.groupcommit.Writes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/// A statement over many rows: each `?` takes a column of them as an array, for `unnest`. The text of the statement
/// does not depend on how many there are, so the server plans it once.
///
/// @param <T> a row
final class RowSet<T> {

    private final Connection db;
    private final String sql;
    private final List<T> rows;
    private final List<Object> parameters = new ArrayList<>();

    RowSet(Connection db, String sql, List<T> rows) {
        this.db = db;
        this.sql = sql;
        this.rows = rows;
    }

    RowSet<T> texts(Function<T, String> column) throws SQLException {
        return column("text", column, String[]::new);
    }

    RowSet<T> ints(Function<T, Integer> column) throws SQLException {
        return column("int4", column, Integer[]::new);
    }

    RowSet<T> flags(Function<T, Boolean> column) throws SQLException {
        return column("bool", column, Boolean[]::new);
    }

    /// Moments as microseconds since 1970: exact, and binary on the wire.
    RowSet<T> moments(Function<T, Instant> column) throws SQLException {
        return column("int8", column.andThen(RowSet::micros), Long[]::new);
    }

    /// One value for all rows.
    RowSet<T> value(Object value) {
        parameters.add(value);
        return this;
    }

    /// Runs it now.
    ///
    /// @return how many rows it touched
    int update() throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            bind(statement);
            return statement.executeUpdate();
        }
    }

    /// Runs it now. The statement is closed with what it gives.
    ResultSet query() throws SQLException {
        var statement = db.prepareStatement(sql);
        try {
            bind(statement);
            statement.closeOnCompletion();
            return statement.executeQuery();
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    /// Has it run without waiting for it ([Writes]).
    void run() throws SQLException {
        Writes.of(db).add(Write.of(sql, parameters));
    }

    /// @param told what to throw for an error of it
    void run(UnaryOperator<SQLException> told) throws SQLException {
        Writes.of(db).add(Write.of(sql, parameters).telling(told));
    }

    /// The same, and it must touch a row for each of these.
    ///
    /// @param told what to throw for an error of it, or if it touches more or fewer
    void write(UnaryOperator<SQLException> told) throws SQLException {
        Writes.of(db).add(Write.of(sql, parameters).touching(rows.size()).telling(told));
    }

    private void bind(PreparedStatement statement) throws SQLException {
        int bound = 0;
        for (var parameter : parameters) {
            statement.setObject(++bound, parameter);
        }
    }

    static Long micros(Instant moment) {
        return moment == null ? null : Math.addExact(moment.getEpochSecond() * 1_000_000, moment.getNano() / 1_000);
    }

    /// In an array of its own type: the driver sends that in binary, and one of objects as text, which it has to
    /// quote and the server to parse.
    private <C> RowSet<T> column(String type, Function<T, C> column, IntFunction<C[]> array) throws SQLException {
        var values = array.apply(rows.size());
        for (int i = 0; i < values.length; i++) {
            values[i] = column.apply(rows.get(i));
        }
        parameters.add(db.createArrayOf(type, values));
        return this;
    }
}
