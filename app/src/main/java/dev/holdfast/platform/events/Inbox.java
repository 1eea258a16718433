package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one consumer has seen, kept in its own schema and written in the transaction of its own effects.
final class Inbox {

    /// Claims, locks and reads in one statement, in subject order (two nodes that deliver the same subjects wait
    /// for each other instead of deadlocking). The row that was there before says what is new.
    ///
    /// A row that is not raised is touched once a day all the same: an event that is delivered again and again
    /// because another consumer fails on it must not be forgotten here, or it would be handled twice.
    private static final String CLAIM = """
            INSERT INTO ${schema}.inbox AS i (consumer, source, subject, last_sequence)
            SELECT ?, ?, s.subject, s.last_sequence
              FROM unnest(?::text[], ?::bigint[]) AS s (subject, last_sequence)
             ORDER BY s.subject
                ON CONFLICT (consumer, source, subject) DO UPDATE
               SET last_sequence = greatest(i.last_sequence, EXCLUDED.last_sequence), updated_at = now()
             WHERE i.last_sequence < EXCLUDED.last_sequence
                OR i.updated_at < now() - interval '1 day'
         RETURNING subject, coalesce(old.last_sequence, 0)
            """;

    /// A set at a time, so that neither the lock nor the transaction is long.
    private static final String PRUNE = """
            DELETE FROM ${schema}.inbox
             WHERE ctid = ANY (ARRAY (
                   SELECT ctid
                     FROM ${schema}.inbox
                    WHERE updated_at < now() - ? * interval '1 second'
                    LIMIT 5000))
               AND updated_at < now() - ? * interval '1 second'
            """;

    private final String consumer;
    private final String claim;
    private final String prune;

    Inbox(String schema, String consumer) {
        this.consumer = consumer;
        this.claim = EventTables.in(schema, CLAIM);
        this.prune = EventTables.in(schema, PRUNE);
    }

    /// Records the events as seen and returns those that were not before, in the given order.
    List<Event> claim(Connection db, String source, List<Event> events) throws SQLException {
        var last = new HashMap<String, Long>();
        events.forEach(event -> last.merge(event.subject(), event.sequence(), Math::max));
        var subjects = last.keySet().toArray();
        var sequences = last.values().toArray();
        try (var statement = db.prepareStatement(claim)) {
            statement.setString(1, consumer);
            statement.setString(2, source);
            statement.setArray(3, db.createArrayOf("text", subjects));
            statement.setArray(4, db.createArrayOf("int8", sequences));
            var seen = new HashMap<String, Long>();
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    seen.put(rows.getString(1), rows.getLong(2));
                }
            }
            return fresh(events, seen);
        }
    }

    /// Deletes one set of rows that have not been touched for so long. A set of 0: done for now.
    int prune(Connection db, long untouchedSeconds) throws SQLException {
        try (var statement = db.prepareStatement(prune)) {
            statement.setLong(1, untouchedSeconds);
            statement.setLong(2, untouchedSeconds);
            return statement.executeUpdate();
        }
    }

    /// A subject that is missing in `seen` was not touched: it was there, and as new as these events.
    private static List<Event> fresh(List<Event> events, Map<String, Long> seen) {
        var fresh = new ArrayList<Event>(events.size());
        for (var event : events) {
            var before = seen.get(event.subject());
            if (before != null && event.sequence() > before) {
                seen.put(event.subject(), event.sequence());
                fresh.add(event);
            }
        }
        return fresh;
    }
}
