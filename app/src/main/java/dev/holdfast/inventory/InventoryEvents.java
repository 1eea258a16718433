package dev.holdfast.inventory;

import dev.holdfast.inventory.ReservationRow.Line;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Json;
import java.time.Instant;
import java.util.List;

/// The events of stock. The subject, and what the sequence counts on, is the reservation. The partition key is a
/// product of the reservation, the first by name: lines never change, so all events of one reservation travel in
/// one partition and stay in order, and those of a hot product mostly do.
///
/// @param at when it happened, by the database's clock
/// @param traceparent the trace of who caused it, or null
record InventoryEvents(Instant at, String traceparent) {

    static final String SOURCE = "/inventory";

    private record Moved(
            String eventType, String orderId, String sagaId, List<Item> items, String reason, Instant timestamp) {}

    private record Item(String productId, int quantity, String warehouseId) {}

    private record Failed(
            String eventType,
            String orderId,
            String sagaId,
            List<MissingItem> items,
            String reason,
            Instant timestamp) {}

    private record MissingItem(String productId, long quantity, long available) {}

    /// @param told the row after counting this event
    Event moved(ReservationRow told, Kind kind, List<Line> lines) {
        var type = type(kind);
        var items = lines.stream()
                .map(line -> new Item(line.itemId(), line.qty(), line.warehouseId()))
                .toList();
        var reason = kind == Kind.EXPIRED ? "expired" : null;
        var data = new Moved(type, orderId(told), told.sagaId(), items, reason, at);
        return event(told, type, lines.getFirst().itemId(), data);
    }

    Event failed(ReservationRow told) {
        var items = told.refusal().items().stream()
                .map(item -> new MissingItem(item.itemId(), item.requested(), item.available()))
                .toList();
        var data = new Failed(
                "InventoryFailed",
                orderId(told),
                told.sagaId(),
                items,
                told.refusal().code(),
                at);
        return event(told, "InventoryFailed", items.getFirst().productId(), data);
    }

    private static String type(Kind kind) {
        return switch (kind) {
            case HELD -> "InventoryReserved";
            case RELEASED, EXPIRED -> "InventoryReleased";
            case COMMITTED -> "InventoryCommitted";
            case RECEIVED, SHIPPED, RETURNED, CORRECTED ->
                throw new IllegalArgumentException(kind + " is no event of a reservation");
        };
    }

    /// Callers of the older contract hold product by product, in rows `{order}/{product}` of one saga.
    private static String orderId(ReservationRow row) {
        return row.id().startsWith(row.sagaId() + OlderReservation.SEPARATOR) ? row.sagaId() : row.id();
    }

    private Event event(ReservationRow told, String type, String partitionKey, Object data) {
        return new Event(
                Ids.next("evt_"),
                type,
                SOURCE,
                told.id(),
                partitionKey,
                told.eventSeq(),
                traceparent,
                at,
                Json.write(data));
    }
}
