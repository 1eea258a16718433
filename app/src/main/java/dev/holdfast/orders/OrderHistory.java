package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.orders.OrdersCommand.CheckoutFailed;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.Outbox;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What one transaction has changed, gathered while it decides and appended at its end: a row of `order_events` for
/// each transition, and the event that tells of it under the same id.
final class OrderHistory {

    private static final String APPEND = """
            INSERT INTO orders.order_events (event_id, order_id, seq, event_type, from_state, to_state, event_data,
                                             created_at)
            SELECT event_id, order_id, seq, event_type, from_state, to_state, event_data, t.at
              FROM unnest(?, ?, ?, ?, ?, ?, ?)
                   AS e(event_id, order_id, seq, event_type, from_state, to_state, event_data),
                   (VALUES (?::timestamptz)) AS t(at)
            """;

    /// Whether this transaction is the one that tells of a failed checkout: only the one whose row goes in.
    private static final String RECORD_FAILED = """
            INSERT INTO orders.failed_checkouts (order_id, user_id, code, message, failed_at)
            SELECT order_id, user_id, code, message, failed_at
              FROM unnest(?, ?, ?, ?, ?) AS f(order_id, user_id, code, message, failed_at)
             ORDER BY order_id COLLATE "C"
            ON CONFLICT (order_id) DO NOTHING
            RETURNING order_id
            """;

    private final Instant at;
    private final List<Transition> transitions = new ArrayList<>();
    private final Map<String, CheckoutFailed> failures = new LinkedHashMap<>();

    OrderHistory(Instant at) {
        this.at = at;
    }

    /// Moves the row on. The caller has asked the table of transitions; it is asked again here, because what is
    /// appended can never be taken back.
    void advance(OrderRow row, OrderState to, String reason, String traceparent) {
        var from = row.state;
        if (from == null ? to != OrderState.CREATED : !from.mayBecome(to)) {
            throw new IllegalStateException("order " + row.orderId + " cannot go from " + from + " to " + to);
        }
        row.state = to;
        row.sequence++;
        transitions.add(new Transition(Ids.next("evt_"), row, from, to, row.sequence, reason, traceparent));
    }

    void failed(CheckoutFailed failure) {
        failures.putIfAbsent(failure.orderId(), failure);
    }

    void append(Connection db, OrderTable table, Outbox outbox) throws SQLException {
        var events = new ArrayList<Event>();
        if (!transitions.isEmpty()) {
            var changed = new HashSet<OrderRow>();
            var rows = Columns.of("text", "text", "int4", "text", "text", "text", "jsonb");
            for (var transition : transitions) {
                changed.add(transition.row);
                transition.addTo(rows);
            }
            table.readItems(changed);
            rows.run(db, APPEND, at);
            for (var transition : transitions) {
                if (!transition.row.tombstone) {
                    events.add(transition.event(outbox.source(), at));
                }
            }
        }
        if (!failures.isEmpty()) {
            appendFailures(db, outbox.source(), events);
        }
        if (!events.isEmpty()) {
            outbox.append(db, events);
        }
    }

    private void appendFailures(Connection db, String source, List<Event> events) throws SQLException {
        var rows = Columns.of("text", "text", "text", "text", "timestamptz");
        for (var failure : failures.values()) {
            rows.add(failure.orderId(), failure.userId(), failure.code(), failure.message(), at);
        }
        try (var statement = db.prepareStatement(RECORD_FAILED)) {
            rows.bind(db, statement);
            try (var recorded = statement.executeQuery()) {
                while (recorded.next()) {
                    events.add(event(source, failures.get(recorded.getString(1))));
                }
            }
        }
    }

    /// Sequence 1: an id whose checkout failed has no order row that tells of anything, and gets none.
    private Event event(String source, CheckoutFailed failure) {
        var id = failure.orderId();
        var data = new FailureData("CheckoutFailed", id, failure.userId(), failure.code(), failure.message(), at);
        return new Event(
                Ids.next("evt_"), "CheckoutFailed", source, id, id, 1, failure.traceparent(), at, Json.write(data));
    }

    private record Transition(
            String eventId,
            OrderRow row,
            OrderState from,
            OrderState to,
            int sequence,
            String reason,
            String traceparent) {

        void addTo(Columns rows) {
            var data = Json.write(new TransitionData(reason, row.tombstone ? true : null));
            rows.add(eventId, row.orderId, sequence, to.event(), from == null ? null : from.code(), to.code(), data);
        }

        Event event(String source, Instant at) {
            var items = row.lines.stream().map(ItemData::of).toList();
            var data = new OrderData(to.event(), row.orderId, row.userId, items, row.total.decimal(), at);
            return new Event(
                    eventId, to.event(), source, row.orderId, row.orderId, sequence, traceparent, at, Json.write(data));
        }
    }

    /// @param tombstone true where the order never was: the cancellation came before it
    private record TransitionData(String reason, Boolean tombstone) {}

    private record OrderData(
            String eventType,
            String orderId,
            String userId,
            List<ItemData> items,
            BigDecimal total,
            Instant timestamp) {}

    private record ItemData(String productId, int quantity, BigDecimal price) {
        static ItemData of(OrderLine line) {
            Money price = line.unitPrice();
            return new ItemData(line.productId(), line.quantity(), price.decimal());
        }
    }

    private record FailureData(
            String eventType, String orderId, String userId, String code, String message, Instant timestamp) {}
}
