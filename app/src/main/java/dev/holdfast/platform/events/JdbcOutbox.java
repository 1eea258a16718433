package dev.holdfast.platform.events;

import dev.holdfast.groupcommit.Write;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
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
    /// whatever the plan, and it is known which event has which. They come back as rows of numbers and not as an
    /// array: of what has no largest size the driver waits for before it sends on.
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
            )
            SELECT mine.xid, now(), unnest(given.ids)
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

    /// Rings the relay's bell with the transaction's id and what it has written, as soon as the statement was run,
    /// which may be before the commit: the relay looks until that transaction has ended, so a commit that takes
    /// its time is not missed, and one that never comes costs a few looks. Where it is sent with the commit and the
    /// answer is lost, nobody rings, and the relay finds the events at its regular look.
    ///
    /// Not to be called inside a savepoint: rolled back, it takes rows away from a transaction that commits.
    @Override
    public void append(Connection db, List<Event> events) throws SQLException {
        if (events.isEmpty()) {
            return;
        }
        events.forEach(this::refuseNonsense);
        long era = bell.era();
        Writes.of(db).add(Write.of(append, parameters(events)).giving(answer -> {
            var rows = new ArrayList<OutboxRow>(events.size());
            String transaction = null;
            for (var event : events) {
                answer.next();
                transaction = answer.getString(1);
                rows.add(new OutboxRow(answer.getLong(3), answer.getObject(2, OffsetDateTime.class), 0, event));
            }
            bell.ring(transaction, era, rows);
        }));
    }

    ServiceDatabase database() {
        return database;
    }

    Bell bell() {
        return bell;
    }

    /// Arrays of these types travel in binary form; as texts every quote of a payload would be escaped here and
    /// unescaped there.
    private static List<Object> parameters(List<Event> events) {
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
        return List.of(
                count,
                texts(events, Event::id),
                texts(events, Event::type),
                texts(events, Event::subject),
                texts(events, Event::partitionKey),
                buckets,
                sequences,
                texts(events, Event::data),
                texts(events, Event::traceparent),
                micros);
    }

    private static String[] texts(List<Event> events, Function<Event, String> part) {
        var texts = new String[events.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = part.apply(events.get(i));
        }
        return texts;
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
