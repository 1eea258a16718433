package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A consumer that writes down every event it handles, in its transaction, and fails on the events it is told to.
final class Recorder implements EventConsumer {

    private final TestDatabase database;
    private final String name;
    private final String schema;
    private final Map<String, Exception> poison = new ConcurrentHashMap<>();
    private final Map<String, Long> committedNanos = new ConcurrentHashMap<>();

    Recorder(TestDatabase database, String name) {
        this(database, name, "reader");
    }

    /// @param schema where its inbox is
    Recorder(TestDatabase database, String name, String schema) {
        this.schema = schema;
        this.database = database;
        this.name = name;
        database.execute("CREATE TABLE IF NOT EXISTS public.effects (n bigint GENERATED ALWAYS AS IDENTITY,"
                + " consumer text, event_id text, subject text, sequence bigint)");
    }

    void failOn(String eventId) {
        failOn(eventId, new IllegalStateException("cannot stomach " + eventId));
    }

    void failOn(String eventId, Exception failure) {
        poison.put(eventId, failure);
    }

    void recover() {
        poison.clear();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean wants(String type) {
        return !type.equals("Unwanted");
    }

    @Override
    public ServiceDatabase database() {
        return database.of(schema);
    }

    @Override
    public void handle(Connection db, List<Event> events) throws SQLException {
        var values = new ArrayList<Object>();
        for (var event : events) {
            switch (poison.get(event.id())) {
                case SQLException e -> throw e;
                case RuntimeException e -> throw e;
                case null, default -> values.add(event.id());
            }
            committedNanos.putIfAbsent(event.id(), System.nanoTime());
        }
        try (var insert = db.prepareStatement("INSERT INTO public.effects (consumer, event_id, subject, sequence)"
                + " SELECT ?, e, s, q FROM unnest(?::text[], ?::text[], ?::bigint[]) AS x (e, s, q)")) {
            insert.setString(1, name);
            insert.setArray(2, db.createArrayOf("text", values.toArray()));
            insert.setArray(
                    3,
                    db.createArrayOf("text", events.stream().map(Event::subject).toArray()));
            insert.setArray(
                    4,
                    db.createArrayOf(
                            "int8", events.stream().map(Event::sequence).toArray()));
            insert.executeUpdate();
        }
    }

    /// When the handler first saw each event, by `System.nanoTime`.
    Map<String, Long> seenNanos() {
        return committedNanos;
    }

    /// What is durably recorded, in the order it was.
    List<String> effects() {
        return query("SELECT event_id FROM public.effects WHERE consumer = '" + name + "' ORDER BY n");
    }

    List<String> sequencesOf(String subject) {
        return query("SELECT sequence::text FROM public.effects WHERE consumer = '" + name + "' AND subject = '"
                + subject + "' ORDER BY n");
    }

    long count() {
        return Long.parseLong(query("SELECT count(*)::text FROM public.effects WHERE consumer = '" + name + "'")
                .getFirst());
    }

    private List<String> query(String sql) {
        return Shop.query(database, sql);
    }
}
