package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;

/// What lies on an operator's desk: undos that a person should see, what is still to be undone, what came for a
/// saga, what operators did. Read from the tables, so on any node, and whether an engine runs or not. In pages:
/// each takes the last of the page before, or `null`, and a limit of 1 to 1,000.
public final class SagaDesk {

    private static final String OPEN_DEAD_LETTERS = """
            SELECT saga_id, step, context, error, failed_at, resolved_at, resolved_by, reason, evidence
              FROM saga.saga_dead_letters
             WHERE resolved_at IS NULL AND (failed_at, saga_id, step) > (?::timestamptz, ?, ?)
             ORDER BY failed_at, saga_id, step
             LIMIT ?
            """;

    private static final String RESOLVED_DEAD_LETTERS = """
            SELECT saga_id, step, context, error, failed_at, resolved_at, resolved_by, reason, evidence
              FROM saga.saga_dead_letters
             WHERE resolved_at IS NOT NULL AND (failed_at, saga_id, step) > (?::timestamptz, ?, ?)
             ORDER BY failed_at, saga_id, step
             LIMIT ?
            """;

    private static final String DEAD_LETTERS_OF = """
            SELECT saga_id, step, context, error, failed_at, resolved_at, resolved_by, reason, evidence
              FROM saga.saga_dead_letters
             WHERE saga_id = ?
             ORDER BY failed_at, step
            """;

    /// By way of the sagas that turn back, of which there is an index: open tasks are few among those of all times.
    /// Ids are ordered by time, so the oldest come first.
    private static final String OPEN_TASKS = """
            SELECT t.saga_id, r.definition, t.task_id, t.seq, t.payload ->> 'step' AS step, t.target_service,
                   t.status, t.retry_count, t.next_retry_at,
                   (SELECT s.ended_at
                      FROM saga.saga_steps AS s
                     WHERE s.saga_id = t.saga_id AND s.event = 'TURNED_BACK'
                     LIMIT 1) AS since
              FROM saga.saga_runs AS r
              JOIN saga.saga_compensating_tasks AS t ON t.saga_id = r.saga_id
             WHERE r.status IN ('STARTED', 'COMPENSATING') AND r.status = 'COMPENSATING'
               AND t.status <> 'COMPLETED' AND r.saga_id >= ? AND (t.saga_id, t.seq) > (?, ?)
             ORDER BY t.saga_id, t.seq
             LIMIT ?
            """;

    private static final String SIGNALS = """
            SELECT s.id, s.signal_key, s.name, s.payload #>> '{}' AS payload, s.sent_by, s.received_at, s.taken_seq,
                   CASE WHEN s.taken_seq IS NULL AND s.outcome IS NULL AND r.status IN ('COMPLETED', 'FAILED')
                        THEN 'too late: the saga had ended' ELSE s.outcome END AS outcome
              FROM saga.saga_signals AS s
              LEFT JOIN saga.saga_runs AS r ON r.saga_id = s.saga_id
             WHERE s.saga_id = ? AND s.id > ?
             ORDER BY s.id
             LIMIT ?
            """;

    private static final String SIGNAL = """
            SELECT s.id, s.signal_key, s.name, s.payload #>> '{}' AS payload, s.sent_by, s.received_at, s.taken_seq,
                   CASE WHEN s.taken_seq IS NULL AND s.outcome IS NULL AND r.status IN ('COMPLETED', 'FAILED')
                        THEN 'too late: the saga had ended' ELSE s.outcome END AS outcome
              FROM saga.saga_signals AS s
              LEFT JOIN saga.saga_runs AS r ON r.saga_id = s.saga_id
             WHERE s.saga_id = ? AND s.signal_key = ?
            """;

    private static final String AUDIT = """
            SELECT id, who, what, saga_id, why, at
              FROM saga.saga_audit
             WHERE id < ? AND (?::text IS NULL OR who = ?) AND (?::text IS NULL OR saga_id = ?)
             ORDER BY id DESC
             LIMIT ?
            """;

    private static final String PAUSES = "SELECT definition, who, why, at FROM saga.saga_pauses ORDER BY definition";

    /// The index that this counts has an entry for each of them and for nothing else.
    private static final String PUT_DOWN = "SELECT count(*) FROM saga.saga_runs WHERE wake_at IS NOT NULL";

    private final DataSource dataSource;

    /// @param dataSource of the database that has the engine's tables
    public SagaDesk(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /// Dead letters, those that failed first coming first.
    ///
    /// @param resolved those that are settled instead of those that are open
    public List<DeadLetter> deadLetters(boolean resolved, DeadLetter after, int limit) {
        checked(limit);
        var from = after == null ? Instant.EPOCH : after.failedAt();
        var sql = resolved ? RESOLVED_DEAD_LETTERS : OPEN_DEAD_LETTERS;
        return read(
                sql,
                SagaDesk::deadLetter,
                from.atOffset(ZoneOffset.UTC),
                after == null ? "" : after.sagaId(),
                after == null ? "" : after.step(),
                limit);
    }

    /// Those of one saga; it has one a step at most.
    public List<DeadLetter> deadLettersOf(String sagaId) {
        return read(DEAD_LETTERS_OF, SagaDesk::deadLetter, sagaId);
    }

    /// What is still to be undone, by age of its saga.
    ///
    /// @param afterSaga the saga of the last task of the page before
    /// @param afterSeq its place in that saga
    public List<OpenTask> openTasks(String afterSaga, int afterSeq, int limit) {
        checked(limit);
        var saga = afterSaga == null ? "" : afterSaga;
        return read(OPEN_TASKS, SagaDesk::openTask, saga, saga, afterSeq, limit);
    }

    /// What came for a saga, in the order in which it came.
    public List<ReceivedSignal> signals(String sagaId, Long after, int limit) {
        checked(limit);
        return read(SIGNALS, SagaDesk::signal, sagaId, after == null ? 0 : after, limit);
    }

    /// The signal that came under a key.
    public Optional<ReceivedSignal> signal(String sagaId, String key) {
        return read(SIGNAL, SagaDesk::signal, sagaId, key).stream().findFirst();
    }

    /// What operators did, the latest first.
    ///
    /// @param who `null` for all
    /// @param sagaId `null` for all, and for what was done to no saga
    public List<Deed> audit(String who, String sagaId, Long after, int limit) {
        checked(limit);
        return read(AUDIT, SagaDesk::deed, after == null ? Long.MAX_VALUE : after, who, who, sagaId, sagaId, limit);
    }

    /// The definitions that are paused.
    public List<Pause> pauses() {
        return read(PAUSES, row -> new Pause(row.getString(1), row.getString(2), row.getString(3), moment(row, "at")));
    }

    /// How many sagas are put down, on all nodes.
    public long putDown() {
        return read(PUT_DOWN, row -> row.getLong(1)).getFirst();
    }

    private static void checked(int limit) {
        if (limit < 1 || limit > 1_000) {
            throw new IllegalArgumentException("limit must be 1 to 1,000, not " + limit);
        }
    }

    @FunctionalInterface
    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> read(String sql, Row<T> reader, Object... parameters) {
        return Database.reading(dataSource, db -> rows(db, sql, reader, parameters));
    }

    private static <T> List<T> rows(Connection db, String sql, Row<T> reader, Object... parameters)
            throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (var rows = statement.executeQuery()) {
                var found = new ArrayList<T>();
                while (rows.next()) {
                    found.add(reader.read(rows));
                }
                return found;
            }
        }
    }

    private static DeadLetter deadLetter(ResultSet row) throws SQLException {
        return new DeadLetter(
                row.getString("saga_id"),
                row.getString("step"),
                FlatJson.read(row.getString("context")),
                row.getString("error"),
                moment(row, "failed_at"),
                row.getObject("resolved_at") == null
                        ? null
                        : new Resolution(
                                moment(row, "resolved_at"),
                                row.getString("resolved_by"),
                                row.getString("reason"),
                                row.getString("evidence")));
    }

    private static OpenTask openTask(ResultSet row) throws SQLException {
        var task = new CompensatingTask(
                row.getString("task_id"),
                row.getInt("seq"),
                row.getString("step"),
                row.getString("target_service"),
                CompensatingTask.Status.valueOf(row.getString("status")),
                row.getInt("retry_count"),
                moment(row, "next_retry_at"));
        return new OpenTask(row.getString("saga_id"), row.getString("definition"), task, moment(row, "since"));
    }

    private static ReceivedSignal signal(ResultSet row) throws SQLException {
        return new ReceivedSignal(
                row.getLong("id"),
                row.getString("signal_key"),
                row.getString("name"),
                row.getString("payload"),
                row.getString("sent_by"),
                moment(row, "received_at"),
                row.getObject("taken_seq", Integer.class),
                row.getString("outcome"));
    }

    private static Deed deed(ResultSet row) throws SQLException {
        return new Deed(
                row.getLong("id"),
                row.getString("who"),
                row.getString("what"),
                row.getString("saga_id"),
                row.getString("why"),
                moment(row, "at"));
    }

    private static Instant moment(ResultSet row, String column) throws SQLException {
        var moment = row.getObject(column, OffsetDateTime.class);
        return moment == null ? null : moment.toInstant();
    }

    /// An undo that failed three times.
    ///
    /// @param context the service it goes to, the key it goes under, how often it had failed
    /// @param error what the third failure was
    /// @param resolution `null` while it is open
    public record DeadLetter(
            String sagaId,
            String step,
            Map<String, String> context,
            String error,
            Instant failedAt,
            Resolution resolution) {}

    /// @param by an operator, or `engine` when an attempt succeeded after all
    public record Resolution(Instant at, String by, String reason, String evidence) {}

    /// @param since when its saga turned back
    public record OpenTask(String sagaId, String definition, CompensatingTask task, Instant since) {}

    /// @param id counts up in the order in which signals came
    /// @param name those that begin with `$` are the engine's and its operators'
    /// @param payload what it brought
    /// @param by the operator who sent it, `null` for a program
    /// @param takenAs the row of the log that took it, `null` as long as the saga has not
    /// @param outcome what became of it then
    public record ReceivedSignal(
            long id, String key, String name, String payload, String by, Instant at, Integer takenAs, String outcome) {}

    /// @param sagaId `null` for what was done to no saga
    public record Deed(long id, String who, String what, String sagaId, String why, Instant at) {}

    /// A definition at whose sagas no attempts are made.
    public record Pause(String definition, String who, String why, Instant at) {}
}
