package dev.holdfast.platform.events;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Settings of the connections that carry events.
final class Sessions {

    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private Sessions() {}

    /// Names the session for `pg_stat_activity`, and lets the server end a transaction that outlives its limit: a
    /// node that froze inside one must not hold its locks for ever.
    static void prepare(Connection db, String name, Duration longestTransaction) throws SQLException {
        db.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        db.setClientInfo("ApplicationName", name);
        try (var statement = db.createStatement()) {
            statement.execute("SET transaction_timeout = " + longestTransaction.toMillis());
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
