package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;

/// Reads what has to be done about sagas that do not run, or that something came for.
final class SignalReads {

    private static final String UNTAKEN = """
            SELECT saga_id, signal_key, name, payload #>> '{}' AS payload, sent_by, received_at
              FROM saga.saga_signals
             WHERE saga_id = ANY (?) AND taken_seq IS NULL
             ORDER BY id
            """;

    private static final String SIGNALLED = """
            SELECT DISTINCT s.saga_id
              FROM saga.saga_signals AS s
              JOIN saga.saga_runs AS e ON e.saga_id = s.saga_id
             WHERE s.taken_seq IS NULL
               AND s.saga_id > ?
               AND e.node = ? AND e.epoch = ? AND e.status IN ('STARTED', 'COMPENSATING')
             ORDER BY s.saga_id
             LIMIT ?
            """;

    private static final String DUE = """
            SELECT saga_id
              FROM saga.saga_runs
             WHERE wake_at IS NOT NULL AND wake_at <= ? AND node = ? AND epoch = ?
             ORDER BY wake_at
             LIMIT ?
            """;

    private static final String OUTCOME = """
            SELECT outcome
              FROM saga.saga_signals
             WHERE saga_id = ? AND signal_key = ? AND taken_seq IS NOT NULL
            """;

    private static final String PAUSED = "SELECT definition FROM saga.saga_pauses";

    private final DataSource dataSource;

    SignalReads(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /// Signals that their sagas have not taken, by saga, in the order in which they came.
    Map<String, List<Signal>> untaken(List<String> sagaIds) {
        return Database.reading(dataSource, db -> {
            var found = new HashMap<String, List<Signal>>();
            try (var statement = db.prepareStatement(UNTAKEN)) {
                statement.setArray(1, db.createArrayOf("text", sagaIds.toArray()));
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        var signal = new Signal(
                                rows.getString("saga_id"),
                                rows.getString("signal_key"),
                                rows.getString("name"),
                                rows.getString("payload"),
                                rows.getString("sent_by"),
                                rows.getObject("received_at", OffsetDateTime.class)
                                        .toInstant());
                        found.computeIfAbsent(signal.sagaId(), id -> new ArrayList<>())
                                .add(signal);
                    }
                }
            }
            return found;
        });
    }

    /// Sagas of a node that have not taken a signal, by saga id: some of them may not be able to for long, so each
    /// look goes on behind the one before.
    List<String> signalled(NodeId node, String after, int limit) {
        return Database.reading(dataSource, db -> ids(db, SIGNALLED, after, node.name(), node.epoch(), limit));
    }

    /// Sagas of a node that are put down and due, those that have waited longest first.
    List<String> due(NodeId node, Instant now, int limit) {
        var moment = now.atOffset(java.time.ZoneOffset.UTC);
        return Database.reading(dataSource, db -> ids(db, DUE, moment, node.name(), node.epoch(), limit));
    }

    /// What became of a signal, once it is taken.
    Optional<String> outcome(String sagaId, String key) {
        return Database.reading(
                dataSource, db -> ids(db, OUTCOME, sagaId, key).stream().findFirst());
    }

    Set<String> pausedDefinitions() {
        return Database.reading(dataSource, db -> new HashSet<>(ids(db, PAUSED)));
    }

    private static List<String> ids(Connection db, String sql, Object... parameters) throws SQLException {
        var ids = new ArrayList<String>();
        try (var statement = db.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
        }
        return ids;
    }
}
