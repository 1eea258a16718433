package dev.holdfast.bench.naive;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.platform.Ids;
import java.sql.SQLException;

/// Labels: recorded before the carrier is asked, and again with its answer.
final class Labels {

    private static final String INTEND = """
            INSERT INTO naive.labels (label_id, order_id, idempotency_key, status)
            VALUES (?, ?, ?, 'pending')
                ON CONFLICT (idempotency_key) DO NOTHING
            """;

    private static final String MADE = """
            UPDATE naive.labels
               SET status = 'created', tracking_number = ?
             WHERE idempotency_key = ?
               AND status = 'pending'
            """;

    private static final String CANCELLED = """
            UPDATE naive.labels
               SET status = 'cancelled'
             WHERE idempotency_key = ?
               AND status <> 'cancelled'
            """;

    private final Transactions transactions;

    Labels(Transactions transactions) {
        this.transactions = transactions;
    }

    void make(CheckoutOrder order, String key) throws SQLException {
        transactions.in(db -> Transactions.update(db, INTEND, Ids.next("ship_"), order.orderId(), key));
        var trackingNumber = Ids.next("1Z");
        transactions.in(db -> {
            if (Transactions.update(db, MADE, trackingNumber, key) == 1) {
                Outbox.append(db, "LabelCreated", order);
            }
            return null;
        });
    }

    void cancel(CheckoutOrder order, String key) throws SQLException {
        transactions.in(db -> {
            if (Transactions.update(db, CANCELLED, key) == 1) {
                Outbox.append(db, "LabelCancelled", order);
            }
            return null;
        });
    }
}
