package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// The outbox of one service in its schema.
final class JdbcOutbox implements Outbox {

    /// The transaction's id is fetched before the first row id is: whoever later reads the sequence and then asks
    /// which transactions are open sees this one. [ReadingFloor] depends on it. It is handed back, with the ids of
    /// the rows and their time, so that the relay can be told which transaction to wait for and need not read what
    /// was just written.
    ///
    /// The ids are drawn into an array and given out by the rows' places in it. So they go up in the given order
    /// whatever the plan, and it is known which event has which.
    private static final String APPEND = """
            WITH mine AS MATERIALIZED (
                SELECT pg_current_xact_id() AS xid
            ), given AS MATERIALIZED (
                SELECT ARRAY (SELECT nextval('${schema}.outbox_id_seq') FROM generate_series(1, ?)) AS ids
                  FROM mine
                 WHERE mine.xid IS NOT NULL
            ), appended AS (
                INSERT INTO ${schema}.outbox
                       (id, event_id, event_type, subject, partition_key, bucket, sequence, payload, traceparent,
                        happened_at)
                OVERRIDING SYSTEM VALUE
                SELECT given.ids[e.n], e.event_id, e.event_type, e.subject, e.partition_key, e.bucket, e.sequence,
                       e.payload::json, e.traceparent, timestamptz 'epoch' + e.at_micros * interval '1 microsecond'
                  FROM given,
                       unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::smallint[], ?::bigint[], ?::text[],
                              ?::text[], ?::bigint[]) WITH ORDINALITY
                       AS e (event_id, event_type, subject, partition_key, bucket, sequence, payload,
                             traceparent, at_micros, n)
             RETURNING 1
            )
            SELECT mine.xid::text, now(), given.ids, (SELECT count(*) FROM appended)
              FROM mine, given
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

    /// Rings the relay's bell with the transaction's id and what it has written, before the commit: the relay
    /// looks until that transaction has ended, so a commit that takes its time is not missed, and one that never
    /// comes costs a few looks.
    ///
    /// Not to be called inside a savepoint: rolled back, it takes rows away from a transaction that commits.
    @Override
    public void append(Connection db, List<Event> events) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        events.forEach(this::refuseNonsense);
        long era = bell.era();
        try (var statement = db.prepareStatement(append)) {
            bind(statement, events);
            try (var answer = statement.executeQuery()) {
                answer.next();
                if (answer.getInt(4) != events.size()) {
                    throw new SQLException(
                            "appended " + answer.getInt(4) + " of " + events.size() + " events to " + source);
                }
                var ids = (Long[]) answer.getArray(3).getArray();
                bell.ring(answer.getString(1), era, rows(events, ids, answer.getObject(2, OffsetDateTime.class)));
            }
        }
    }

    ServiceDatabase database() {
        return database;
    }

    Bell bell() {
        return bell;
    }

    /// Arrays of these types travel in binary form; as texts every quote of a payload would be escaped here and
    /// unescaped there.
    private static void bind(PreparedStatement statement, List<Event> events) throws SQLException {
        int count = events.size();
        var buckets = new short[count];
        var sequences = new long[count];
        var micros = new long[count];
        for (int i = 0; i < count; i++) {
            var event = events.get(i);
            buckets[i] = Buckets.of(event.subject());
            sequences[i] = event.sequence();
            micros[i] = ChronoUnit.MICROS.between(Instant.EPOCH, event.at());
        }
        statement.setInt(1, count);
        statement.setObject(2, texts(events, Event::id));
        statement.setObject(3, texts(events, Event::type));
        statement.setObject(4, texts(events, Event::subject));
        statement.setObject(5, texts(events, Event::partitionKey));
        statement.setObject(6, buckets);
        statement.setObject(7, sequences);
        statement.setObject(8, texts(events, Event::data));
        statement.setObject(9, texts(events, Event::traceparent));
        statement.setObject(10, micros);
    }

    private static String[] texts(List<Event> events, Function<Event, String> part) {
        var texts = new String[events.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = part.apply(events.get(i));
        }
        return texts;
    }

    /// As a relay would read them.
    private static List<OutboxRow> rows(List<Event> events, Long[] ids, OffsetDateTime writtenAt) {
        var rows = new ArrayList<OutboxRow>(ids.length);
        for (int i = 0; i < ids.length; i++) {
            rows.add(new OutboxRow(ids[i], writtenAt, 0, events.get(i)));
        }
        return rows;
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
