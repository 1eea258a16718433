package dev.holdfast.shipping;

import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Recent;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;

/// Writes the shipments of one transaction that have changed, with their attempts, each row once. A shipment is
/// written with every change of an attempt: its version stands for all of it.
final class ShipmentWrites {

    /// `xmin` is the transaction that wrote the row as it stands. A row that somebody else has written since it was
    /// read has another one and is left alone; the count tells.
    private static final String WRITE_SHIPMENTS = """
            UPDATE shipping.shipments s
               SET status = n.status, carrier = n.carrier, tracking_number = n.tracking_number, refusal = n.refusal,
                   undone = n.undone, event_seq = n.event_seq, updated_at = t.at
              FROM unnest(?, ?::xid[], ?, ?, ?, ?, ?, ?)
                   AS n(key, version, status, carrier, tracking_number, refusal, undone, event_seq),
                   (VALUES (?::timestamptz)) AS t(at)
             WHERE s.idempotency_key = n.key
               AND s.xmin = n.version
            """;

    private static final String ADD_ATTEMPTS = """
            INSERT INTO shipping.carrier_attempts (shipping_id, carrier, carrier_key, status, tracking_number, created_at,
                                                   updated_at)
            SELECT shipping_id, carrier, carrier_key, status, tracking_number, t.at, t.at
              FROM unnest(?, ?, ?, ?, ?) AS a(shipping_id, carrier, carrier_key, status, tracking_number),
                   (VALUES (?::timestamptz)) AS t(at)
            """;

    private static final String WRITE_ATTEMPTS = """
            UPDATE shipping.carrier_attempts a
               SET status = n.status, tracking_number = n.tracking_number, updated_at = t.at
              FROM unnest(?, ?, ?, ?) AS n(shipping_id, carrier, status, tracking_number), (VALUES (?::timestamptz)) AS t(at)
             WHERE a.shipping_id = n.shipping_id
               AND a.carrier = n.carrier
            """;

    private ShipmentWrites() {}

    /// @throws SQLException also when a row that was not read has been changed by somebody else
    static void write(Connection db, Collection<ShipmentRow> rows, Instant at) throws SQLException {
        var shipments = Columns.of("text", "text", "text", "text", "text", "text", "bool", "int8");
        var added = Columns.of("text", "text", "text", "text", "text");
        var changed = Columns.of("text", "text", "text", "text");
        // In key order, as all locks are taken: those of remembered rows are taken only here.
        var ordered = new ArrayList<>(rows);
        ordered.sort(Comparator.comparing(row -> row.key));
        for (var row : ordered) {
            if (row.remembered && !row.changed) {
                // Nothing would prove that what was answered is so.
                throw Recent.outOfDate();
            }
            if (row.changed || row.hasChangedAttempts()) {
                shipments.add(
                        row.key,
                        row.version,
                        row.status.code(),
                        row.carrier,
                        row.trackingNumber,
                        row.refusal,
                        row.undone(),
                        row.eventSeq);
            }
            for (var attempt : row.attempts.values()) {
                var status = attempt.status.code();
                if (attempt.isNew && !row.implies(attempt)) {
                    var key = ShipmentTable.carrierKey(row.key, attempt.carrier);
                    added.add(row.shippingId, attempt.carrier, key, status, attempt.trackingNumber);
                } else if (attempt.changed && !attempt.isNew) {
                    changed.add(row.shippingId, attempt.carrier, status, attempt.trackingNumber);
                }
            }
        }
        shipments.write(db, WRITE_SHIPMENTS, at, Recent::orOutOfDate);
        added.run(db, ADD_ATTEMPTS, at);
        changed.write(db, WRITE_ATTEMPTS, at);
    }
}
