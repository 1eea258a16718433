package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/// The outbox of one service in its schema.
final class JdbcOutbox implements Outbox {

    /// The transaction's id is fetched before the first row id is: whoever later reads the sequence and then asks
    /// which transactions are open sees this one. [ReadingFloor] depends on it. The id is handed back so that the
    /// relay can be told which transaction to wait for.
    private static final String APPEND = """
            WITH mine AS MATERIALIZED (
                SELECT pg_current_xact_id() AS xid
            ), appended AS (
                INSERT INTO ${schema}.outbox
                       (event_id, event_type, subject, partition_key, bucket, sequence, payload, traceparent, happened_at)
                SELECT e.event_id, e.event_type, e.subject, e.partition_key, e.bucket, e.sequence,
                       e.payload::jsonb, e.traceparent, e.happened_at::timestamptz
                  FROM mine,
                       unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::smallint[], ?::bigint[], ?::text[],
                              ?::text[], ?::text[]) WITH ORDINALITY
                       AS e (event_id, event_type, subject, partition_key, bucket, sequence, payload,
                             traceparent, happened_at, n)
                 WHERE mine.xid IS NOT NULL
                 ORDER BY e.n
             RETURNING 1
            )
            SELECT xid::text, (SELECT count(*) FROM appended) FROM mine
            """;

    private final ServiceDatabase database;
    private final String source;
    private final Bell bell;
    private final String append;

    JdbcOutbox(ServiceDatabase database, Bell bell) {
        this.database = database;
        this.source = "/" + database.schema();
        this.bell = bell;
        this.append = EventTables.in(database.schema(), APPEND);
    }

    @Override
    public String source() {
        return source;
    }

    /// Rings the relay's bell with the transaction's id, before the commit: the relay looks until that transaction
    /// has ended, so a commit that takes its time is not missed, and one that never comes costs a few looks.
    @Override
    public void append(Connection db, List<Event> events) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        events.forEach(this::refuseNonsense);
        try (var statement = db.prepareStatement(append)) {
            int column = 1;
            for (var text :
                    List.<Function<Event, Object>>of(Event::id, Event::type, Event::subject, Event::partitionKey)) {
                statement.setArray(column++, db.createArrayOf("text", all(events, text)));
            }
            statement.setArray(column++, db.createArrayOf("int2", all(events, e -> Buckets.of(e.subject()))));
            statement.setArray(column++, db.createArrayOf("int8", all(events, Event::sequence)));
            for (var text : List.<Function<Event, Object>>of(Event::data, Event::traceparent, e -> e.at().toString())) {
                statement.setArray(column++, db.createArrayOf("text", all(events, text)));
            }
            try (var answer = statement.executeQuery()) {
                answer.next();
                if (answer.getInt(2) != events.size()) {
                    throw new SQLException(
                            "appended " + answer.getInt(2) + " of " + events.size() + " events to " + source);
                }
                bell.ring(answer.getString(1));
            }
        }
    }

    ServiceDatabase database() {
        return database;
    }

    Bell bell() {
        return bell;
    }

    private static Object[] all(List<Event> events, Function<Event, Object> part) {
        return events.stream().map(part).toArray();
    }

    private void refuseNonsense(Event event) {
        if (!source.equals(event.source())) {
            throw new IllegalArgumentException("the outbox of " + source + " takes no event of " + event.source());
        }
        if (event.sequence() < 1) {
            throw new IllegalArgumentException(
                    "event " + event.id() + " must have a sequence of 1 or more, not " + event.sequence());
        }
    }
}
