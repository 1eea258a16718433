package dev.holdfast.platform.events;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Outbox;
import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A small service with an outbox, as one node runs it: a table of things, each with a counter of its events,
/// changed through a lane.
final class Shop implements AutoCloseable {

    static final EventSettings QUICK = quick(1_000);

    private final TestDatabase database;
    private final Outboxes outboxes;
    private final Outbox outbox;
    private final GroupCommit<String, String> lane;

    Shop(TestDatabase database) {
        this.database = database;
        this.outboxes = new Outboxes(QUICK);
        this.outbox = outboxes.of(database.of("shop"));
        database.execute("CREATE TABLE IF NOT EXISTS shop.things (thing text PRIMARY KEY, event_seq bigint NOT NULL)");
        this.lane = database.open("shop", database.of("shop"), this::change);
    }

    static EventSettings quick(int pageSize) {
        return new EventSettings(
                Duration.ofMillis(600),
                Duration.ofMillis(4),
                Duration.ofSeconds(1),
                pageSize,
                1 << 20,
                3,
                Duration.ofMillis(20),
                Duration.ofMillis(100),
                100,
                Duration.ofSeconds(10),
                Duration.ofHours(1),
                2,
                Duration.ofDays(30),
                Duration.ofMillis(200),
                0);
    }

    TestDatabase database() {
        return database;
    }

    Outboxes outboxes() {
        return outboxes;
    }

    Outbox outbox() {
        return outbox;
    }

    JdbcOutbox jdbcOutbox() {
        return outboxes.opened().getFirst();
    }

    EventDelivery deliverTo(EventConsumer... consumers) {
        return EventDelivery.start(outboxes, List.of(consumers), QUICK, EventsListener.NONE);
    }

    /// Changes a thing and answers the id of the event that tells of it.
    String change(String thing) {
        return lane.submit(thing);
    }

    List<String> change(Connection db, List<String> things) throws SQLException {
        var distinct = things.stream().distinct().toArray();
        run(
                db,
                "INSERT INTO shop.things SELECT t, 0 FROM unnest(?::text[]) t ORDER BY t ON CONFLICT DO NOTHING",
                distinct);
        var sequences = new java.util.HashMap<String, Long>();
        try (var lock = db.prepareStatement(
                "SELECT thing, event_seq FROM shop.things WHERE thing = ANY (?) ORDER BY thing FOR UPDATE")) {
            lock.setArray(1, db.createArrayOf("text", distinct));
            var rows = lock.executeQuery();
            while (rows.next()) {
                sequences.put(rows.getString(1), rows.getLong(2));
            }
        }
        var events = new ArrayList<Event>();
        for (var thing : things) {
            events.add(event(thing, sequences.merge(thing, 1L, Long::sum)));
        }
        try (var update = db.prepareStatement("UPDATE shop.things t SET event_seq = n.s"
                + " FROM unnest(?::text[], ?::bigint[]) AS n (thing, s) WHERE t.thing = n.thing")) {
            update.setArray(1, db.createArrayOf("text", sequences.keySet().toArray()));
            update.setArray(2, db.createArrayOf("int8", sequences.values().toArray()));
            update.executeUpdate();
        }
        outbox.append(db, events);
        return events.stream().map(Event::id).toList();
    }

    static Event event(String subject, long sequence) {
        return event(subject, sequence, "ThingChanged");
    }

    static Event event(String subject, long sequence, String type) {
        return new Event(
                Ids.next("evt_"),
                type,
                "/shop",
                subject,
                subject,
                sequence,
                null,
                Instant.parse("2025-08-05T14:23:00Z"),
                "{\"event_type\":\"" + type + "\",\"thing\":\"" + subject + "\"}");
    }

    /// Appends in a transaction of its own.
    void append(Event... events) throws SQLException {
        try (var db = database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            outbox.append(db, List.of(events));
            db.commit();
        }
    }

    long pending() {
        return Long.parseLong(
                query(database, "SELECT count(*)::text FROM shop.outbox").getFirst());
    }

    static List<String> query(TestDatabase database, String sql) {
        try (var db = database.dataSource().getConnection();
                var statement = db.createStatement();
                var rows = statement.executeQuery(sql)) {
            var found = new ArrayList<String>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(Connection db, String sql, Object[] texts) throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            statement.setArray(1, db.createArrayOf("text", texts));
            statement.executeUpdate();
        }
    }

    /// Closes the lane; the database is the test's.
    @Override
    public void close() {
        lane.close();
    }
}
