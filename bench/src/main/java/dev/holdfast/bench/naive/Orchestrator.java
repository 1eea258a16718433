package dev.holdfast.bench.naive;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Json;
import java.sql.SQLException;

/// Runs a checkout from its first step to its last on the caller's thread, and records after each step how far it
/// is.
final class Orchestrator {

    private static final String START = """
            INSERT INTO naive.sagas (saga_id, idempotency_key, order_id, cart_id, status, steps_done, payload)
            VALUES (?, ?, ?, ?, 'STARTED', 0, ?::jsonb)
            """;

    private static final String ADVANCE = """
            UPDATE naive.sagas
               SET steps_done = ?, status = ?, updated_at = now()
             WHERE saga_id = ?
            """;

    private final Transactions transactions;
    private final Stock stock;
    private final Payments payments;
    private final Orders orders;
    private final Labels labels;

    Orchestrator(Transactions transactions) {
        this.transactions = transactions;
        this.stock = new Stock(transactions);
        this.payments = new Payments(transactions);
        this.orders = new Orders(transactions);
        this.labels = new Labels(transactions);
    }

    /// @return whether the order is confirmed; if not, nothing is held, charged or labelled
    boolean checkOut(CheckoutOrder order) throws SQLException {
        var saga = Ids.next("saga_");
        transactions.in(db -> Transactions.update(
                db, START, saga, order.orderId(), order.orderId(), order.cartId(), Json.write(order)));
        if (!stock.hold(order)) {
            record(saga, 0, "FAILED");
            return false;
        }
        record(saga, 1, "STARTED");
        payments.authorize(order, saga + ":authorize-payment");
        record(saga, 2, "STARTED");
        orders.create(order, saga + ":create-order");
        record(saga, 3, "STARTED");
        labels.make(order, saga + ":create-label");
        record(saga, 4, "STARTED");
        if (!stock.pin(order)) {
            turnBack(saga, order);
            return false;
        }
        record(saga, 5, "STARTED");
        payments.capture(order);
        record(saga, 6, "STARTED");
        stock.commit(order);
        record(saga, 7, "STARTED");
        orders.confirm(order);
        record(saga, 8, "COMPLETED");
        return true;
    }

    private void turnBack(String saga, CheckoutOrder order) throws SQLException {
        record(saga, 4, "COMPENSATING");
        labels.cancel(order, saga + ":create-label");
        record(saga, 3, "COMPENSATING");
        orders.cancel(order);
        record(saga, 2, "COMPENSATING");
        payments.giveBack(order);
        record(saga, 1, "COMPENSATING");
        stock.release(order);
        record(saga, 0, "FAILED");
    }

    private void record(String saga, int stepsDone, String status) throws SQLException {
        transactions.in(db -> {
            Transactions.updateOne(db, ADVANCE, stepsDone, status, saga);
            return null;
        });
    }
}
