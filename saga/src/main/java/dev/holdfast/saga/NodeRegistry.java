package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/// Makes a node the one that may write.
final class NodeRegistry {

    private static final String ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7164732402)";

    /// The connections of nodes that are about to be fenced off. One that is frozen inside a transaction would hold
    /// its row, and whatever else it locked, for ever.
    private static final String END_THEIR_CONNECTIONS = """
            SELECT pg_terminate_backend(a.pid)
              FROM saga.saga_nodes AS n
              JOIN pg_stat_activity AS a ON a.pid = n.backend_pid AND a.backend_start = n.backend_start
             WHERE a.pid <> pg_backend_pid()
            """;

    /// A node that is frozen where its connection cannot be ended makes the start fail rather than wait for ever.
    private static final String NOT_FOR_EVER = "SET LOCAL lock_timeout = '10s'";

    /// Waits for transactions that still hold one of the rows: whatever they commit is seen by who comes after.
    private static final String FENCE_OFF = "DELETE FROM saga.saga_nodes";

    private static final String REGISTER = """
            INSERT INTO saga.saga_nodes (node, epoch)
            VALUES (?, nextval('saga.saga_epochs'))
            RETURNING epoch
            """;

    private static final String ADOPT = """
            UPDATE saga.saga_runs
               SET node = ?, epoch = ?
             WHERE status IN ('STARTED', 'COMPENSATING')
            """;

    private static final String SIGN_OFF = "DELETE FROM saga.saga_nodes WHERE node = ? AND epoch = ?";

    private NodeRegistry() {}

    /// Fences every other node off and takes over what is in flight, in one transaction: there is no moment at
    /// which a saga belongs to nobody or to two.
    static NodeId takeOver(DataSource dataSource, String name) {
        return Database.inTransaction(dataSource, db -> {
            execute(db, NOT_FOR_EVER);
            execute(db, ONE_AT_A_TIME);
            execute(db, END_THEIR_CONNECTIONS);
            execute(db, FENCE_OFF);
            var node = register(db, name);
            try (var adopt = db.prepareStatement(ADOPT)) {
                adopt.setString(1, node.name());
                adopt.setLong(2, node.epoch());
                adopt.executeUpdate();
            }
            return node;
        });
    }

    /// A node that leaves in order. One that was fenced off finds nothing to delete.
    static void signOff(DataSource dataSource, NodeId node) {
        Database.inTransaction(dataSource, db -> {
            try (var leave = db.prepareStatement(SIGN_OFF)) {
                leave.setString(1, node.name());
                leave.setLong(2, node.epoch());
                return leave.executeUpdate();
            }
        });
    }

    private static NodeId register(Connection db, String name) throws SQLException {
        try (var register = db.prepareStatement(REGISTER)) {
            register.setString(1, name);
            try (var rows = register.executeQuery()) {
                rows.next();
                return new NodeId(name, rows.getLong(1));
            }
        }
    }

    private static void execute(Connection db, String sql) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(sql);
        }
    }
}
