package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What an auditor can see of the events of one service. Reads only, in short transactions.
///
/// What a consumer has taken is its inbox's last sequence per subject; it skips types it does not want, so that
/// number alone cannot show a hole. What can be shown: events leave the outbox in order, so what is left of a
/// subject is an unbroken run up to the newest; and when all is quiet a consumer that wants a subject's newest
/// event has exactly that sequence.
public final class OutboxBooks {

    private static final String BACKLOG = """
            SELECT count(*), count(*) FILTER (WHERE status = 'STUCK'),
                   coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)
              FROM ${schema}.outbox
            """;

    private static final String STUCK = """
            SELECT event_id, event_type, subject, partition_key, sequence, traceparent, happened_at, payload::text,
                   attempts, last_error, created_at
              FROM ${schema}.outbox
             WHERE status = 'STUCK'
             ORDER BY id
             LIMIT ?
            """;

    private static final String BROKEN_RUNS = """
            SELECT subject, min(sequence), max(sequence), count(*)
              FROM ${schema}.outbox
             GROUP BY subject
            HAVING count(*) <> max(sequence) - min(sequence) + 1
             ORDER BY subject
             LIMIT 1000
            """;

    private static final String LAST_SEEN = """
            SELECT subject, last_sequence
              FROM ${schema}.inbox
             WHERE consumer = ?
               AND source = ?
               AND subject = ANY (?)
            """;

    private final ServiceDatabase database;

    private OutboxBooks(ServiceDatabase database) {
        this.database = database;
    }

    /// @param database of the service whose outbox, or of the consumer whose inbox is looked at
    public static OutboxBooks of(ServiceDatabase database) {
        return new OutboxBooks(database);
    }

    /// @param pending undelivered events, the stuck ones included
    /// @param oldest the age of the oldest by the database's clock; zero when there is none
    public record Backlog(long pending, long stuck, Duration oldest) {}

    /// An event on which a consumer fails again and again. It is still tried, and holds back its subject only.
    ///
    /// @param lastError begins with the name of the consumer
    public record StuckEvent(Event event, int attempts, String lastError, Instant writtenAt) {}

    /// A subject whose undelivered events are not an unbroken run: one was lost, written twice or delivered out of
    /// order.
    public record BrokenRun(String subject, long first, long last, long count) {}

    @FunctionalInterface
    private interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    public Backlog backlog() throws SQLException {
        return all(
                        BACKLOG,
                        row -> new Backlog(row.getLong(1), row.getLong(2), Duration.ofMillis(Math.max(0, (long)
                                (row.getDouble(3) * 1_000)))))
                .getFirst();
    }

    /// The oldest first.
    ///
    /// @param most 1 or more
    public List<StuckEvent> stuck(int most) throws SQLException {
        return all(STUCK, this::stuckEvent, most);
    }

    private StuckEvent stuckEvent(ResultSet row) throws SQLException {
        var event = new Event(
                row.getString("event_id"),
                row.getString("event_type"),
                "/" + database.schema(),
                row.getString("subject"),
                row.getString("partition_key"),
                row.getLong("sequence"),
                row.getString("traceparent"),
                row.getObject("happened_at", OffsetDateTime.class).toInstant(),
                row.getString("payload"));
        return new StuckEvent(
                event,
                row.getInt("attempts"),
                row.getString("last_error"),
                row.getObject("created_at", OffsetDateTime.class).toInstant());
    }

    /// Empty when the books are in order; at most 1,000.
    public List<BrokenRun> brokenRuns() throws SQLException {
        return all(BROKEN_RUNS, row -> new BrokenRun(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)));
    }

    /// The last sequence a consumer of this database has taken, per subject; subjects it has seen nothing of (or
    /// nothing for so long that it was pruned) are missing.
    public Map<String, Long> lastSeen(String consumer, String source, Collection<String> subjects) throws SQLException {
        var seen = new HashMap<String, Long>();
        try (var db = database.pool().getConnection()) {
            all(
                    db,
                    LAST_SEEN,
                    row -> seen.put(row.getString(1), row.getLong(2)),
                    consumer,
                    source,
                    db.createArrayOf("text", subjects.toArray()));
        }
        return seen;
    }

    private <T> List<T> all(String sql, Row<T> reading, Object... arguments) throws SQLException {
        try (var db = database.pool().getConnection()) {
            return all(db, sql, reading, arguments);
        }
    }

    private <T> List<T> all(Connection db, String sql, Row<T> reading, Object... arguments) throws SQLException {
        try (var statement = db.prepareStatement(EventTables.in(database.schema(), sql))) {
            for (int i = 0; i < arguments.length; i++) {
                statement.setObject(i + 1, arguments[i]);
            }
            var all = new ArrayList<T>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    all.add(reading.read(rows));
                }
            }
            return all;
        }
    }
}
