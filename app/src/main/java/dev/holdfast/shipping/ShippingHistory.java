package dev.holdfast.shipping;

import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Outbox;
import dev.holdfast.shipping.ShipmentRow.Attempt;
import dev.holdfast.shipping.ShipmentRow.AttemptStatus;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What else one transaction writes beside the shipments: the cancellations that become due, those that are done,
/// and the events.
final class ShippingHistory {

    private static final String CANCEL_LATER = """
            INSERT INTO shipping.cancellations (shipping_id, carrier, idempotency_key, tries, next_try_at, created_at)
            SELECT shipping_id, carrier, idempotency_key, 0, next_try_at, at
              FROM unnest(?, ?, ?, ?, ?) AS c(shipping_id, carrier, idempotency_key, next_try_at, at)
             ORDER BY shipping_id, carrier
            """;

    private static final String CANCELLED = """
            DELETE FROM shipping.cancellations c
             USING unnest(?, ?) AS d(shipping_id, carrier)
             WHERE c.shipping_id = d.shipping_id
               AND c.carrier = d.carrier
            """;

    private static final String TRY_AGAIN = """
            UPDATE shipping.cancellations c
               SET tries = c.tries + 1, next_try_at = n.next_try_at, last_error = n.error
              FROM unnest(?, ?, ?, ?) AS n(shipping_id, carrier, next_try_at, error)
             WHERE c.shipping_id = n.shipping_id
               AND c.carrier = n.carrier
            """;

    private final Instant at;
    private final Map<Place, Due> due = new LinkedHashMap<>();
    private final List<Told> told = new ArrayList<>();

    ShippingHistory(Instant at) {
        this.at = at;
    }

    private record Place(String shippingId, String carrier) {}

    private sealed interface Due {}

    /// @param recorded a row stands for it already, from before this transaction
    private record Cancel(String key, Instant when, boolean recorded) implements Due {}

    /// @param recorded a row stood for it before this transaction
    private record Done(boolean recorded) implements Due {}

    private record Again(Instant when, String error) implements Due {}

    private record Told(
            String type, ShipmentRow row, String carrier, String trackingNumber, long sequence, String traceparent) {}

    /// The label of this attempt, if there is one, must go. From the commit on, that is driven to its end whoever
    /// dies.
    ///
    /// @param after how long the sweeper leaves it to the caller's own thread
    void cancel(ShipmentRow row, Attempt attempt, Duration after) {
        attempt.become(AttemptStatus.CANCEL_PENDING);
        due.put(new Place(row.shippingId, attempt.carrier), new Cancel(row.key, at.plus(after), attempt.wasDue));
    }

    void cancelled(ShipmentRow row, Attempt attempt) {
        attempt.become(AttemptStatus.CANCELLED);
        due.put(new Place(row.shippingId, attempt.carrier), new Done(attempt.wasDue));
    }

    void tryAgain(ShipmentRow row, Attempt attempt, Duration pause, String error) {
        // Never in place of a cancellation this same transaction makes due: that row is not there yet.
        due.putIfAbsent(new Place(row.shippingId, attempt.carrier), new Again(at.plus(pause), error));
    }

    /// Counts the event on the first shipment of the order, which is written with it.
    void tell(String type, ShipmentRow row, String traceparent) {
        told.add(new Told(type, row, row.carrier, row.trackingNumber, row.nextEvent(), traceparent));
    }

    void append(Connection db, Outbox outbox) throws SQLException {
        appendDue(db);
        if (!told.isEmpty()) {
            var events = new ArrayList<Event>(told.size());
            for (var event : told) {
                events.add(event(outbox.source(), event));
            }
            outbox.append(db, events);
        }
    }

    private void appendDue(Connection db) throws SQLException {
        var later = Columns.of("text", "text", "text", "timestamptz", "timestamptz");
        var done = Columns.of("text", "text");
        var again = Columns.of("text", "text", "timestamptz", "text");
        due.forEach((place, what) -> {
            switch (what) {
                case Cancel(String key, Instant when, boolean recorded) -> {
                    if (!recorded) {
                        later.add(place.shippingId, place.carrier, key, when, at);
                    }
                }
                case Done(boolean recorded) -> {
                    if (recorded) {
                        done.add(place.shippingId, place.carrier);
                    }
                }
                case Again(Instant when, String error) -> again.add(place.shippingId, place.carrier, when, error);
            }
        });
        later.write(db, CANCEL_LATER);
        done.write(db, CANCELLED);
        again.write(db, TRY_AGAIN);
    }

    private Event event(String source, Told event) {
        var row = event.row;
        var data = new LabelData(event.type, row.orderId, row.shippingId, event.carrier, event.trackingNumber, at);
        return new Event(
                Ids.next("evt_"),
                event.type,
                source,
                row.orderId,
                row.orderId,
                event.sequence,
                event.traceparent,
                at,
                Json.write(data));
    }

    private record LabelData(
            String eventType,
            String orderId,
            String shippingId,
            String carrier,
            String trackingNumber,
            Instant timestamp) {}
}
