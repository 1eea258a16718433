package dev.holdfast.platform.events;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Which buckets of an outbox a relay owns: an equal share among the relays whose lease has not lapsed by the
/// database's clock.
///
/// All relays of an outbox take turns here (an advisory lock to the end of the transaction), so no two ever own the
/// same bucket by this table. A relay that was frozen past its lease may still deliver the page it has in hand
/// while the new owner delivers the same events: both go in id order, and the inbox of each consumer takes every
/// event from whoever comes first. That is why no fencing is needed.
final class BucketLeases {

    private static final String TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('holdfast relays'), hashtext(?))";

    private static final String RENEW = """
            INSERT INTO ${schema}.outbox_relays (relay, lease_until)
            VALUES (?, clock_timestamp() + ? * interval '1 millisecond')
                ON CONFLICT (relay) DO UPDATE SET lease_until = EXCLUDED.lease_until
            """;

    private static final String DROP_LAPSED = """
            DELETE FROM ${schema}.outbox_relays
             WHERE lease_until < clock_timestamp()
            """;

    private static final String RESIGN = "DELETE FROM ${schema}.outbox_relays WHERE relay = ?";

    private static final String ALIVE = "SELECT count(*) FROM ${schema}.outbox_relays";

    /// A bucket is free when nobody's name is on it, or the name of one who is no longer alive.
    private static final String BUCKETS = """
            SELECT b.bucket, r.relay
              FROM ${schema}.outbox_buckets AS b
              LEFT JOIN ${schema}.outbox_relays AS r ON r.relay = b.relay
             ORDER BY b.bucket
            """;

    private static final String ASSIGN = """
            UPDATE ${schema}.outbox_buckets
               SET relay = ?
             WHERE bucket = ANY (?)
            """;

    private final String schema;
    private final String relay;
    private final Duration lease;
    private TreeSet<Short> owned = new TreeSet<>();
    private int alive = 1;

    BucketLeases(String schema, String relay, Duration lease) {
        this.schema = schema;
        this.relay = relay;
        this.lease = lease;
    }

    /// The buckets owned since the last renewal.
    TreeSet<Short> owned() {
        return owned;
    }

    /// Whether other relays are alive, as of the last renewal.
    boolean shared() {
        return alive > 1;
    }

    /// Renews the lease, takes what is free up to a fair share and gives up what is above it. Commits.
    ///
    /// @return whether a bucket has come over that was not owned before
    boolean renew(Connection db) throws SQLException {
        takeTurn(db);
        try (var renew = db.prepareStatement(EventTables.in(schema, RENEW))) {
            renew.setString(1, relay);
            renew.setLong(2, lease.toMillis());
            renew.executeUpdate();
        }
        try (var statement = db.createStatement()) {
            statement.executeUpdate(EventTables.in(schema, DROP_LAPSED));
            try (var count = statement.executeQuery(EventTables.in(schema, ALIVE))) {
                count.next();
                alive = count.getInt(1);
            }
        }
        var before = owned;
        owned = share(db);
        db.commit();
        return !before.containsAll(owned);
    }

    /// Gives everything back, so that others need not wait for the lease to lapse. Commits.
    void release(Connection db) throws SQLException {
        takeTurn(db);
        try (var resign = db.prepareStatement(EventTables.in(schema, RESIGN))) {
            resign.setString(1, relay);
            resign.executeUpdate();
        }
        assign(db, null, List.copyOf(owned));
        owned = new TreeSet<>();
        db.commit();
    }

    private TreeSet<Short> share(Connection db) throws SQLException {
        int fair = Math.ceilDiv(Buckets.COUNT, alive);
        var mine = new TreeSet<Short>();
        var surplus = new ArrayList<Short>();
        var free = new ArrayList<Short>();
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(EventTables.in(schema, BUCKETS))) {
            while (rows.next()) {
                var owner = rows.getString(2);
                if (owner == null) {
                    free.add(rows.getShort(1));
                } else if (owner.equals(relay)) {
                    (mine.size() < fair ? mine : surplus).add(rows.getShort(1));
                }
            }
        }
        var taken = free.subList(0, Math.min(free.size(), fair - mine.size()));
        assign(db, relay, taken);
        assign(db, null, surplus);
        mine.addAll(taken);
        return mine;
    }

    private void assign(Connection db, String owner, List<Short> buckets) throws SQLException {
        if (buckets.isEmpty()) {
            return;
        }
        try (var assign = db.prepareStatement(EventTables.in(schema, ASSIGN))) {
            assign.setString(1, owner);
            assign.setArray(2, db.createArrayOf("int2", buckets.toArray()));
            assign.executeUpdate();
        }
    }

    private void takeTurn(Connection db) throws SQLException {
        try (var turn = db.prepareStatement(TAKE_TURNS)) {
            turn.setString(1, schema);
            turn.execute();
        }
    }
}
