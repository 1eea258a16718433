package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.CreateRequest;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.Money;
import dev.holdfast.testing.Reach;
import dev.holdfast.testing.RecordedEvents;
import dev.holdfast.testing.TestDatabase;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Orders on a database of their own.
final class OrdersFixture implements AutoCloseable {

    static final Instant NOW = Instant.parse("2025-08-05T14:23:00Z");
    static final Address ADDRESS = new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US");

    final TestDatabase database = TestDatabase.with("orders");
    final RecordedEvents events = new RecordedEvents(database, "/orders");
    final OrderBooks books = new SqlOrderBooks(database.dataSource());
    final JdbcClient jdbc = JdbcClient.create(database.dataSource());

    final OrdersApi orders;
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Reach reach;

    OrdersFixture() {
        this(Reach.IN_PROCESS);
    }

    OrdersFixture(Reach reach) {
        this.reach = reach;
        this.orders = node(database);
    }

    /// What a lane runs; each has one of its own.
    OrdersBatch batch() {
        return new OrdersBatch(Clock.fixed(NOW, ZoneOffset.UTC), events);
    }

    /// The service with a lane of its own, as on another node.
    OrdersApi node(Lanes lanes) {
        var own = database.of("orders");
        var node = new Orders(lanes.open("orders", own, batch()), new OrderReads(own.pool()));
        return reach.reach(node, () -> OrdersWire.offer(node, books), RemoteOrders::new, opened);
    }

    static CreateRequest request(String orderId) {
        return request(orderId, 2, true, null);
    }

    static CreateRequest request(String orderId, int quantity, boolean reserved, Instant notAfter) {
        var line = new OrderLine("SKU-123", "A book", quantity, Money.of(2999, "USD"));
        return new CreateRequest(
                orderId,
                "usr_456",
                "saga_1:create-order",
                List.of(line),
                Money.of(2999L * quantity, "USD"),
                ADDRESS,
                "pm_card_visa_882",
                reserved,
                notAfter);
    }

    /// The rows of the history, `reserved>confirmed`.
    List<String> transitions(String orderId) {
        return jdbc.sql("""
                SELECT coalesce(from_state, '') || '>' || to_state
                  FROM orders.order_events
                 WHERE order_id = ?
                 ORDER BY seq
                """).param(orderId).query(String.class).list();
    }

    @Override
    public void close() throws Exception {
        Reach.close(opened);
        database.close();
    }
}
