package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A relay's statements on the rows of one outbox. Used by the relay's thread only.
final class OutboxRows {

    /// From the floor upwards, in id order; no upper memory is kept of what was read. One statement is one
    /// snapshot: it that sees an event sees every earlier one of the subject, because they were committed under the
    /// same row lock.
    private static final String READ = """
            SELECT id, created_at, attempts, event_id, event_type, subject, partition_key, sequence,
                   traceparent, happened_at, payload::text
              FROM ${schema}.outbox
             WHERE id > ?
               AND bucket = ANY (?)
               AND subject <> ALL (?)
             ORDER BY id
             LIMIT ?
            """;

    /// Whether anything waits that nobody has handed over; the payload is not looked at.
    private static final String LOWEST = """
            SELECT id
              FROM ${schema}.outbox
             WHERE id > ?
               AND bucket = ANY (?)
               AND subject <> ALL (?)
             ORDER BY id
             LIMIT 1
            """;

    /// The times let the planner leave out the other partitions.
    private static final String DELETE = """
            DELETE FROM ${schema}.outbox
             WHERE created_at BETWEEN ? AND ?
               AND id = ANY (?)
            """;

    private static final String MARK_FAILED = """
            UPDATE ${schema}.outbox AS o
               SET attempts = f.attempts, last_error = f.error, status = f.status
              FROM unnest(?::bigint[], ?::timestamptz[], ?::int[], ?::text[], ?::text[])
                   AS f (id, created_at, attempts, error, status)
             WHERE o.id = f.id
               AND o.created_at = f.created_at
            """;

    /// Which of these transactions have ended, and how. A crash of the database may have made their ids ones of the
    /// future: of those nothing is asked, it would be an error.
    private static final String ENDED = """
            SELECT x, pg_xact_status(x::xid8) = 'committed'
              FROM unnest(?::text[]) AS x
             WHERE pg_visible_in_snapshot(x::xid8, pg_current_snapshot())
            """;

    private static final int ERROR_LENGTH = 2_000;

    private final String source;
    private final String read;
    private final String lowest;
    private final String delete;
    private final String markFailed;
    private final EventSettings settings;

    OutboxRows(ServiceDatabase database, EventSettings settings) {
        this.source = "/" + database.schema();
        this.read = EventTables.in(database.schema(), READ);
        this.lowest = EventTables.in(database.schema(), LOWEST);
        this.delete = EventTables.in(database.schema(), DELETE);
        this.markFailed = EventTables.in(database.schema(), MARK_FAILED);
        this.settings = settings;
    }

    /// A failed delivery of one row.
    ///
    /// @param attempts including this one
    record Failed(OutboxRow row, int attempts, String error) {}

    /// @param full whether there may be more
    record Page(List<OutboxRow> rows, boolean full) {}

    /// The next page. It ends early where its payloads exceed the limit of bytes, so that a backlog of large events
    /// is no more memory than one of small ones.
    ///
    /// @param most rows, at most
    Page read(Connection db, long floor, Collection<Short> buckets, Collection<String> heldSubjects, int most)
            throws SQLException {
        try (var statement = db.prepareStatement(read)) {
            narrow(db, statement, floor, buckets, heldSubjects);
            statement.setInt(4, most);
            statement.setFetchSize(250);
            var page = new ArrayList<OutboxRow>();
            long bytes = 0;
            try (var rows = statement.executeQuery()) {
                while (bytes < settings.pageBytes() && rows.next()) {
                    var row = row(rows);
                    page.add(row);
                    bytes += row.event().data().length();
                }
            }
            return new Page(page, page.size() >= most || bytes >= settings.pageBytes());
        }
    }

    /// The id of the first row that waits, `Long.MAX_VALUE` when none does.
    long lowest(Connection db, long floor, Collection<Short> buckets, Collection<String> heldSubjects)
            throws SQLException {
        try (var statement = db.prepareStatement(lowest)) {
            narrow(db, statement, floor, buckets, heldSubjects);
            try (var rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : Long.MAX_VALUE;
            }
        }
    }

    private static void narrow(
            Connection db,
            PreparedStatement statement,
            long floor,
            Collection<Short> buckets,
            Collection<String> heldSubjects)
            throws SQLException {
        statement.setLong(1, floor);
        statement.setArray(2, db.createArrayOf("int2", buckets.toArray()));
        statement.setArray(3, db.createArrayOf("text", heldSubjects.toArray()));
    }

    void delete(Connection db, List<OutboxRow> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        var first = rows.getFirst().writtenAt();
        var last = first;
        for (var row : rows) {
            first = row.writtenAt().isBefore(first) ? row.writtenAt() : first;
            last = row.writtenAt().isAfter(last) ? row.writtenAt() : last;
        }
        try (var statement = db.prepareStatement(delete)) {
            statement.setObject(1, first);
            statement.setObject(2, last);
            statement.setObject(3, rows.stream().mapToLong(OutboxRow::id).toArray());
            statement.executeUpdate();
        }
    }

    void markFailed(Connection db, List<Failed> failed) throws SQLException {
        if (failed.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(markFailed)) {
            statement.setArray(
                    1,
                    db.createArrayOf(
                            "int8", failed.stream().map(f -> f.row().id()).toArray()));
            statement.setArray(
                    2,
                    db.createArrayOf(
                            "text",
                            failed.stream()
                                    .map(f -> f.row().writtenAt().toString())
                                    .toArray()));
            statement.setArray(
                    3,
                    db.createArrayOf(
                            "int4", failed.stream().map(Failed::attempts).toArray()));
            statement.setArray(
                    4,
                    db.createArrayOf(
                            "text",
                            failed.stream().map(f -> storable(f.error())).toArray()));
            statement.setArray(
                    5,
                    db.createArrayOf(
                            "text",
                            failed.stream()
                                    .map(f -> f.attempts() >= settings.stuckAfter() ? "STUCK" : "PENDING")
                                    .toArray()));
            statement.executeUpdate();
        }
    }

    /// Which of these transactions have ended, so that a statement after this one sees what they committed, and
    /// whether they have committed anything.
    Map<String, Boolean> ended(Connection db, List<String> transactions) throws SQLException {
        try (var statement = db.prepareStatement(ENDED)) {
            statement.setObject(1, transactions.toArray(String[]::new));
            var ended = new HashMap<String, Boolean>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    ended.put(rows.getString(1), rows.getBoolean(2));
                }
            }
            return ended;
        }
    }

    private OutboxRow row(ResultSet rows) throws SQLException {
        var event = new Event(
                rows.getString("event_id"),
                rows.getString("event_type"),
                source,
                rows.getString("subject"),
                rows.getString("partition_key"),
                rows.getLong("sequence"),
                rows.getString("traceparent"),
                rows.getObject("happened_at", OffsetDateTime.class).toInstant(),
                rows.getString("payload"));
        return new OutboxRow(
                rows.getLong("id"), rows.getObject("created_at", OffsetDateTime.class), rows.getInt("attempts"), event);
    }

    /// An error text is whatever an exception says; PostgreSQL stores no NUL.
    private static String storable(String error) {
        var text = error.replace('\0', ' ');
        return text.length() <= ERROR_LENGTH ? text : text.substring(0, ERROR_LENGTH);
    }
}
