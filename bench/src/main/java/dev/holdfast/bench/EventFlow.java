package dev.holdfast.bench;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.events.EventDelivery;
import dev.holdfast.platform.events.EventSettings;
import dev.holdfast.platform.events.EventsListener;
import dev.holdfast.platform.events.OutboxBooks.Backlog;
import dev.holdfast.platform.events.Outboxes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.sql.DataSource;
import org.HdrHistogram.ConcurrentHistogram;

/// One outbox of the product with a writer at a steady rate and a consumer that writes a row for each event.
///
/// A subject has eight events, like an order; the writer is the only one, so it counts the sequences itself.
final class EventFlow implements EventConsumer, EventsListener, AutoCloseable {

    private static final String SCHEMA = "events";
    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int EVENTS_A_SUBJECT = 8;
    private static final int BATCH = 500;

    private static final String CREATE_EFFECTS = """
            CREATE TABLE IF NOT EXISTS events.effects (
                event_id text NOT NULL
            )
            """;

    private static final String RECORD = """
            INSERT INTO events.effects (event_id)
            SELECT e
              FROM unnest(?::text[]) AS e
            """;

    private final ServiceDatabase database;
    private final Outboxes outboxes;
    private final Outbox outbox;
    private final Connection writing;
    private final Map<String, Long> committing = new ConcurrentHashMap<>();
    private final AtomicLong handled = new AtomicLong();
    private final ConcurrentHistogram lagMicros = new ConcurrentHistogram(TimeUnit.MINUTES.toMicros(30), 3);
    private volatile long written;
    private volatile Backlog measured = new Backlog(0, 0, Duration.ZERO);
    private List<String> subjects = List.of();
    private int place;

    EventFlow(DataSource source, EventSettings settings) throws SQLException {
        this.database = new ServiceDatabase(SCHEMA, source, source);
        this.outboxes = new Outboxes(settings);
        this.outbox = outboxes.of(database);
        try (var db = source.getConnection();
                var statement = db.createStatement()) {
            statement.execute(CREATE_EFFECTS);
        }
        this.writing = source.getConnection();
        writing.setAutoCommit(false);
    }

    EventDelivery deliver(EventSettings settings) {
        return EventDelivery.start(outboxes, List.of(this), settings, this);
    }

    long written() {
        return written;
    }

    long waiting() {
        return written - handled.get();
    }

    long handled() {
        return handled.get();
    }

    /// What the upkeep of the running delivery last told the metrics.
    Backlog measured() {
        return measured;
    }

    /// From when COMMIT was sent until the handler had the event.
    ConcurrentHistogram lagMicros() {
        return lagMicros;
    }

    /// As fast as it goes, in batches.
    void write(int events) throws SQLException {
        for (int left = events; left > 0; left -= BATCH) {
            append(Math.min(left, BATCH));
        }
    }

    /// @return what was reached, in events per second
    double write(double perSecond, Duration time) throws SQLException {
        long end = System.nanoTime() + time.toNanos();
        return write(perSecond, () -> System.nanoTime() - end < 0);
    }

    /// @return what was reached, in events per second
    double write(double perSecond, BooleanSupplier goOn) throws SQLException {
        long before = written;
        long began = System.nanoTime();
        while (goOn.getAsBoolean()) {
            long elapsed = System.nanoTime() - began;
            long due = (long) (perSecond * elapsed / 1e9) - (written - before);
            if (due > 0) {
                append((int) Math.min(due, BATCH));
            } else {
                LockSupport.parkNanos(TICK_NANOS);
            }
        }
        return (written - before) / ((System.nanoTime() - began) / 1e9);
    }

    private void append(int count) throws SQLException {
        var events = new ArrayList<Event>(count);
        while (events.size() < count) {
            events.add(next());
        }
        outbox.append(writing, events);
        long now = System.nanoTime();
        events.forEach(event -> committing.put(event.id(), now));
        writing.commit();
        written += count;
    }

    /// A hundred subjects side by side, as the orders of some batches.
    private Event next() {
        if (place == subjects.size() * EVENTS_A_SUBJECT) {
            place = 0;
            var fresh = new ArrayList<String>();
            for (int i = 0; i < 100; i++) {
                fresh.add(Ids.next("ord_"));
            }
            subjects = fresh;
        }
        var order = subjects.get(place % subjects.size());
        long sequence = 1 + place++ / subjects.size();
        var data = "{\"event_type\":\"InventoryReserved\",\"order_id\":\"" + order
                + "\",\"items\":[{\"product_id\":\"SKU-000123\",\"quantity\":2,\"warehouse_id\":\"main\"},"
                + "{\"product_id\":\"SKU-000456\",\"quantity\":1,\"warehouse_id\":\"main\"}],"
                + "\"expires_at\":\"2025-08-05T14:33:00.123456Z\",\"timestamp\":\"2025-08-05T14:23:00.123456Z\"}";
        return new Event(
                Ids.next("evt_"),
                "InventoryReserved",
                outbox.source(),
                order,
                order,
                sequence,
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                Instant.now(),
                data);
    }

    @Override
    public String name() {
        return "bench";
    }

    @Override
    public boolean wants(String type) {
        return true;
    }

    @Override
    public ServiceDatabase database() {
        return database;
    }

    @Override
    public void handle(Connection db, List<Event> events) throws SQLException {
        long now = System.nanoTime();
        for (var event : events) {
            var since = committing.remove(event.id());
            if (since != null) {
                lagMicros.recordValue(Math.clamp((now - since) / 1_000, 0, lagMicros.getHighestTrackableValue()));
            }
        }
        try (var statement = db.prepareStatement(RECORD)) {
            statement.setArray(
                    1, db.createArrayOf("text", events.stream().map(Event::id).toArray(String[]::new)));
            statement.executeUpdate();
        }
        handled.addAndGet(events.size());
    }

    @Override
    public void backlog(String source, long pending, long stuck, Duration oldest) {
        measured = new Backlog(pending, stuck, oldest);
    }

    @Override
    public void close() throws SQLException {
        writing.close();
    }
}
