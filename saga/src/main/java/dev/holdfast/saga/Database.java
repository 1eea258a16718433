package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Transactions outside of the lane: reads, and what happens once when a node starts or stops.
final class Database {

    private static final Logger LOG = LoggerFactory.getLogger(Database.class);

    private static final String ONE_SNAPSHOT = """
            SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;
            LOCK TABLE ONLY saga.saga_runs IN ACCESS SHARE MODE
            """;

    /// Off first: a limit that is running is not set anew.
    private static final String LONG = """
            SET LOCAL transaction_timeout = 0;
            SET LOCAL transaction_timeout = '1min';
            SET LOCAL statement_timeout = 0;
            SET LOCAL idle_in_transaction_session_timeout = '1min'
            """;

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

    /// One snapshot for several statements, so that a saga's row, log and tasks agree. The lock comes before the
    /// snapshot: a saga that is moved while its range is dropped is where the snapshot says, before or after.
    static <R> R inSnapshot(DataSource dataSource, Work<R> work) {
        return inTransaction(dataSource, db -> {
            try (var statement = db.createStatement()) {
                statement.execute(ONE_SNAPSHOT);
            }
            return work.run(db);
        });
    }

    /// One that may take a while, whatever limits its connection has: that of a lane has narrow ones, for the sake
    /// of its locks, and here is none that anybody waits for.
    static <R> R inLongSnapshot(DataSource dataSource, Work<R> work) {
        return inSnapshot(dataSource, db -> {
            try (var statement = db.createStatement()) {
                statement.execute(LONG);
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
                restore(db);
                return result;
            } catch (Throwable e) {
                rollBack(db, e);
                throw e;
            }
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    /// What went wrong first is what the caller must hear of. A connection that does not roll back is ended: put
    /// back into its mode it would commit what is half done.
    private static void rollBack(Connection db, Throwable why) {
        try {
            db.rollback();
            restore(db);
        } catch (SQLException e) {
            why.addSuppressed(e);
            end(db, why);
        }
    }

    private static void end(Connection db, Throwable why) {
        try {
            db.abort(Runnable::run);
        } catch (SQLException e) {
            why.addSuppressed(e);
        }
    }

    /// For the next who gets it from a pool. A connection that cannot be set is broken, which the statement before
    /// has said, or the next one will say.
    private static void restore(Connection db) {
        try {
            db.setAutoCommit(true);
        } catch (SQLException e) {
            LOG.debug("a connection broke at the end of its transaction", e);
        }
    }

    private static SagaStoreException failed(SQLException e) {
        return new SagaStoreException("the saga database answers: " + e.getMessage(), e);
    }
}
