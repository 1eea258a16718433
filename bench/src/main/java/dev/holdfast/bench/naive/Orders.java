package dev.holdfast.bench.naive;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.platform.Json;
import java.sql.Connection;
import java.sql.SQLException;

/// Orders with their items and their history.
final class Orders {

    private static final String INSERT = """
            INSERT INTO naive.orders (order_id, idempotency_key, status, total, currency, shipping_address)
            VALUES (?, ?, 'reserved', ?, ?, ?::jsonb)
                ON CONFLICT (idempotency_key) DO NOTHING
            """;

    private static final String INSERT_ITEM = """
            INSERT INTO naive.order_items (order_id, line_no, product_id, quantity, unit_price)
            VALUES (?, ?, ?, ?, ?)
            """;

    private static final String RECORD = """
            INSERT INTO naive.order_events (order_id, seq, from_state, to_state)
            VALUES (?, ?, ?, ?)
            """;

    private static final String ADVANCE = """
            UPDATE naive.orders
               SET status = ?
             WHERE order_id = ?
               AND status = 'reserved'
            """;

    private final Transactions transactions;

    Orders(Transactions transactions) {
        this.transactions = transactions;
    }

    void create(CheckoutOrder order, String key) throws SQLException {
        transactions.in(db -> {
            var total = order.total();
            var address = Json.write(order.shippingAddress());
            if (Transactions.update(db, INSERT, order.orderId(), key, total.decimal(), total.code(), address) == 1) {
                insertItems(db, order);
                Transactions.updateOne(db, RECORD, order.orderId(), 1, null, "created");
                Transactions.updateOne(db, RECORD, order.orderId(), 2, "created", "reserved");
                Outbox.append(db, "OrderCreated", order);
                Outbox.append(db, "OrderReserved", order);
            }
            return null;
        });
    }

    void confirm(CheckoutOrder order) throws SQLException {
        advance(order, "confirmed", "OrderConfirmed");
    }

    void cancel(CheckoutOrder order) throws SQLException {
        advance(order, "cancelled", "OrderCancelled");
    }

    private void advance(CheckoutOrder order, String state, String event) throws SQLException {
        transactions.in(db -> {
            if (Transactions.update(db, ADVANCE, state, order.orderId()) == 1) {
                Transactions.updateOne(db, RECORD, order.orderId(), 3, "reserved", state);
                Outbox.append(db, event, order);
            }
            return null;
        });
    }

    /// In one round trip.
    private static void insertItems(Connection db, CheckoutOrder order) throws SQLException {
        try (var statement = db.prepareStatement(INSERT_ITEM)) {
            int lineNo = 1;
            for (var line : order.lines()) {
                Transactions.bind(
                        statement,
                        order.orderId(),
                        lineNo++,
                        line.productId(),
                        line.quantity(),
                        line.unitPrice().decimal());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
