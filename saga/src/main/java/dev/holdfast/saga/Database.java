package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/// Transactions outside of the lane: reads, and what happens once when a node starts or stops.
final class Database {

    @FunctionalInterface
    interface Work<R> {
        R run(Connection db) throws SQLException;
    }

    private Database() {}

    /// One statement is a transaction of its own.
    static <R> R reading(DataSource dataSource, Work<R> work) {
        try (var db = dataSource.getConnection()) {
            return work.run(db);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// One snapshot for several statements, so that a saga's row, log and tasks agree.
    static <R> R inSnapshot(DataSource dataSource, Work<R> work) {
        return inTransaction(dataSource, db -> {
            try (var statement = db.createStatement()) {
                statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            }
            return work.run(db);
        });
    }

    static <R> R inTransaction(DataSource dataSource, Work<R> work) {
        try (var db = dataSource.getConnection()) {
            db.setAutoCommit(false);
            try {
                var result = work.run(db);
                db.commit();
                db.setAutoCommit(true);
                return result;
            } catch (SQLException | RuntimeException e) {
                rollBack(db, e);
                throw e;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// What went wrong first is what the caller must hear of: whether the database was away decides what may be
    /// done next, and a connection that was cut says of everything asked afterwards only that it is closed.
    private static void rollBack(Connection db, Exception why) {
        try {
            db.rollback();
            db.setAutoCommit(true);
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    private static SagaStoreException failed(SQLException e) {
        return new SagaStoreException("the saga database answers: " + e.getMessage(), e);
    }
}
