package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.Trace;
import dev.holdfast.platform.events.EventBus.Setback;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// Delivers to one consumer: its inbox and its effects in one transaction, on a connection of its own.
///
/// The relays of several outboxes take turns here. That costs little (a delivery is one short transaction) and
/// keeps a consumer to one connection and free of races with itself within a node.
final class ConsumerLane implements AutoCloseable {

    /// Lost connections, resources, a server that shuts down, system errors: no event is to blame. A statement or
    /// transaction that was cancelled because it took too long (57014, 25P04) is the event's: it would again.
    private static final List<String> ENVIRONMENT = List.of("08", "53", "57P", "58");

    /// Serialization, deadlock, lock timeout: the next try finds other circumstances.
    private static final Set<String> CIRCUMSTANCE = Set.of("40001", "40P01", "55P03");

    private final EventConsumer consumer;
    private final EventSettings settings;
    private final Inbox inbox;
    private final ReentrantLock turn = new ReentrantLock(true);
    private Connection connection;

    ConsumerLane(EventConsumer consumer, EventSettings settings) {
        this.consumer = consumer;
        this.settings = settings;
        this.inbox = new Inbox(consumer.database().schema(), consumer.name());
    }

    EventConsumer consumer() {
        return consumer;
    }

    /// @param events of one source, at least one, all wanted
    /// @return the subjects held up by an event this consumer fails on
    Map<String, Setback> deliver(String source, List<Event> events) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            var setbacks = new HashMap<String, Setback>();
            deliver(source, events, setbacks);
            return setbacks;
        } finally {
            turn.unlock();
        }
    }

    /// Deletes what has not been touched for the time the settings say, a set at a time.
    void prune() throws SQLException {
        try (var db = consumer.database().direct().getConnection()) {
            while (inbox.prune(db, settings.inboxKept().toSeconds()) > 0) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
            }
        }
    }

    /// Everything in one transaction; when that fails, the halves. The second half leaves out subjects that the
    /// first half got stuck on, which is what keeps their order. So one bad event costs a few more transactions,
    /// and only its subject waits.
    private void deliver(String source, List<Event> events, Map<String, Setback> setbacks) {
        try {
            attempt(source, events);
        } catch (SQLException | RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            refuseBlame(e);
            if (events.size() == 1) {
                var event = events.getFirst();
                setbacks.put(event.subject(), new Setback(event.sequence(), consumer.name(), e.toString()));
                return;
            }
            int half = events.size() / 2;
            deliver(source, events.subList(0, half), setbacks);
            var rest = events.subList(half, events.size()).stream()
                    .filter(event -> !setbacks.containsKey(event.subject()))
                    .toList();
            if (!rest.isEmpty()) {
                deliver(source, rest, setbacks);
            }
        }
    }

    private void attempt(String source, List<Event> events) throws SQLException {
        var db = connect();
        boolean done = false;
        try {
            var fresh = inbox.claim(db, source, events);
            if (!fresh.isEmpty()) {
                Trace.within(traceOf(fresh), () -> consumer.handle(db, fresh));
            }
            db.commit();
            done = true;
        } finally {
            if (!done) {
                rollBack();
            }
        }
    }

    /// A page belongs to many traces; what an event is blamed for, it is given alone.
    private static String traceOf(List<Event> events) {
        return events.size() == 1 ? events.getFirst().traceparent() : null;
    }

    private Connection connect() throws SQLException {
        if (connection == null || connection.isClosed()) {
            connection = consumer.database().direct().getConnection();
            connection.setAutoCommit(false);
            Sessions.prepare(connection, "holdfast consumer " + consumer.name(), settings.handlerTimeout(), settings);
        }
        return connection;
    }

    /// A connection that cannot roll back is not used again.
    private void rollBack() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            close();
        }
    }

    private void refuseBlame(Throwable e) {
        for (var cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && isNobodysFault(sql.getSQLState())) {
                throw new BusUnavailableException(
                        "consumer " + consumer.name() + " cannot take events now, they will be delivered again: " + e,
                        e);
            }
        }
    }

    private static boolean isNobodysFault(String sqlState) {
        return sqlState != null
                && (CIRCUMSTANCE.contains(sqlState) || ENVIRONMENT.stream().anyMatch(sqlState::startsWith));
    }

    @Override
    public void close() {
        Sessions.closeQuietly(connection);
        connection = null;
    }
}
