package dev.holdfast.bench.naive;

import dev.holdfast.flows.CheckoutOrder;
import java.sql.Array;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.TreeMap;

/// Holds, pins, commits and releases stock. Rows are locked in product order, so that two orders of the same
/// products never deadlock.
final class Stock {

    private static final String CLAIM = """
            INSERT INTO naive.reservations (order_id, status, products, quantities, expires_at)
            VALUES (?, 'held', ?, ?, now() + interval '10 minutes')
                ON CONFLICT (order_id) DO NOTHING
            """;

    private static final String LOCK = """
            SELECT product_id, available
              FROM naive.stock
             WHERE product_id = ANY (?)
             ORDER BY product_id
               FOR UPDATE
            """;

    private static final String HOLD = """
            UPDATE naive.stock s
               SET available = s.available - n.quantity, reserved = s.reserved + n.quantity
              FROM unnest(?, ?) AS n (product_id, quantity)
             WHERE s.product_id = n.product_id
            """;

    private static final String COMMIT = """
            UPDATE naive.stock s
               SET reserved = s.reserved - n.quantity, committed = s.committed + n.quantity
              FROM unnest(?, ?) AS n (product_id, quantity)
             WHERE s.product_id = n.product_id
            """;

    private static final String RELEASE = """
            UPDATE naive.stock s
               SET reserved = s.reserved - n.quantity, available = s.available + n.quantity
              FROM unnest(?, ?) AS n (product_id, quantity)
             WHERE s.product_id = n.product_id
            """;

    private static final String RECORD = """
            INSERT INTO naive.stock_movements (kind, order_id, product_id, quantity)
            SELECT ?, ?, n.product_id, n.quantity
              FROM unnest(?, ?) AS n (product_id, quantity)
            """;

    private static final String PIN = """
            UPDATE naive.reservations
               SET status = 'pinned', expires_at = NULL
             WHERE order_id = ?
               AND (status = 'held' AND expires_at > now() OR status = 'pinned')
            """;

    private static final String LEAVE = """
            UPDATE naive.reservations
               SET status = ?, expires_at = NULL
             WHERE order_id = ?
               AND status IN ('held', 'pinned')
            """;

    private final Transactions transactions;

    Stock(Transactions transactions) {
        this.transactions = transactions;
    }

    /// @return false when a product is short; nothing is held then
    boolean hold(CheckoutOrder order) throws SQLException {
        return transactions.in(db -> {
            var products = products(db, order);
            var quantities = quantities(db, order);
            if (Transactions.update(db, CLAIM, order.orderId(), products, quantities) == 0) {
                return true;
            }
            if (!enough(db, order)) {
                db.rollback();
                return false;
            }
            Transactions.update(db, HOLD, products, quantities);
            Transactions.update(db, RECORD, "held", order.orderId(), products, quantities);
            Outbox.append(db, "InventoryReserved", order);
            return true;
        });
    }

    /// @return false when the hold has lapsed
    boolean pin(CheckoutOrder order) throws SQLException {
        return transactions.in(db -> Transactions.update(db, PIN, order.orderId()) == 1);
    }

    void commit(CheckoutOrder order) throws SQLException {
        leave(order, "committed", COMMIT, "InventoryCommitted");
    }

    void release(CheckoutOrder order) throws SQLException {
        leave(order, "released", RELEASE, "InventoryReleased");
    }

    private void leave(CheckoutOrder order, String status, String move, String event) throws SQLException {
        transactions.in(db -> {
            if (Transactions.update(db, LEAVE, status, order.orderId()) == 1) {
                lock(db, order);
                var products = products(db, order);
                var quantities = quantities(db, order);
                Transactions.update(db, move, products, quantities);
                Transactions.update(db, RECORD, status, order.orderId(), products, quantities);
                Outbox.append(db, event, order);
            }
            return null;
        });
    }

    private static boolean enough(Connection db, CheckoutOrder order) throws SQLException {
        var available = lock(db, order);
        return wanted(order).entrySet().stream()
                .allMatch(line -> available.getOrDefault(line.getKey(), 0L) >= line.getValue());
    }

    private static TreeMap<String, Long> lock(Connection db, CheckoutOrder order) throws SQLException {
        var available = new TreeMap<String, Long>();
        try (var query = db.prepareStatement(LOCK)) {
            Transactions.bind(query, products(db, order));
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    available.put(rows.getString(1), rows.getLong(2));
                }
            }
        }
        return available;
    }

    /// A product may stand on several lines.
    private static TreeMap<String, Long> wanted(CheckoutOrder order) {
        var wanted = new TreeMap<String, Long>();
        order.lines().forEach(line -> wanted.merge(line.productId(), (long) line.quantity(), Long::sum));
        return wanted;
    }

    private static Array products(Connection db, CheckoutOrder order) throws SQLException {
        return db.createArrayOf("text", wanted(order).keySet().toArray());
    }

    private static Array quantities(Connection db, CheckoutOrder order) throws SQLException {
        return db.createArrayOf("int8", wanted(order).values().toArray());
    }
}
