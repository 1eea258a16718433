package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.Order;
import dev.holdfast.orders.OrdersApi.OrderEvent;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Money;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What people ask about orders. Tombstones stand for orders that never were and are in no answer.
final class OrderReads {

    private static final String COLUMNS = """
            SELECT order_id, user_id, status, total_amount, currency, shipping_address, payment_method, created_at,
                   updated_at
              FROM orders.orders
            """;

    private static final String FIND = COLUMNS + """
             WHERE order_id = :id
               AND NOT tombstone
            """;

    /// Walks the primary key from where the page before ended. Status has no index, on purpose: it changes with
    /// every step of an order, and an index on it would make each of those updates touch an index. A page of a rare
    /// status therefore reads past many others.
    private static final String LIST = COLUMNS + """
             WHERE order_id > :after
               AND NOT tombstone
               AND (:status::text IS NULL OR status = :status)
             ORDER BY order_id
             LIMIT :limit
            """;

    private static final String ITEMS = """
            SELECT i.order_id, i.product_id, i.name, i.quantity, i.unit_price, o.currency
              FROM orders.order_items i
              JOIN orders.orders o USING (order_id)
             WHERE i.order_id = ANY (:ids)
             ORDER BY i.order_id, i.line_no
            """;

    private static final String HISTORY = """
            SELECT e.event_id, e.event_type, e.from_state, e.to_state, e.created_at
              FROM orders.order_events e
              JOIN orders.orders o USING (order_id)
             WHERE e.order_id = :id
               AND NOT o.tombstone
             ORDER BY e.seq
            """;

    private final JdbcClient jdbc;

    OrderReads(DataSource pool) {
        this.jdbc = JdbcClient.create(pool);
    }

    Optional<Order> find(String orderId) {
        var found = jdbc.sql(FIND)
                .param("id", orderId)
                .query((row, _) -> order(row))
                .optional();
        return found.map(order -> withItems(List.of(order)).getFirst());
    }

    List<OrderEvent> history(String orderId) {
        return jdbc.sql(HISTORY)
                .param("id", orderId)
                .query((row, _) -> new OrderEvent(
                        row.getString("event_id"),
                        row.getString("event_type"),
                        row.getString("from_state"),
                        row.getString("to_state"),
                        row.getTimestamp("created_at").toInstant()))
                .list();
    }

    List<Order> list(String after, OrderState status, int limit) {
        return withItems(jdbc.sql(LIST)
                .param("after", after == null ? "" : after)
                .param("status", status == null ? null : status.code())
                .param("limit", limit)
                .query((row, _) -> order(row))
                .list());
    }

    private List<Order> withItems(List<Order> orders) {
        if (orders.isEmpty()) {
            return orders;
        }
        Map<String, List<OrderLine>> items = new HashMap<>();
        jdbc.sql(ITEMS)
                .param("ids", orders.stream().map(Order::orderId).toArray(String[]::new))
                .query(row -> {
                    items.computeIfAbsent(row.getString("order_id"), _ -> new ArrayList<>())
                            .add(line(row));
                });
        return orders.stream()
                .map(order -> new Order(
                        order.orderId(),
                        order.userId(),
                        order.status(),
                        order.total(),
                        order.shippingAddress(),
                        order.paymentMethod(),
                        items.getOrDefault(order.orderId(), List.of()),
                        order.createdAt(),
                        order.updatedAt()))
                .toList();
    }

    private static OrderLine line(ResultSet row) throws SQLException {
        return new OrderLine(
                row.getString("product_id"),
                row.getString("name"),
                row.getInt("quantity"),
                Money.ofDecimal(row.getBigDecimal("unit_price"), row.getString("currency")));
    }

    private static Order order(ResultSet row) throws SQLException {
        var address = row.getString("shipping_address");
        return new Order(
                row.getString("order_id"),
                row.getString("user_id"),
                row.getString("status"),
                Money.ofDecimal(row.getBigDecimal("total_amount"), row.getString("currency")),
                address == null ? null : Json.read(address, Address.class),
                row.getString("payment_method"),
                List.of(),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}
