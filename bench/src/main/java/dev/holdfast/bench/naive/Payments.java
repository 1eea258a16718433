package dev.holdfast.bench.naive;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.platform.Ids;
import java.sql.SQLException;

/// Money: recorded before the provider is asked, and again with its answer, each in a transaction of its own,
/// because nothing is locked while somebody outside is waited for. The provider answers at once and from memory.
final class Payments {

    private static final String INTEND = """
            INSERT INTO naive.payments (payment_id, order_id, idempotency_key, amount, currency, status)
            VALUES (?, ?, ?, ?, ?, 'pending')
                ON CONFLICT (idempotency_key) DO NOTHING
            """;

    private static final String AUTHORIZED = """
            UPDATE naive.payments
               SET status = 'authorized', provider_id = ?
             WHERE idempotency_key = ?
               AND status = 'pending'
            """;

    private static final String CAPTURING = """
            UPDATE naive.payments
               SET status = 'capturing'
             WHERE order_id = ?
               AND status = 'authorized'
            """;

    private static final String CAPTURED = """
            UPDATE naive.payments
               SET status = 'completed', captured = amount
             WHERE order_id = ?
               AND status = 'capturing'
            """;

    private static final String VOIDED = """
            UPDATE naive.payments
               SET status = 'voided'
             WHERE order_id = ?
               AND status IN ('pending', 'authorized')
            """;

    private final Transactions transactions;

    Payments(Transactions transactions) {
        this.transactions = transactions;
    }

    void authorize(CheckoutOrder order, String key) throws SQLException {
        var total = order.total();
        transactions.in(db ->
                Transactions.update(db, INTEND, Ids.next("pay_"), order.orderId(), key, total.decimal(), total.code()));
        var providerId = Ids.next("ch_");
        transactions.in(db -> {
            if (Transactions.update(db, AUTHORIZED, providerId, key) == 1) {
                Outbox.append(db, "PaymentAuthorized", order);
            }
            return null;
        });
    }

    void capture(CheckoutOrder order) throws SQLException {
        transactions.in(db -> Transactions.update(db, CAPTURING, order.orderId()));
        transactions.in(db -> {
            if (Transactions.update(db, CAPTURED, order.orderId()) == 1) {
                Outbox.append(db, "PaymentCompleted", order);
            }
            return null;
        });
    }

    void giveBack(CheckoutOrder order) throws SQLException {
        transactions.in(db -> {
            if (Transactions.update(db, VOIDED, order.orderId()) == 1) {
                Outbox.append(db, "PaymentVoided", order);
            }
            return null;
        });
    }
}
