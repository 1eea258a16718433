package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/// Reads the engine's tables.
final class SagaReads {

    private static final String COLUMNS =
            "saga_id, definition, version, payload, subject, traceparent, parent, created_at";

    static final String FIND = "SELECT " + COLUMNS + " FROM saga.saga_runs WHERE saga_id = ?";

    private static final String STATUSES = "SELECT saga_id, status FROM saga.saga_runs WHERE saga_id = ANY (?)";

    /// The subquery of the log is by an array of ids, so that it is a look into the primary key per saga.
    private static final String LOGS = """
            SELECT saga_id, seq, step, event, attempt, generation, detail, started_at, ended_at
              FROM saga.saga_steps
             WHERE saga_id = ANY (?)
             ORDER BY saga_id, seq
            """;

    /// Of one saga: by an array whose values are not known when it is planned, all ranges would be looked into.
    static final String LOG = """
            SELECT saga_id, seq, step, event, attempt, generation, detail, started_at, ended_at
              FROM saga.saga_steps
             WHERE saga_id = ?
             ORDER BY seq
            """;

    private static final String TASKS = """
            SELECT task_id, seq, payload ->> 'step' AS step, target_service, status, retry_count, next_retry_at
              FROM saga.saga_compensating_tasks
             WHERE saga_id = ?
             ORDER BY seq
            """;

    private static final String IN_FLIGHT = "SELECT " + COLUMNS + """
              FROM saga.saga_runs
             WHERE status IN ('STARTED', 'COMPENSATING') AND node = ? AND epoch = ? AND saga_id > ?
               AND wake_at IS NULL
             ORDER BY saga_id
             LIMIT ?
            """;

    private static final String STARTED_BY = """
            SELECT saga_id, request_hash
              FROM saga.saga_start_keys
             WHERE scope = ? AND idempotency_key = ?
            """;

    private static final String NAMED = "SELECT saga_id FROM saga.saga_names WHERE name = ?";
    private static final String HOLDER_OF = "SELECT saga_id FROM saga.saga_subjects WHERE subject = ?";

    private static final String LIST = """
            SELECT saga_id, definition, version, status, current_step, needs_attention, subject, created_at, updated_at
              FROM saga.saga_executions
             WHERE (?::text IS NULL OR status = ?)
               AND (?::text IS NULL OR definition = ?)
               AND (?::text IS NULL OR current_step = ?)
               AND (?::boolean IS NULL OR needs_attention = ?)
               AND (?::text IS NULL OR subject = ?)
               AND (?::timestamptz IS NULL OR created_at < ?)
               AND (?::text IS NULL OR saga_id < ?)
             ORDER BY saga_id DESC
             LIMIT ?
            """;

    private static final String THESE = "SELECT " + COLUMNS + " FROM saga.saga_runs WHERE saga_id = ANY (?)";

    private static final String TO_RUN = THESE + """
               AND node = ? AND epoch = ? AND status IN ('STARTED', 'COMPENSATING')
               AND parked IS NULL AND wake_at IS NULL
            """;

    /// A saga as it is recorded.
    ///
    /// @param log as far as this release can read it
    /// @param unreadable what stopped it, `null` when nothing did
    record Recorded(Execution execution, List<LogEntry> log, Unreadable unreadable) {

        /// Of the last row, 0 before the first.
        int lastSeq() {
            return unreadable != null ? unreadable.lastSeq() : log.size();
        }

        boolean isParkedInLog() {
            return unreadable != null
                    ? unreadable.parked()
                    : !log.isEmpty() && log.getLast().event() == SagaEvent.PARKED;
        }

        boolean isEndedInLog() {
            var last =
                    unreadable != null || log.isEmpty() ? null : log.getLast().event();
            return last == SagaEvent.SAGA_COMPLETED || last == SagaEvent.SAGA_FAILED;
        }

        /// @throws IllegalStateException this release cannot read all of it
        Recorded whole() {
            if (unreadable != null) {
                throw new IllegalStateException("the log of saga " + execution.sagaId()
                        + " was written by another release: " + unreadable.cause() + "; a node that knows it shows it");
            }
            return this;
        }
    }

    /// A log that another release wrote.
    ///
    /// @param lastSeq of its last row
    /// @param parked whether the last row says so
    record Unreadable(String cause, int lastSeq, boolean parked) {}

    /// With its tasks.
    record Whole(Recorded recorded, List<CompensatingTask> tasks) {}

    private final DataSource dataSource;
    private final SignalReads signals;

    SagaReads(DataSource dataSource) {
        this.dataSource = dataSource;
        this.signals = new SignalReads(dataSource);
    }

    SignalReads signals() {
        return signals;
    }

    Optional<Whole> find(String sagaId) {
        return Database.inSnapshot(dataSource, db -> {
            var executions = executions(db, FIND, sagaId);
            if (executions.isEmpty()) {
                return Optional.empty();
            }
            var recorded = withLogs(db, executions).getFirst();
            return Optional.of(new Whole(recorded, tasks(db, sagaId)));
        });
    }

    /// Of those of these sagas that there are.
    Map<String, SagaStatus> statuses(Collection<String> sagaIds) {
        return Database.reading(dataSource, db -> {
            var statuses = new HashMap<String, SagaStatus>();
            try (var statement = prepared(db, STATUSES, db.createArrayOf("text", sagaIds.toArray()));
                    var rows = statement.executeQuery()) {
                while (rows.next()) {
                    statuses.put(rows.getString(1), SagaStatus.valueOf(rows.getString(2)));
                }
            }
            return statuses;
        });
    }

    /// A page of what is in flight and belongs to a node, by saga id.
    List<Recorded> inFlight(NodeId node, String after, int limit) {
        return Database.inLongSnapshot(
                dataSource, db -> withLogs(db, executions(db, IN_FLIGHT, node.name(), node.epoch(), after, limit)));
    }

    /// These sagas, in no order.
    List<Recorded> these(List<String> sagaIds) {
        return Database.inLongSnapshot(
                dataSource, db -> withLogs(db, executions(db, THESE, db.createArrayOf("text", sagaIds.toArray()))));
    }

    /// Those of these sagas that are a node's to run now: not ended, put down or parked.
    List<Recorded> toRun(NodeId node, List<String> sagaIds) {
        return Database.inLongSnapshot(dataSource, db -> {
            var ids = db.createArrayOf("text", sagaIds.toArray());
            return withLogs(db, executions(db, TO_RUN, ids, node.name(), node.epoch()));
        });
    }

    Optional<StartedBy> startedBy(String scope, String key) {
        return Database.reading(dataSource, db -> {
            try (var statement = prepared(db, STARTED_BY, scope, key);
                    var rows = statement.executeQuery()) {
                return rows.next()
                        ? Optional.of(new StartedBy(rows.getString(1), rows.getString(2)))
                        : Optional.empty();
            }
        });
    }

    Optional<String> holderOf(String subject) {
        return Database.reading(dataSource, db -> {
            try (var statement = prepared(db, HOLDER_OF, subject);
                    var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        });
    }

    Optional<String> named(String name) {
        return Database.reading(dataSource, db -> {
            try (var statement = prepared(db, NAMED, name);
                    var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(rows.getString(1)) : Optional.empty();
            }
        });
    }

    List<SagaSummary> list(SagaQuery query) {
        var status = query.status() == null ? null : query.status().name();
        var before =
                query.createdBefore() == null ? null : query.createdBefore().atOffset(ZoneOffset.UTC);
        return Database.reading(dataSource, db -> {
            try (var statement = prepared(
                            db,
                            LIST,
                            status,
                            status,
                            query.definition(),
                            query.definition(),
                            query.step(),
                            query.step(),
                            query.needsAttention(),
                            query.needsAttention(),
                            query.subject(),
                            query.subject(),
                            before,
                            before,
                            query.after(),
                            query.after(),
                            query.limit());
                    var rows = statement.executeQuery()) {
                return summaries(rows);
            }
        });
    }

    private static List<SagaSummary> summaries(ResultSet rows) throws SQLException {
        var page = new ArrayList<SagaSummary>();
        while (rows.next()) {
            page.add(new SagaSummary(
                    rows.getString("saga_id"),
                    rows.getString("definition"),
                    rows.getInt("version"),
                    SagaStatus.valueOf(rows.getString("status")),
                    rows.getString("current_step"),
                    rows.getBoolean("needs_attention"),
                    rows.getString("subject"),
                    moment(rows, "created_at"),
                    moment(rows, "updated_at")));
        }
        return page;
    }

    private static List<Execution> executions(Connection db, String sql, Object... parameters) throws SQLException {
        var found = new ArrayList<Execution>();
        try (var statement = prepared(db, sql, parameters);
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(new Execution(
                        rows.getString("saga_id"),
                        rows.getString("definition"),
                        rows.getInt("version"),
                        rows.getString("payload"),
                        rows.getString("subject"),
                        rows.getString("traceparent"),
                        rows.getString("parent"),
                        moment(rows, "created_at")));
            }
        }
        return found;
    }

    private static List<Recorded> withLogs(Connection db, List<Execution> executions) throws SQLException {
        Map<String, List<LogEntry>> logs = new HashMap<>();
        Map<String, Unreadable> unreadable = new HashMap<>();
        var ids = executions.stream().map(Execution::sagaId).toArray();
        try (var statement = ids.length == 1
                        ? prepared(db, LOG, ids[0])
                        : prepared(db, LOGS, db.createArrayOf("text", ids));
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                addRow(rows, logs, unreadable);
            }
        }
        return executions.stream()
                .map(execution -> new Recorded(
                        execution,
                        logs.getOrDefault(execution.sagaId(), List.of()),
                        unreadable.get(execution.sagaId())))
                .toList();
    }

    /// One row that cannot be read ends the reading of its log and of no other.
    private static void addRow(ResultSet row, Map<String, List<LogEntry>> logs, Map<String, Unreadable> unreadable)
            throws SQLException {
        var sagaId = row.getString("saga_id");
        var before = unreadable.get(sagaId);
        try {
            var entry = entry(row);
            if (before == null) {
                logs.computeIfAbsent(sagaId, id -> new ArrayList<>()).add(entry);
            } else {
                unreadable.put(sagaId, new Unreadable(before.cause(), entry.seq(), entry.event() == SagaEvent.PARKED));
            }
        } catch (RuntimeException | Error e) {
            var cause = before == null ? "row " + row.getInt("seq") + ": " + e.getMessage() : before.cause();
            unreadable.put(sagaId, new Unreadable(cause, row.getInt("seq"), false));
        }
    }

    private static LogEntry entry(ResultSet rows) throws SQLException {
        return new LogEntry(
                rows.getInt("seq"),
                rows.getString("step"),
                SagaEvent.valueOf(rows.getString("event")),
                rows.getInt("attempt"),
                rows.getInt("generation"),
                FlatJson.read(rows.getString("detail")),
                moment(rows, "started_at"),
                moment(rows, "ended_at"));
    }

    private static List<CompensatingTask> tasks(Connection db, String sagaId) throws SQLException {
        var tasks = new ArrayList<CompensatingTask>();
        try (var statement = prepared(db, TASKS, sagaId);
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                tasks.add(new CompensatingTask(
                        rows.getString("task_id"),
                        rows.getInt("seq"),
                        rows.getString("step"),
                        rows.getString("target_service"),
                        CompensatingTask.Status.valueOf(rows.getString("status")),
                        rows.getInt("retry_count"),
                        moment(rows, "next_retry_at")));
            }
        }
        return tasks;
    }

    private static Instant moment(ResultSet rows, String column) throws SQLException {
        var moment = rows.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }

    private static PreparedStatement prepared(Connection db, String sql, Object... parameters) throws SQLException {
        var statement = db.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }
}
