package dev.holdfast.groupcommit;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;

/// The server process behind a connection. A process id alone may be given to another process later; with the time
/// it started it is one process for ever.
record Backend(int pid, OffsetDateTime startedAt) {

    private static final String INTRODUCE = """
            SELECT pg_backend_pid(), set_config('application_name', ?, false),
                   (SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())
            """;

    /// A row whose start we may not see (another role's) may be ours: it counts as alive.
    private static final String LOOK_FOR = """
            SELECT 1
              FROM pg_stat_activity
             WHERE pid = ?
               AND (backend_start = ? OR backend_start IS NULL)
            """;

    /// Waits up to a second, on the server, for the process to end.
    private static final String TERMINATE = """
            SELECT pg_terminate_backend(pid, 1000)
              FROM pg_stat_activity
             WHERE pid = ?
               AND (backend_start = ? OR backend_start IS NULL)
            """;

    /// Names the session and asks for its process. Committed at once: a name set in a transaction that is rolled
    /// back is unset with it.
    static Backend behind(Connection db, String applicationName) throws SQLException {
        try (var statement = db.prepareStatement(INTRODUCE)) {
            statement.setString(1, applicationName);
            try (var row = statement.executeQuery()) {
                row.next();
                var backend = new Backend(row.getInt(1), row.getObject(3, OffsetDateTime.class));
                db.commit();
                return backend;
            }
        }
    }

    /// Ends this process as seen from another connection, and looks whether it is gone. Its row leaves
    /// `pg_stat_activity` only after its transaction is decided, so once gone it cannot commit any more. Each look
    /// is a transaction of its own, because the server shows one transaction the same picture twice.
    ///
    /// @return whether it is gone
    boolean isGoneAfterTerminating(Connection other) throws SQLException {
        if (!isAlive(other)) {
            return true;
        }
        try {
            asks(other, TERMINATE);
        } catch (SQLException e) {
            // Not permitted to (the role was changed meanwhile), or the connection broke: the look below will tell.
            other.rollback();
        }
        return !isAlive(other);
    }

    private boolean isAlive(Connection other) throws SQLException {
        return asks(other, LOOK_FOR);
    }

    private boolean asks(Connection other, String question) throws SQLException {
        try (var statement = other.prepareStatement(question)) {
            statement.setInt(1, pid);
            statement.setObject(2, startedAt);
            try (var row = statement.executeQuery()) {
                var any = row.next();
                other.commit();
                return any;
            }
        }
    }
}
