package dev.holdfast.shipping;

import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Ids;
import dev.holdfast.shipping.ShipmentRow.Attempt;
import dev.holdfast.shipping.ShipmentRow.AttemptStatus;
import dev.holdfast.shipping.ShipmentRow.Status;
import dev.holdfast.shipping.ShippingCommand.Begin;
import dev.holdfast.shipping.ShippingCommand.Report;
import dev.holdfast.shipping.ShippingCommand.Settle;
import dev.holdfast.shipping.ShippingCommand.Undo;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/// The shipments of one transaction: claimed in key order, then locked in key order, changed in memory, written
/// once.
final class ShipmentTable {

    /// The deadline is compared with the database's clock at the moment of the insert. Of several rows for one key
    /// the first in time goes in: one that comes too late never hides the one behind it.
    private static final String CLAIM = """
            INSERT INTO shipping.shipments (shipping_id, order_id, idempotency_key, request_hash, parcel, status, undone,
                                            created_at, updated_at)
            SELECT c.shipping_id, c.order_id, c.idempotency_key, c.request_hash, c.parcel, c.status, c.undone, c.at, c.at
              FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) WITH ORDINALITY
                   AS c(shipping_id, order_id, idempotency_key, request_hash, parcel, status, undone, at, not_after, place)
             WHERE c.not_after IS NULL OR clock_timestamp() <= c.not_after
             ORDER BY c.idempotency_key COLLATE "C", c.place
            ON CONFLICT (idempotency_key) DO NOTHING
            RETURNING shipping_id, clock_timestamp() AS locked_at
            """;

    private static final String LOCK = """
            SELECT shipping_id, order_id, idempotency_key, request_hash, status, carrier, tracking_number, refusal,
                   clock_timestamp() AS locked_at
              FROM shipping.shipments
             WHERE idempotency_key = ANY (?)
             ORDER BY idempotency_key
               FOR UPDATE
            """;

    /// Behind the lock of their shipment, so they need none of their own.
    private static final String READ_ATTEMPTS = """
            SELECT shipping_id, carrier, status, tracking_number
              FROM shipping.carrier_attempts
             WHERE shipping_id = ANY (?)
             ORDER BY shipping_id, created_at
            """;

    private static final String WRITE_SHIPMENTS = """
            UPDATE shipping.shipments s
               SET status = n.status, carrier = n.carrier, tracking_number = n.tracking_number, refusal = n.refusal,
                   undone = n.undone, updated_at = n.at
              FROM unnest(?, ?, ?, ?, ?, ?, ?)
                   AS n(shipping_id, status, carrier, tracking_number, refusal, undone, at)
             WHERE s.shipping_id = n.shipping_id
            """;

    private static final String ADD_ATTEMPTS = """
            INSERT INTO shipping.carrier_attempts (shipping_id, carrier, carrier_key, status, tracking_number, created_at,
                                                   updated_at)
            SELECT shipping_id, carrier, carrier_key, status, tracking_number, at, at
              FROM unnest(?, ?, ?, ?, ?, ?) AS a(shipping_id, carrier, carrier_key, status, tracking_number, at)
            """;

    private static final String WRITE_ATTEMPTS = """
            UPDATE shipping.carrier_attempts a
               SET status = n.status, tracking_number = n.tracking_number, updated_at = n.at
              FROM unnest(?, ?, ?, ?, ?) AS n(shipping_id, carrier, status, tracking_number, at)
             WHERE a.shipping_id = n.shipping_id
               AND a.carrier = n.carrier
            """;

    private final Connection db;
    private final Instant at;
    private final Map<String, ShipmentRow> rows = new HashMap<>();

    ShipmentTable(Connection db, Instant at) {
        this.db = db;
        this.at = at;
    }

    /// The shipment under a key, null when there is none.
    ShipmentRow row(String key) {
        return rows.get(key);
    }

    void claimAndLock(List<ShippingCommand> commands) throws SQLException {
        claim(commands);
        lock(commands);
    }

    /// Everything that may be the first of its key is offered: a label its row, an undo a tombstone.
    private void claim(List<ShippingCommand> commands) throws SQLException {
        var columns = Columns.of("text", "text", "text", "text", "jsonb", "text", "bool", "timestamptz", "timestamptz");
        var claims = new HashMap<String, ShippingCommand>();
        for (var command : commands) {
            var id = Ids.next("SHIP-");
            switch (command) {
                case Begin(var request, String hash, List<String> _, String parcel) -> {
                    var pending = Status.PENDING.code();
                    var key = request.key();
                    columns.add(id, request.orderId(), key, hash, parcel, pending, false, at, request.notAfter());
                    claims.put(id, command);
                }
                case Undo(String orderId, String key, String _) -> {
                    columns.add(id, orderId, key, null, null, Status.CANCELLED.code(), true, at, null);
                    claims.put(id, command);
                }
                case Report _, Settle _ -> {}
            }
        }
        if (columns.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(CLAIM)) {
            columns.bind(db, statement);
            try (var inserted = statement.executeQuery()) {
                while (inserted.next()) {
                    var id = inserted.getString("shipping_id");
                    var row = fresh(id, claims.get(id), lockedAt(inserted));
                    rows.put(row.key, row);
                }
            }
        }
    }

    private static ShipmentRow fresh(String shippingId, ShippingCommand command, Instant lockedAt) {
        ShipmentRow row;
        if (command instanceof Begin begin) {
            row = new ShipmentRow(shippingId, begin.request().orderId(), begin.key(), begin.hash(), lockedAt);
            row.status = Status.PENDING;
        } else {
            row = new ShipmentRow(shippingId, ((Undo) command).orderId(), command.key(), null, lockedAt);
            row.status = Status.CANCELLED;
        }
        row.fresh = true;
        return row;
    }

    private static Instant lockedAt(ResultSet row) throws SQLException {
        return row.getObject("locked_at", OffsetDateTime.class).toInstant();
    }

    private void lock(List<ShippingCommand> commands) throws SQLException {
        var keys = new HashSet<String>();
        for (var command : commands) {
            if (!rows.containsKey(command.key())) {
                keys.add(command.key());
            }
        }
        if (keys.isEmpty()) {
            return;
        }
        var byId = new HashMap<String, ShipmentRow>();
        try (var statement = db.prepareStatement(LOCK)) {
            statement.setArray(1, db.createArrayOf("text", keys.toArray()));
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    var row = new ShipmentRow(
                            found.getString("shipping_id"),
                            found.getString("order_id"),
                            found.getString("idempotency_key"),
                            found.getString("request_hash"),
                            lockedAt(found));
                    row.status = Status.of(found.getString("status"));
                    row.carrier = found.getString("carrier");
                    row.trackingNumber = found.getString("tracking_number");
                    row.refusal = found.getString("refusal");
                    rows.put(row.key, row);
                    byId.put(row.shippingId, row);
                }
            }
        }
        readAttempts(byId);
    }

    private void readAttempts(Map<String, ShipmentRow> byId) throws SQLException {
        if (byId.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(READ_ATTEMPTS)) {
            statement.setArray(1, db.createArrayOf("text", byId.keySet().toArray()));
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    var status = AttemptStatus.of(found.getString("status"));
                    var attempt = new Attempt(found.getString("carrier"), status, false);
                    attempt.trackingNumber = found.getString("tracking_number");
                    byId.get(found.getString("shipping_id")).attempts.put(attempt.carrier, attempt);
                }
            }
        }
    }

    void write() throws SQLException {
        var shipments = Columns.of("text", "text", "text", "text", "text", "bool", "timestamptz");
        var added = Columns.of("text", "text", "text", "text", "text", "timestamptz");
        var changed = Columns.of("text", "text", "text", "text", "timestamptz");
        for (var row : rows.values()) {
            if (row.changed) {
                shipments.add(
                        row.shippingId,
                        row.status.code(),
                        row.carrier,
                        row.trackingNumber,
                        row.refusal,
                        row.undone(),
                        at);
            }
            for (var attempt : row.attempts.values()) {
                var status = attempt.status.code();
                if (attempt.isNew) {
                    var key = carrierKey(row.key, attempt.carrier);
                    added.add(row.shippingId, attempt.carrier, key, status, attempt.trackingNumber, at);
                } else if (attempt.changed) {
                    changed.add(row.shippingId, attempt.carrier, status, attempt.trackingNumber, at);
                }
            }
        }
        shipments.write(db, WRITE_SHIPMENTS);
        added.write(db, ADD_ATTEMPTS);
        changed.write(db, WRITE_ATTEMPTS);
    }

    /// The key a carrier knows a label by: the same on every try, on every node.
    static String carrierKey(String key, String carrier) {
        return key + ":" + carrier;
    }
}
