package dev.holdfast.saga;

import dev.holdfast.saga.NodeObserver.Seen;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node's beat, and its look at the others, in one round trip on a connection of its own: neither waits for a
/// batch that is slow. One thread uses it.
final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    /// Both in one statement, so that a node which cannot write, because the disk or the table is stuck, does not
    /// judge others who cannot either.
    ///
    /// Beats do not wait for the disk: one that a crash of the database undoes is made up for by the next, and at
    /// worst a node seems to have stood still for one beat. Committing them in order would make a stall of the disk
    /// look like the death of everybody. The fence's locks (`FOR KEY SHARE`) do not stop a beat, which changes no
    /// key. Adoption does; when it is done the row is gone.
    private static final String BEAT = """
            WITH me AS (
                UPDATE saga.saga_nodes
                   SET beat = beat + 1,
                       beat_pid = pg_backend_pid(),
                       beat_start = CASE WHEN ? THEN (SELECT a.backend_start
                                                        FROM pg_stat_activity AS a
                                                       WHERE a.pid = pg_backend_pid())
                                         ELSE beat_start END
                 WHERE node = ? AND epoch = ?
                RETURNING mail
            )
            SELECT me.mail, n.node, n.epoch, n.beat,
                   set_config('synchronous_commit', 'off', true),
                   set_config('transaction_timeout', ?, true),
                   set_config('idle_in_transaction_session_timeout', ?, true)
              FROM (SELECT max(mail) AS mail FROM me) AS me
              LEFT JOIN saga.saga_nodes AS n ON true
            """;

    /// What a beat answered.
    ///
    /// @param alive `false` when the node's row is gone: it is fenced off
    /// @param mail how often something was left for this node
    /// @param all every node there is
    record Pulse(boolean alive, long mail, List<Seen> all) {}

    private final DataSource dataSource;
    private final NodeId node;
    private final Duration patience;
    private Connection db;
    private boolean named;

    /// @param patience how long the database may take to connect, and to answer
    Heartbeat(DataSource dataSource, NodeId node, Duration patience) {
        this.dataSource = dataSource;
        this.node = node;
        this.patience = patience;
    }

    /// @throws SQLException nothing is known; the next one opens a new connection
    Pulse beat() throws SQLException {
        if (db == null) {
            named = false;
            db = connected();
        }
        try {
            var pulse = pulse();
            named = true;
            return pulse;
        } catch (SQLException | RuntimeException e) {
            discard();
            throw e;
        }
    }

    @Override
    public void close() {
        if (db != null) {
            closeQuietly(db);
            db = null;
        }
    }

    private Pulse pulse() throws SQLException {
        try (var statement = db.prepareStatement(BEAT)) {
            statement.setBoolean(1, !named);
            statement.setString(2, node.name());
            statement.setLong(3, node.epoch());
            statement.setString(4, patience.toMillis() + "ms");
            statement.setString(5, patience.toMillis() + "ms");
            boolean alive = false;
            long mail = 0;
            var all = new ArrayList<Seen>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    mail = rows.getLong("mail");
                    alive = !rows.wasNull();
                    var name = rows.getString("node");
                    if (name != null) {
                        all.add(new Seen(new NodeId(name, rows.getLong("epoch")), rows.getLong("beat")));
                    }
                }
            }
            return new Pulse(alive, mail, all);
        }
    }

    /// On a thread of its own, because a driver that waits for the first word of a server may wait for ever.
    private Connection connected() throws SQLException {
        var attempt = new CompletableFuture<Connection>();
        var connecting = Thread.ofVirtual().name("saga-beat-connecting").start(() -> {
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
            var opened = attempt.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            opened.setAutoCommit(true);
            opened.setNetworkTimeout(Runnable::run, (int) Math.min(patience.toMillis(), Integer.MAX_VALUE));
            return opened;
        } catch (ExecutionException e) {
            throw e.getCause() instanceof SQLException sql ? sql : new SQLException("cannot connect", e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            if (attempt.cancel(false)) {
                connecting.interrupt();
            } else {
                attempt.thenAccept(Heartbeat::closeQuietly);
            }
            throw new SQLException("no connection within " + patience, e);
        }
    }

    /// Cut off first, so that closing waits for nobody.
    private void discard() {
        try {
            db.abort(Runnable::run);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("cannot abort a connection that is being dropped", e);
        }
        close();
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException | RuntimeException e) {
            LOG.debug("a connection did not close cleanly; its backend sees the end of the socket", e);
        }
    }
}
