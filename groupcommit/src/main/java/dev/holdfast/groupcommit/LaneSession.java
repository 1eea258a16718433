package dev.holdfast.groupcommit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A lane's own connection: opened when needed, named, replaced when broken.
///
/// One rule holds throughout: **a lane has one backend.** Before anything runs on a new connection, the backend of
/// the one before is terminated and seen to be gone. Otherwise its transaction could still commit (a COMMIT on its
/// way through the network), or hold the very row locks the new one asks for.
///
/// Used by the lane's thread; only [#abort()] may be called from another.
final class LaneSession {

    private static final Logger LOG = LoggerFactory.getLogger(LaneSession.class);

    /// Time to connect. A server that accepts the socket and then says nothing would hold the lane for ever.
    private static final long CONNECT_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    /// A connection unused for so long is asked whether it still answers before requests are entrusted to it: a
    /// restart of PostgreSQL while a lane is idle then costs nobody anything.
    private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private static final int ANSWER_SECONDS = 5;
    private static final String UNABLE_TO_CONNECT = "08001";

    private final DataSource dataSource;
    private final String applicationName;
    private final int silenceMillis;
    private final Stop stop;
    private final List<Backend> predecessors = new ArrayList<>();
    private volatile Connection db;
    private Flight flight;
    private Connection shown;
    private BaseConnection driver;
    private Backend backend;
    private long lastUsed;

    /// @param silenceNanos a server that sends nothing for so long while it is waited for is taken for lost
    LaneSession(DataSource dataSource, String lane, long silenceNanos, Stop stop) {
        this.dataSource = dataSource;
        this.applicationName = "holdfast-lane-" + lane;
        this.silenceMillis = (int) Math.clamp(TimeUnit.NANOSECONDS.toMillis(silenceNanos), 1, Integer.MAX_VALUE);
        this.stop = stop;
    }

    /// A connection that works, outside a transaction, with autocommit off and no predecessor alive. Tries once.
    ///
    /// @param limitNanos the time connecting may take, 10 s at most
    /// @throws SQLException if there is none now; nothing was run
    Connection ready(long limitNanos) throws SQLException {
        if (db != null && System.nanoTime() - lastUsed > REST_NANOS && !answers()) {
            discard();
        }
        if (db == null) {
            open(Math.min(limitNanos, CONNECT_LIMIT_NANOS));
        }
        buryPredecessors();
        lastUsed = System.nanoTime();
        return db;
    }

    /// What the transaction on the connection has put off.
    Flight flight() {
        return flight;
    }

    /// The connection as the batch function is to have it.
    Connection shown() {
        return shown;
    }

    /// The state of the transaction by the server's last answer, which the driver knows; null behind a wrapper that
    /// hides the driver.
    TransactionState state() {
        return driver == null ? null : driver.getTransactionState();
    }

    /// Whether the server still talks to us on this connection: a round trip.
    boolean answers() {
        try {
            return db.isValid(ANSWER_SECONDS);
        } catch (SQLException | RuntimeException e) {
            return false;
        }
    }

    /// Drops the connection at once, whatever state it is in. Its backend is seen to before the next one is used.
    /// Cut off first, so that closing it waits for nobody; closed all the same, so that a pool that gave it gets
    /// its place back.
    void discard() {
        abort();
        close();
        if (backend != null) {
            predecessors.add(backend);
            backend = null;
        }
    }

    /// Cuts the connection, so that a statement waited for fails. From any thread.
    void abort() {
        var current = db;
        if (current != null) {
            try {
                current.abort(Runnable::run);
            } catch (SQLException | RuntimeException e) {
                LOG.debug("cannot abort a connection that is being dropped", e);
            }
        }
    }

    /// Says goodbye to the server.
    void close() {
        var current = db;
        db = null;
        if (current != null) {
            closeQuietly(current);
        }
    }

    private void open(long limitNanos) throws SQLException {
        var opened = connect(limitNanos);
        try {
            opened.setNetworkTimeout(Runnable::run, silenceMillis);
            opened.setAutoCommit(false);
            backend = Backend.behind(opened, applicationName);
            driver = opened.isWrapperFor(BaseConnection.class) ? opened.unwrap(BaseConnection.class) : null;
        } catch (SQLException | RuntimeException e) {
            closeQuietly(opened);
            throw e instanceof SQLException sql ? sql : new SQLException("cannot prepare a session", e);
        }
        flight = new Flight(opened);
        shown = LaneConnection.of(opened, flight);
        db = opened;
        if (stop.isRequested()) {
            // Whoever asked for the stop may have looked for a connection to abort before this one was there.
            discard();
            throw new SQLException("the lane is closing", UNABLE_TO_CONNECT);
        }
    }

    /// Connects on a thread of its own, because a driver that waits for the first word of a server waits for ever.
    /// An attempt given up is interrupted, and closes what it gets if it gets it all the same.
    private Connection connect(long limitNanos) throws SQLException {
        var attempt = new CompletableFuture<Connection>();
        var connecting = Thread.ofVirtual()
                .name(applicationName + "-connecting")
                .start(() -> {
                    try {
                        var opened = dataSource.getConnection();
                        if (!attempt.complete(opened)) {
                            closeQuietly(opened);
                        }
                    } catch (Throwable e) {
                        attempt.completeExceptionally(e);
                    }
                });
        try {
            return attempt.get(limitNanos, TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SQLException sql
                    ? sql
                    : new SQLException("cannot connect: " + e.getCause(), UNABLE_TO_CONNECT, e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            if (!attempt.cancel(false)) {
                return attempt.join();
            }
            connecting.interrupt();
            throw new SQLException("no connection in time", UNABLE_TO_CONNECT, e);
        }
    }

    private void buryPredecessors() throws SQLException {
        while (!predecessors.isEmpty()) {
            var predecessor = predecessors.getLast();
            boolean gone;
            try {
                gone = predecessor.isGoneAfterTerminating(db);
            } catch (SQLException | RuntimeException e) {
                discard();
                throw e instanceof SQLException sql ? sql : new SQLException("cannot look for the former backend", e);
            }
            if (!gone) {
                throw new SQLException(
                        "the lane's former backend, process " + predecessor.pid()
                                + ", has not ended yet; nothing is run beside it",
                        UNABLE_TO_CONNECT);
            }
            predecessors.remove(predecessor);
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("a connection did not close cleanly; its backend sees the end of the socket", e);
        }
    }
}
