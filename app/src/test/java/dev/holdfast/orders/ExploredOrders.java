package dev.holdfast.orders;

import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Untold;
import java.time.Clock;

/// The real orders, for exploring what faults do to them.
public final class ExploredOrders {

    private final OrdersApi orders;
    private final OrderBooks books;

    public ExploredOrders(TestDatabase database, Clock clock) {
        var own = database.of("orders");
        this.orders = new Orders(
                database.open("orders", own, new OrdersBatch(clock, new Untold("/orders"))),
                new OrderReads(own.pool()));
        this.books = new SqlOrderBooks(own.pool());
    }

    public OrdersApi api() {
        return orders;
    }

    /// Orders whose history is no chain of allowed transitions.
    public long broken() {
        return books.broken();
    }

    /// `none` for an order that never was.
    public String status(String orderId) {
        return orders.find(orderId).map(OrdersApi.Order::status).orElse("none");
    }
}
