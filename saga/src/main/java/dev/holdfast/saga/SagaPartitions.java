package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// The statements that make, fill and drop the ranges of the four tables that grow with every saga. A range is one
/// partition of each of them, made and dropped together. Whoever calls has the time, the locks and the transaction.
final class SagaPartitions {

    /// In the order in which the engine's transactions come to them, so that a change which waits for one of them
    /// holds nothing that the writer it waits for still needs.
    static final List<String> TABLES = List.of("saga_steps", "saga_runs", "saga_compensating_tasks", "saga_signals");

    static final String DEFAULT = "_default";

    private static final String LOCK = "LOCK TABLE ONLY %s IN ACCESS EXCLUSIVE MODE";

    /// Made beside the parent and attached, not created as its partition: attaching does not shut writers out of
    /// the other partitions. Indexes come with the attaching.
    private static final String CREATE = """
            CREATE TABLE saga."%1$s%2$s" (LIKE saga.%1$s INCLUDING DEFAULTS INCLUDING CONSTRAINTS) WITH (fillfactor = %3$d)
            """;

    private static final String ATTACH =
            "ALTER TABLE saga.%1$s ATTACH PARTITION saga.\"%1$s%2$s\" FOR VALUES FROM ('%3$s') TO ('%4$s')";

    private static final String ATTACH_DEFAULT = "ALTER TABLE saga.%1$s ATTACH PARTITION saga.%1$s_default DEFAULT";

    private static final String DETACH = "ALTER TABLE saga.%1$s DETACH PARTITION saga.\"%1$s%2$s\"";

    private static final String RENAME_DEFAULT = "ALTER TABLE saga.%1$s_default RENAME TO \"%1$s%2$s\"";

    /// Rows of a range that is detached go where no range takes them: into the default partition.
    private static final String MOVE = "INSERT INTO saga.%1$s SELECT * FROM saga.\"%1$s%2$s\" WHERE saga_id = ANY (?)";

    private static final String DROP = "DROP TABLE saga.\"%1$s%2$s\"";

    private static final String IN_DEFAULT =
            "SELECT EXISTS (SELECT FROM saga.%1$s_default WHERE saga_id >= ? AND saga_id < ?)";

    private static final String OUTSIDE_IN_DEFAULT = """
            SELECT EXISTS (SELECT FROM saga.%1$s_default WHERE saga_id < ?)
                OR EXISTS (SELECT FROM saga.%1$s_default WHERE saga_id >= ?)
            """;

    private static final String DEFAULT_BYTES = """
            SELECT sum(pg_relation_size(format('saga.%I', name || '_default')::regclass))
              FROM unnest(ARRAY ['saga_steps', 'saga_runs', 'saga_compensating_tasks', 'saga_signals']) AS name
            """;

    /// What must not go with the range: what has not ended, and what belongs to that, because a saga asks how its
    /// children have ended. They lie in their parent's range, since their ids begin as its does. A parent is
    /// recorded as its id, a blank and a step.
    private static final String STAYING = """
            SELECT saga_id
              FROM saga."saga_runs%1$s"
             WHERE status IN ('STARTED', 'COMPENSATING')
             UNION
            SELECT unnest(?::text[])
             UNION
            SELECT child.saga_id
              FROM saga."saga_runs%1$s" AS parent
              JOIN saga."saga_runs%1$s" AS child
                ON child.parent > parent.saga_id || ' ' AND child.parent < parent.saga_id || '!'
             WHERE parent.status IN ('STARTED', 'COMPENSATING')
            """;

    private static final String BY_INDEX = "SET LOCAL enable_seqscan = off";

    private final Connection db;

    SagaPartitions(Connection db) {
        this.db = db;
    }

    /// All that a change of this range locks anyway, in one order and before anything is done.
    void lock(String... suffixes) throws SQLException {
        var names = new ArrayList<String>();
        TABLES.forEach(table -> names.add("saga." + table));
        for (var suffix : suffixes) {
            TABLES.forEach(table -> names.add("saga.\"" + table + suffix + "\""));
        }
        execute(LOCK.formatted(String.join(", ONLY ", names)));
    }

    /// Empty, and not yet a part of anything.
    void create(String suffix) throws SQLException {
        for (var table : TABLES) {
            execute(CREATE.formatted(table, suffix, table.equals("saga_runs") ? 70 : 100));
        }
    }

    void attach(String suffix, String lower, String upper) throws SQLException {
        for (var table : TABLES) {
            execute(ATTACH.formatted(table, suffix, lower, upper));
        }
    }

    void detach(String suffix) throws SQLException {
        for (var table : TABLES) {
            execute(DETACH.formatted(table, suffix));
        }
    }

    /// The default partition becomes a range, and an empty one takes its place.
    void turnDefaultInto(String suffix, String lower, String upper) throws SQLException {
        detach(DEFAULT);
        for (var table : TABLES) {
            execute(RENAME_DEFAULT.formatted(table, suffix));
        }
        attach(suffix, lower, upper);
        create(DEFAULT);
        for (var table : TABLES) {
            execute(ATTACH_DEFAULT.formatted(table));
        }
    }

    /// @param late what has ended too recently to go
    /// @return the sagas of an attached range that must stay
    List<String> staying(String suffix, List<String> late) throws SQLException {
        execute(BY_INDEX);
        try (var statement = db.prepareStatement(STAYING.formatted(suffix))) {
            statement.setArray(1, db.createArrayOf("text", late.toArray()));
            try (var rows = statement.executeQuery()) {
                var ids = new ArrayList<String>();
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
                return ids;
            }
        }
    }

    /// Moves sagas out of a range that is detached.
    void move(String suffix, List<String> sagaIds) throws SQLException {
        if (sagaIds.isEmpty()) {
            return;
        }
        for (var table : TABLES) {
            try (var statement = db.prepareStatement(MOVE.formatted(table, suffix))) {
                statement.setArray(1, db.createArrayOf("text", sagaIds.toArray()));
                statement.executeUpdate();
            }
        }
    }

    void drop(String suffix) throws SQLException {
        for (var table : TABLES) {
            execute(DROP.formatted(table, suffix));
        }
    }

    boolean defaultHas(String lower, String upper) throws SQLException {
        return any(IN_DEFAULT, lower, upper);
    }

    boolean defaultHasOthersThan(String lower, String upper) throws SQLException {
        return any(OUTSIDE_IN_DEFAULT, lower, upper);
    }

    long defaultBytes() throws SQLException {
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(DEFAULT_BYTES)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private boolean any(String sql, String first, String second) throws SQLException {
        for (var table : TABLES) {
            try (var statement = db.prepareStatement(sql.formatted(table))) {
                statement.setString(1, first);
                statement.setString(2, second);
                try (var rows = statement.executeQuery()) {
                    rows.next();
                    if (rows.getBoolean(1)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private void execute(String sql) throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(sql);
        }
    }
}
