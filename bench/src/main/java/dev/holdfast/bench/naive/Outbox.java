package dev.holdfast.bench.naive;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.platform.Json;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Events, written with the change they tell of, and handed to the one consumer by a thread that looks every few
/// milliseconds, and more seldom while nothing comes: an idle shop is to cost those that are measured meanwhile
/// nothing. It does that in sets: nothing here waits for it, and a team would not do it one by one.
final class Outbox implements AutoCloseable {

    private static final String APPEND = """
            INSERT INTO naive.outbox (event_type, order_id, payload)
            VALUES (?, ?, ?::jsonb)
            """;

    /// Takes the oldest away, writes what customers are told of them, in one transaction.
    private static final String DELIVER = """
            WITH taken AS (
                DELETE FROM naive.outbox
                 WHERE id IN (SELECT id FROM naive.outbox ORDER BY id LIMIT 1000)
             RETURNING id, event_type, order_id
            ), told AS (
                INSERT INTO naive.messages (event_id, order_id, channel, body)
                SELECT id, order_id, c.channel, 'Your order ' || order_id || ' is confirmed'
                  FROM taken
                 CROSS JOIN (VALUES ('email')) AS c (channel)
                 WHERE event_type = 'OrderConfirmed'
                    ON CONFLICT DO NOTHING
            )
            SELECT count(*) FROM taken
            """;

    private static final String ANY_LEFT = "SELECT EXISTS (SELECT FROM naive.outbox)";

    private static final long SHORTEST_PAUSE_MILLIS = 5;
    private static final long LONGEST_PAUSE_MILLIS = 200;

    private final Transactions transactions;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread relay;
    private volatile SQLException failure;

    Outbox(Transactions transactions) {
        this.transactions = transactions;
        this.relay = Thread.ofPlatform().name("naive-relay").start(this::relay);
    }

    private record Told(String eventType, String orderId, Object items, Object total, Instant timestamp) {}

    static void append(Connection db, String type, CheckoutOrder order) throws SQLException {
        var told = new Told(type, order.orderId(), order.lines(), order.total(), Instant.now());
        Transactions.updateOne(db, APPEND, type, order.orderId(), Json.write(told));
    }

    /// @throws SQLException when the relay has stopped
    void awaitEmpty() throws SQLException, InterruptedException {
        while (transactions.in(Outbox::anyLeft)) {
            if (failure != null) {
                throw failure;
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Override
    public void close() throws InterruptedException {
        closing.countDown();
        relay.join();
    }

    private void relay() {
        try {
            long pause = SHORTEST_PAUSE_MILLIS;
            while (!closing.await(pause, TimeUnit.MILLISECONDS)) {
                pause = Math.min(LONGEST_PAUSE_MILLIS, 2 * pause);
                while (transactions.in(Outbox::deliver) > 0) {
                    pause = SHORTEST_PAUSE_MILLIS;
                }
            }
        } catch (SQLException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long deliver(Connection db) throws SQLException {
        try (var statement = db.prepareStatement(DELIVER);
                var row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static boolean anyLeft(Connection db) throws SQLException {
        try (var statement = db.prepareStatement(ANY_LEFT);
                var row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
