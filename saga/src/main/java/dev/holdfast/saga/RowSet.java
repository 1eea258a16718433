package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

/// A statement over many rows: each `?` takes a column of them as an array, for `unnest`. The text of the statement
/// does not depend on how many there are, so the server plans it once.
///
/// @param <T> a row
final class RowSet<T> implements AutoCloseable {

    private final Connection db;
    private final PreparedStatement statement;
    private final List<T> rows;
    private int parameter;

    RowSet(Connection db, String sql, List<T> rows) throws SQLException {
        this.db = db;
        this.rows = rows;
        this.statement = db.prepareStatement(sql);
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
    RowSet<T> value(Object value) throws SQLException {
        statement.setObject(++parameter, value);
        return this;
    }

    int update() throws SQLException {
        return statement.executeUpdate();
    }

    ResultSet query() throws SQLException {
        return statement.executeQuery();
    }

    @Override
    public void close() throws SQLException {
        statement.close();
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
        statement.setArray(++parameter, db.createArrayOf(type, values));
        return this;
    }
}
