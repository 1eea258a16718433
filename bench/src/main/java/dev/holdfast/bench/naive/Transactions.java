package dev.holdfast.bench.naive;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/// One pooled connection, one transaction, for each piece of work.
///
/// @param pool its statements stay prepared with the connection
record Transactions(DataSource pool) {

    @FunctionalInterface
    interface Work<T> {
        T run(Connection db) throws SQLException;
    }

    <T> T in(Work<T> work) throws SQLException {
        try (var db = pool.getConnection()) {
            try {
                var result = work.run(db);
                db.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                db.rollback();
                throw e;
            }
        }
    }

    /// @return rows changed
    static int update(Connection db, String sql, Object... parameters) throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            bind(statement, parameters);
            return statement.executeUpdate();
        }
    }

    /// @throws SQLException when not exactly one row was changed
    static void updateOne(Connection db, String sql, Object... parameters) throws SQLException {
        int changed = update(db, sql, parameters);
        if (changed != 1) {
            throw new SQLException(changed + " rows changed instead of 1: " + sql);
        }
    }

    static void bind(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }
}
