package dev.holdfast.platform.events;

import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells the relays of other nodes that something was committed here that may be in their buckets.
///
/// Sent by the relay, after it has seen the writer's transaction ended, at most once a look: NOTIFY inside the
/// writers' transactions would queue their commits behind one lock of the whole cluster. A message that is lost (a
/// node dying between commit and message, a listener reconnecting) is made up for by the relays' regular look.
final class Intercom implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Intercom.class);
    private static final int LISTEN_MILLIS = 10_000;

    private final ServiceDatabase database;
    private final String relay;
    private final Bell bell;
    private final String channel;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile Connection listening;

    Intercom(ServiceDatabase database, String relay, Bell bell) {
        this.database = database;
        this.relay = relay;
        this.bell = bell;
        this.channel = EventTables.in(database.schema(), "holdfast_outbox_${schema}");
    }

    void start() {
        Thread.ofPlatform().name("intercom-" + database.schema()).daemon().start(this::run);
    }

    /// Sent when the caller's transaction commits.
    void tellOthers(Connection db) throws SQLException {
        try (var statement = db.prepareStatement("SELECT pg_notify(?, ?)")) {
            statement.setString(1, channel);
            statement.setString(2, relay);
            statement.execute();
        }
    }

    private void run() {
        while (closing.getCount() > 0) {
            try (var db = database.direct().getConnection()) {
                listening = db;
                listen(db);
            } catch (SQLException e) {
                if (closing.getCount() > 0) {
                    LOG.info("{}: not listening to other nodes for a second: {}", channel, e.toString());
                }
            }
            try {
                closing.await(1, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void listen(Connection db) throws SQLException {
        db.setClientInfo("ApplicationName", "holdfast intercom " + database.schema());
        try (var statement = db.createStatement()) {
            statement.execute("LISTEN " + channel);
        }
        bell.ring();
        var postgres = db.unwrap(PGConnection.class);
        while (closing.getCount() > 0) {
            for (var message : postgres.getNotifications(LISTEN_MILLIS)) {
                if (!relay.equals(message.getParameter())) {
                    bell.ring();
                }
            }
        }
    }

    /// Cuts the connection, which ends a listener that waits.
    @Override
    public void close() {
        closing.countDown();
        var db = listening;
        if (db != null) {
            try {
                db.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debug("the listening connection was gone already", e);
            }
        }
    }
}
