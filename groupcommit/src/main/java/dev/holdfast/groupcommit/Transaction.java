package dev.holdfast.groupcommit;

import dev.holdfast.groupcommit.Answer.Committed;
import dev.holdfast.groupcommit.Outcome.Done;
import dev.holdfast.groupcommit.Outcome.Lost;
import dev.holdfast.groupcommit.Outcome.RolledBack;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.core.TransactionState;
import org.postgresql.util.PSQLState;

/// Runs requests in one transaction and says how it ended. Decides nothing about what comes next.
final class Transaction<Q, R> {

    /// Writes to the log, so that COMMIT waits for the disk (and for a synchronous standby).
    ///
    /// A batch that is run again after a lost COMMIT may find everything there and write nothing, and a commit that
    /// wrote nothing waits for nothing. But what it found may be visible and not yet replicated: terminating a
    /// backend that waits for its standby makes its transaction visible at once. Without this line that would be
    /// acknowledged.
    private static final String LEAVE_A_MARK = "SELECT pg_logical_emit_message(true, 'holdfast', 'repeated commit')";

    /// Up to so many requests a transaction's statements are sent together ([Writes]): round trips are then more
    /// than what they carry. Beyond it the combinations of statements would be many, each prepared by the server.
    static final int FEW = 16;

    private final LaneSession session;
    private final BatchWork<Q, R> work;

    Transaction(LaneSession session, BatchWork<Q, R> work) {
        this.session = session;
        this.work = work;
    }

    /// @param connectNanos the time connecting may take, where there is no connection
    Outcome<R> run(Part<Q, R> part, long connectNanos) {
        Connection db;
        try {
            db = session.ready(connectNanos);
        } catch (SQLException e) {
            return new RolledBack<>(e, Fault.UNAVAILABLE);
        }
        var flight = session.flight();
        flight.begin(part.size() <= FEW && session.state() != null);
        var begin = System.nanoTime();
        List<Committed<R>> answers;
        try {
            answers = answers(db, part);
        } catch (Throwable e) {
            return isWithoutBegin(e) ? lost(e) : rolledBack(db, e);
        }
        var worked = System.nanoTime();
        try {
            flight.commit();
        } catch (Throwable e) {
            return commitFailed(db, flight, e);
        }
        flight.committed();
        return new Done<>(answers, worked - begin, System.nanoTime() - worked);
    }

    /// Everything that can fail on the way to an answer is done here, before COMMIT: a result list of the wrong
    /// length or one that throws when read must still be able to roll back.
    private List<Committed<R>> answers(Connection db, Part<Q, R> part) throws SQLException {
        if (part.maybeCommitted()) {
            try (var statement = db.createStatement()) {
                statement.execute(LEAVE_A_MARK);
            }
        }
        var results = work.run(session.shown(), part.requests());
        if (results == null || results.size() != part.size()) {
            throw new IllegalStateException("the batch function gave "
                    + (results == null ? "no list" : results.size() + " results") + " for " + part.size()
                    + " requests: nobody knows which is whose");
        }
        var answers = new ArrayList<Committed<R>>(part.size());
        for (var result : results) {
            answers.add(new Committed<>(result));
        }
        refuseIfAborted(db);
        return answers;
    }

    /// An error the batch function swallowed has aborted the transaction. PostgreSQL answers its COMMIT with
    /// ROLLBACK and calls that a success, and so does the driver: the callers would get results of what never
    /// happened. The driver knows the transaction's state from the server's last answer, so asking costs nothing;
    /// behind a wrapper that hides the driver it costs a round trip, to a statement that an aborted transaction
    /// refuses.
    private void refuseIfAborted(Connection db) throws SQLException {
        var state = session.state();
        if (state == null) {
            try (var statement = db.createStatement()) {
                statement.execute("SELECT 1");
            }
        } else if (state == TransactionState.FAILED) {
            throw new SQLException(
                    "the batch function went on after a statement had failed; the transaction is aborted",
                    PSQLState.IN_FAILED_SQL_TRANSACTION.getState());
        }
    }

    private Outcome<R> rolledBack(Connection db, Throwable cause) {
        var fault = Fault.of(cause);
        // After an Error of its own the driver may be out of step with the server.
        if (fault == Fault.UNAVAILABLE
                || fault == Fault.TIMEOUT
                || fault == Fault.STALE_PLAN
                || cause instanceof Error) {
            session.discard();
            return new RolledBack<>(cause, fault);
        }
        try {
            db.rollback();
        } catch (SQLException | RuntimeException e) {
            // COMMIT was not run: the server rolls back when it sees the connection gone.
            cause.addSuppressed(e);
            session.discard();
        }
        return new RolledBack<>(cause, fault);
    }

    private Outcome<R> commitFailed(Connection db, Flight flight, Throwable cause) {
        if (!flight.isCommitSent() || isRolledBack(cause)) {
            return rolledBack(db, cause instanceof SQLException error ? flight.told(error) : cause);
        }
        return lost(cause);
    }

    private Outcome<R> lost(Throwable cause) {
        session.discard();
        return new Lost<>(cause);
    }

    /// Whether the server refused BEGIN (a cancellation hit it). BEGIN goes out with the first statements and is no
    /// part of them: they then run, and are committed, without it. An error in a transaction leaves it failed and
    /// not ended.
    private boolean isWithoutBegin(Throwable cause) {
        return session.state() == TransactionState.IDLE
                && Fault.isOfServer(cause)
                && session.answers()
                && session.state() == TransactionState.IDLE;
    }

    /// Whether the failed COMMIT, alone or with statements before it, has surely committed nothing.
    ///
    /// That a transaction is open says it by itself: an error in a statement before COMMIT keeps the server from
    /// going on to COMMIT and leaves the transaction failed. Where none is open, COMMIT was run, and only the
    /// server's own refusal counts (a deferred constraint, a serialization failure). Not a cancellation: it may
    /// have hit the BEGIN that goes out with the statements, which then run and commit without it. A server that
    /// terminates the backend says so with an SQLSTATE as well, and may have committed: hence the question whether
    /// the session still answers.
    private boolean isRolledBack(Throwable cause) {
        if (session.state() == TransactionState.FAILED) {
            return true;
        }
        if (!session.answers()) {
            return false;
        }
        // As the server has just said.
        var state = session.state();
        return state == TransactionState.OPEN
                || state == TransactionState.FAILED
                || (state == null ? Fault.isServersAnswer(cause) : Fault.isRefusal(cause));
    }
}
