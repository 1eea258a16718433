package dev.holdfast.platform.events;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Settings of the connections that carry events.
final class Sessions {

    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /// A garbage collection is no freeze.
    private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

    private Sessions() {}

    /// Names the session for `pg_stat_activity`, and lets the server end a transaction that outlives its limit, or
    /// in which nothing is asked for half a lease: a node that froze inside one must not hold its locks when others
    /// have its buckets and are handed the same events. Nobody here waits for anything else inside a transaction.
    static void prepare(Connection db, String name, Duration longestTransaction, EventSettings settings)
            throws SQLException {
        var half = settings.lease().dividedBy(2);
        var longestPause = half.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : half;
        db.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        db.setClientInfo("ApplicationName", name);
        try (var statement = db.createStatement()) {
            statement.execute("SET transaction_timeout = " + longestTransaction.toMillis());
            statement.execute("SET idle_in_transaction_session_timeout = " + longestPause.toMillis());
        }
        db.commit();
    }

    /// For a connection whose work is done or lost: nothing depends on how it ends.
    static void closeQuietly(Connection db) {
        if (db == null) {
            return;
        }
        try {
            db.close();
        } catch (SQLException e) {
            LOG.debug("a connection that was given up did not close cleanly", e);
        }
    }
}
