package dev.holdfast.bench.crash;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/// The shop's tables, read when all is quiet.
///
/// @param sagas by saga id
/// @param orders by order id, without the tombstones of those that were undone before they were created
/// @param money by order id, as sums
/// @param payments status by payment id
/// @param reservations status by reservation id
/// @param available pieces by product
record ShopRows(
        Map<String, Saga> sagas,
        Map<String, Order> orders,
        Map<String, Money> money,
        Map<String, String> payments,
        Map<String, String> reservations,
        Map<String, Long> available) {

    private static final String SAGAS = """
            SELECT saga_id, payload ->> 'order_id', status
              FROM saga.saga_runs
            """;

    private static final String ORDERS = """
            SELECT order_id, status, coalesce(total_amount, 0)
              FROM orders.orders
             WHERE NOT tombstone
            """;

    private static final String MONEY = """
            SELECT order_id, sum(captured - refunded), sum(refunded),
                   coalesce(sum(amount - captured) FILTER (WHERE status IN ('pending', 'authorized')), 0)
              FROM payment.payments
             GROUP BY order_id
            """;

    private static final String PAYMENTS = """
            SELECT payment_id, status
              FROM payment.payments
            """;

    private static final String RESERVATIONS = """
            SELECT reservation_id, status
              FROM inventory.reservations
            """;

    private static final String AVAILABLE = """
            SELECT product_id, sum(available)::bigint
              FROM inventory.inventory
             GROUP BY product_id
            """;

    /// @param status `STARTED`, `COMPENSATING`, `COMPLETED`, `FAILED`
    record Saga(String orderId, String status) {}

    record Order(String status, long cents) {}

    /// @param keptCents captured and not refunded
    /// @param authorizedCents set aside and not captured
    record Money(long keptCents, long refundedCents, long authorizedCents) {

        boolean any() {
            return keptCents != 0 || authorizedCents != 0;
        }
    }

    static ShopRows read(Connection db) throws SQLException {
        var sagas = new HashMap<String, Saga>();
        var orders = new HashMap<String, Order>();
        var money = new HashMap<String, Money>();
        var payments = new HashMap<String, String>();
        var reservations = new HashMap<String, String>();
        var available = new HashMap<String, Long>();
        each(db, SAGAS, row -> sagas.put(row.getString(1), new Saga(row.getString(2), row.getString(3))));
        each(db, ORDERS, row -> orders.put(row.getString(1), new Order(row.getString(2), cents(row, 3))));
        each(db, MONEY, row -> money.put(row.getString(1), new Money(cents(row, 2), cents(row, 3), cents(row, 4))));
        each(db, PAYMENTS, row -> payments.put(row.getString(1), row.getString(2)));
        each(db, RESERVATIONS, row -> reservations.put(row.getString(1), row.getString(2)));
        each(db, AVAILABLE, row -> available.put(row.getString(1), row.getLong(2)));
        return new ShopRows(sagas, orders, money, payments, reservations, available);
    }

    /// Of an order that was never paid for, and of one that does not exist: nothing.
    Money moneyOf(String orderId) {
        return money.getOrDefault(orderId, new Money(0, 0, 0));
    }

    private interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    private static void each(Connection db, String query, Reader reader) throws SQLException {
        try (var statement = db.createStatement();
                var rows = statement.executeQuery(query)) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }

    /// Everything here is in a currency of two digits.
    private static long cents(ResultSet row, int column) throws SQLException {
        return row.getBigDecimal(column).movePointRight(2).longValueExact();
    }
}
