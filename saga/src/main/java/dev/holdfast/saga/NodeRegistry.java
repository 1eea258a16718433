package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import javax.sql.DataSource;

/// Who the nodes are, and whose the sagas are: nodes come, go, and are taken for dead here and nowhere else.
///
/// Each of these is one transaction, so there is no moment at which a saga belongs to nobody who will be noticed
/// missing, or to two. A process that dies within one has done nothing.
final class NodeRegistry {

    /// One at a time, so that none of them counts on a node that another is just removing: a node that enters while
    /// the last one leaves would otherwise not see the sagas that are left, and nobody would run them.
    private static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7164732402)";

    /// The connections of a node that is about to be fenced off, that of its lane and that of its beat. A node
    /// frozen inside a transaction would hold its row, and whatever else it locked. The one that its lane opened
    /// last may not be on record yet: that one is ended by its own time limits.
    private static final String END_CONNECTIONS = """
            SELECT pg_terminate_backend(a.pid)
              FROM saga.saga_nodes AS n
              JOIN pg_stat_activity AS a
                ON (a.pid, a.backend_start) IN ((n.backend_pid, n.backend_start), (n.beat_pid, n.beat_start))
             WHERE n.node = ? AND (?::bigint IS NULL OR n.epoch = ?) AND a.pid <> pg_backend_pid()
            """;

    private static final String BEAT = "SELECT beat FROM saga.saga_nodes WHERE node = ? AND epoch = ?";

    /// Waits for transactions that still hold the row: whatever they commit is seen by who comes after.
    private static final String LOCKED_BEAT = BEAT + " FOR UPDATE";

    /// Waits like it.
    private static final String FENCE_OFF_NAMESAKES = "DELETE FROM saga.saga_nodes WHERE node = ?";

    private static final String FENCE_OFF = "DELETE FROM saga.saga_nodes WHERE node = ? AND epoch = ?";

    private static final String REGISTER = """
            INSERT INTO saga.saga_nodes (node, epoch)
            VALUES (?, nextval('saga.saga_epochs'))
            RETURNING epoch
            """;

    private static final String ADOPT_ORPHANS = """
            UPDATE saga.saga_runs AS r
               SET node = ?, epoch = ?, parked = NULL
             WHERE r.status IN ('STARTED', 'COMPENSATING')
               AND NOT EXISTS (SELECT FROM saga.saga_nodes AS n WHERE n.node = r.node AND n.epoch = r.epoch)
            """;

    private static final String LEAVING =
            "UPDATE saga.saga_nodes SET leaving = true WHERE node = ? AND epoch = ? AND NOT leaving";

    /// Those who inherit. They are told in the same transaction, and their rows cannot be deleted before it ends.
    private static final String TELL_HEIRS = """
            UPDATE saga.saga_nodes AS n
               SET mail = mail + 1
             WHERE ? OR NOT n.leaving AND (n.node, n.epoch) NOT IN (SELECT s.node, s.epoch
                                                                     FROM unnest(?::text[], ?::bigint[])
                                                                       AS s(node, epoch))
            RETURNING n.node, n.epoch
            """;

    private static final String SHARE = """
            UPDATE saga.saga_runs AS r
               SET node = h.node, epoch = h.epoch, parked = NULL
              FROM (SELECT saga_id, row_number() OVER (ORDER BY saga_id) AS place
                      FROM saga.saga_runs
                     WHERE status IN ('STARTED', 'COMPENSATING') AND node = ? AND epoch = ?) AS o
              JOIN unnest(?::text[], ?::bigint[]) WITH ORDINALITY AS h(node, epoch, turn)
                ON h.turn = 1 + o.place % ?
             WHERE r.saga_id = o.saga_id
            """;

    private final DataSource dataSource;
    private final Duration lease;

    NodeRegistry(DataSource dataSource, Duration lease) {
        this.dataSource = dataSource;
        this.lease = lease;
    }

    /// Makes a node of this name, and gives it what is in flight and belongs to no node.
    ///
    /// A name stands for a place, one data directory: whoever has it is fenced off at once, without waiting for a
    /// lease, and its sagas are among those that are taken over. Nodes of other names are left alone.
    NodeId enter(String name) {
        return Database.inTransaction(dataSource, db -> {
            limit(db, Duration.ofSeconds(10));
            execute(db, ONE_AT_A_TIME);
            update(db, END_CONNECTIONS, name, null, null);
            update(db, FENCE_OFF_NAMESAKES, name);
            var node = register(db, name);
            update(db, ADOPT_ORPHANS, node.name(), node.epoch());
            return node;
        });
    }

    /// Fences off a node that is taken for dead and shares its sagas among the others.
    ///
    /// Whether it is dead is asked again under its row's lock: a beat that came meanwhile, even one that was
    /// waiting for the disk, shows a node that was only late, and it goes on. Losing its connections costs it a
    /// reconnect. Of two observers the second finds no row.
    ///
    /// @param beat the count at which it stood still
    /// @param shunned nodes that seem to be dead too, and should inherit nothing if there are others
    /// @return how many sagas were shared; empty when it lives or is gone already
    OptionalInt adopt(NodeId dead, long beat, List<NodeId> shunned) {
        return Database.inTransaction(dataSource, db -> {
            limit(db, lease.dividedBy(4));
            execute(db, ONE_AT_A_TIME);
            if (!standsAt(db, BEAT, dead, beat)) {
                return OptionalInt.empty();
            }
            update(db, END_CONNECTIONS, dead.name(), dead.epoch(), dead.epoch());
            if (!standsAt(db, LOCKED_BEAT, dead, beat)) {
                return OptionalInt.empty();
            }
            update(db, FENCE_OFF, dead.name(), dead.epoch());
            return OptionalInt.of(share(db, dead, shunned));
        });
    }

    /// Says that a node will leave, so that it inherits nothing any more.
    void announceLeaving(NodeId node) {
        Database.inTransaction(dataSource, db -> {
            limit(db, lease.dividedBy(4));
            return update(db, LEAVING, node.name(), node.epoch());
        });
    }

    /// A node that leaves in order: its sagas go on at others at once, or wait for the next that enters. One that
    /// was fenced off finds its row gone, and has nothing to share.
    void leave(NodeId node, List<NodeId> shunned) {
        Database.inTransaction(dataSource, db -> {
            limit(db, Duration.ofSeconds(10));
            execute(db, ONE_AT_A_TIME);
            return update(db, FENCE_OFF, node.name(), node.epoch()) == 0 ? 0 : share(db, node, shunned);
        });
    }

    /// @return how many sagas changed hands
    private static int share(Connection db, NodeId from, List<NodeId> shunned) throws SQLException {
        var heirs = tellHeirs(db, false, shunned);
        if (heirs.isEmpty()) {
            heirs = tellHeirs(db, true, shunned);
        }
        return heirs.isEmpty()
                ? 0
                : update(db, SHARE, from.name(), from.epoch(), names(db, heirs), epochs(db, heirs), heirs.size());
    }

    private static List<NodeId> tellHeirs(Connection db, boolean anybody, List<NodeId> shunned) throws SQLException {
        try (var statement = prepared(db, TELL_HEIRS, anybody, names(db, shunned), epochs(db, shunned));
                var rows = statement.executeQuery()) {
            var heirs = new ArrayList<NodeId>();
            while (rows.next()) {
                heirs.add(new NodeId(rows.getString(1), rows.getLong(2)));
            }
            return heirs;
        }
    }

    private static boolean standsAt(Connection db, String sql, NodeId node, long beat) throws SQLException {
        try (var statement = prepared(db, sql, node.name(), node.epoch());
                var rows = statement.executeQuery()) {
            return rows.next() && rows.getLong(1) == beat;
        }
    }

    private static NodeId register(Connection db, String name) throws SQLException {
        try (var statement = prepared(db, REGISTER, name);
                var rows = statement.executeQuery()) {
            rows.next();
            return new NodeId(name, rows.getLong(1));
        }
    }

    /// Whoever does this may itself freeze in it, and be taken for dead: the database then ends the transaction.
    /// The limit of the whole is switched off first because one that runs already would not be set anew.
    private void limit(Connection db, Duration lockTimeout) throws SQLException {
        execute(
                db,
                "SET LOCAL lock_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d; "
                                .formatted(lockTimeout.toMillis(), lease.toMillis() * 45 / 100)
                        + "SET LOCAL transaction_timeout = 0; SET LOCAL transaction_timeout = '1min';"
                        + " SET LOCAL statement_timeout = 0");
    }

    private static java.sql.Array names(Connection db, List<NodeId> nodes) throws SQLException {
        return db.createArrayOf("text", nodes.stream().map(NodeId::name).toArray());
    }

    private static java.sql.Array epochs(Connection db, List<NodeId> nodes) throws SQLException {
        return db.createArrayOf("bigint", nodes.stream().map(NodeId::epoch).toArray());
    }

    private static void execute(Connection db, String sql) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(sql);
        }
    }

    /// @return how many rows were changed; 0 for a question
    private static int update(Connection db, String sql, Object... parameters) throws SQLException {
        try (var statement = prepared(db, sql, parameters)) {
            return statement.execute() ? 0 : statement.getUpdateCount();
        }
    }

    private static PreparedStatement prepared(Connection db, String sql, Object... parameters) throws SQLException {
        var statement = db.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }
}
