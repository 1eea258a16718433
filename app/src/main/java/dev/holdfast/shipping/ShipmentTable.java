package dev.holdfast.shipping;

import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Optimism;
import dev.holdfast.platform.Recent;
import dev.holdfast.shipping.ShipmentRow.Attempt;
import dev.holdfast.shipping.ShipmentRow.AttemptStatus;
import dev.holdfast.shipping.ShipmentRow.Status;
import dev.holdfast.shipping.ShippingCommand.Begin;
import dev.holdfast.shipping.ShippingCommand.Made;
import dev.holdfast.shipping.ShippingCommand.Report;
import dev.holdfast.shipping.ShippingCommand.Settle;
import dev.holdfast.shipping.ShippingCommand.Undo;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// The shipments of one transaction: claimed in key order, then locked in key order, changed in memory, written
/// once.
final class ShipmentTable {

    /// The deadline is compared with the database's clock at the moment of the insert. Of several rows for one key
    /// the first in time goes in: one that comes too late never hides the one behind it.
    private static final String ENTER = """
            INSERT INTO shipping.shipments (shipping_id, order_id, ordinal, idempotency_key, request_hash, parcel, asking,
                                            status, undone, created_at, updated_at)
            SELECT c.shipping_id, c.order_id, c.ordinal, c.idempotency_key, c.request_hash, c.parcel, c.asking,
                   CASE WHEN c.undone THEN 'cancelled' ELSE 'pending' END, c.undone, t.at, t.at
              FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)
                   AS c(shipping_id, order_id, ordinal, idempotency_key, request_hash, parcel, asking, undone, not_after),
                   (VALUES (?::timestamptz)) AS t(at)
             WHERE c.not_after IS NULL OR clock_timestamp() <= c.not_after
            """;
    private static final String ENTERED = "RETURNING shipping_id, xmin AS version, clock_timestamp() AS locked_at";
    private static final String CLAIM_NEW = ENTER + ENTERED;
    private static final String CLAIM = ENTER + "ON CONFLICT DO NOTHING " + ENTERED;

    private static final String COLUMNS = """
            SELECT shipping_id, order_id, ordinal, idempotency_key, request_hash, asking, status, carrier,
                   tracking_number, refusal, event_seq, xmin AS version, clock_timestamp() AS locked_at
              FROM shipping.shipments
            """;

    private static final String LOCK = COLUMNS + """
             WHERE idempotency_key = ANY (?)
             ORDER BY idempotency_key
               FOR UPDATE
            """;

    private static final String LOCK_FIRST = COLUMNS + """
             WHERE order_id = ANY (?) AND ordinal = 1
             ORDER BY order_id
               FOR UPDATE
            """;

    /// Behind the lock of the order's first shipment; a statement of its own, so that it sees what whoever had that
    /// lock has added.
    private static final String COUNT = """
            SELECT order_id, max(ordinal) AS last
              FROM shipping.shipments
             WHERE order_id = ANY (?)
             GROUP BY order_id
            """;

    /// Behind the lock of their shipment, so they need none of their own.
    private static final String READ_ATTEMPTS = """
            SELECT shipping_id, carrier, status, tracking_number
              FROM shipping.carrier_attempts
             WHERE shipping_id = ANY (?)
             ORDER BY shipping_id, created_at
            """;

    private final Connection db;
    private final Instant at;
    private final Recent<ShipmentRow> recent;
    private final Optimism optimism;
    private final Map<String, ShipmentRow> rows = new HashMap<>();

    ShipmentTable(Connection db, Instant at, Recent<ShipmentRow> recent, Optimism optimism) {
        this.db = db;
        this.at = at;
        this.recent = recent;
        this.optimism = optimism;
    }

    /// The shipment under a key, null when there is none.
    ShipmentRow row(String key) {
        return rows.get(key);
    }

    Collection<ShipmentRow> rows() {
        return rows.values();
    }

    void claimAndLock(List<ShippingCommand> commands) throws SQLException {
        recall(commands);
        var fresh = commands.stream()
                .filter(command -> !rows.containsKey(command.key()))
                .toList();
        claim(fresh, Map.of());
        lock(LOCK, missing(commands));
        claimFurther(fresh);
        lockFirst();
    }

    /// A carrier made the label that this lane has asked it for: the next step of nearly every shipment. Everything
    /// else reads, also a label that comes together with another command of its shipment.
    private void recall(List<ShippingCommand> commands) {
        var seen = new HashSet<String>();
        for (var command : commands) {
            var row = recent.take(db, command.key());
            boolean alone = seen.add(command.key());
            if (!alone) {
                rows.remove(command.key());
            } else if (row != null
                    && command instanceof Report(String _, String carrier, Made _, List<String> _, String _)
                    && carrier.equals(row.asking)) {
                row.remembered = true;
                row.inserted = false;
                rows.put(row.key, row);
            }
        }
    }

    /// What this transaction leaves behind for the next one, once it is committed: shipments whose first carrier is
    /// about to be asked.
    void remember() {
        for (var row : rows.values()) {
            if (row.inserted
                    && row.ordinal == 1
                    && row.status == Status.PENDING
                    && row.isAskingOnly()
                    && !row.changed) {
                recent.keep(row.key, row);
            }
        }
    }

    /// Everything that may be the first of its key is offered: a label its row, an undo a tombstone. In key order,
    /// as all locks are taken: two nodes that meet wait for each other instead of deadlocking.
    ///
    /// @param last the last shipment of orders that have some; of all others it is the first
    private void claim(List<ShippingCommand> commands, Map<String, Integer> last) throws SQLException {
        var ordered = new ArrayList<ShippingCommand>();
        for (var command : commands) {
            switch (command) {
                case Begin _, Undo _ -> ordered.add(command);
                case Report _, Settle _ -> {}
            }
        }
        if (ordered.isEmpty()) {
            return;
        }
        ordered.sort(Comparator.comparing(ShippingCommand::key));
        var columns = Columns.of("text", "text", "int2", "text", "text", "json", "text", "bool", "timestamptz");
        var claims = HashMap.<String, ShipmentRow>newHashMap(ordered.size());
        var counts = new HashMap<>(last);
        for (var command : ordered) {
            var row = offered(command, counts);
            claims.put(row.shippingId, row);
            addClaim(columns, row, command);
        }
        enter(columns, claims, last.isEmpty() && optimism.isJustified(isEachOfItsOwn(claims.values())));
    }

    private void enter(Columns columns, Map<String, ShipmentRow> claims, boolean hopeful) throws SQLException {
        try (var statement = db.prepareStatement(hopeful ? CLAIM_NEW : CLAIM)) {
            statement.setObject(columns.bind(db, statement), at.atOffset(ZoneOffset.UTC));
            try (var inserted = statement.executeQuery()) {
                while (inserted.next()) {
                    var row = claims.get(inserted.getString("shipping_id"));
                    row.version = inserted.getLong("version");
                    row.lockedAt = lockedAt(inserted);
                    row.inserted = true;
                    row.fresh = true;
                    rows.put(row.key, row);
                }
            }
        } catch (SQLException e) {
            throw hopeful ? optimism.after(e) : e;
        }
    }

    private static boolean isEachOfItsOwn(Collection<ShipmentRow> claims) {
        return claims.stream().noneMatch(ShipmentRow::undone)
                && Optimism.distinct(claims.stream().map(row -> row.key).toList())
                && Optimism.distinct(claims.stream().map(row -> row.orderId).toList());
    }

    private static ShipmentRow offered(ShippingCommand command, Map<String, Integer> counts) {
        var id = Ids.next("SHIP-");
        var orderId = command instanceof Begin begin ? begin.request().orderId() : ((Undo) command).orderId();
        var row = new ShipmentRow(id, orderId, command.key(), command instanceof Begin begin ? begin.hash() : null);
        row.status = command instanceof Begin ? Status.PENDING : Status.CANCELLED;
        row.asking = command instanceof Begin begin ? begin.plan().getFirst() : null;
        // Of several for one order in one batch only the first finds its place free, unless they are counted here.
        row.ordinal = counts.containsKey(orderId) ? counts.merge(orderId, 1, Integer::sum) : 1;
        return row;
    }

    private void addClaim(Columns columns, ShipmentRow row, ShippingCommand command) {
        var parcel = command instanceof Begin begin ? begin.parcel() : null;
        var notAfter = command instanceof Begin begin ? begin.request().notAfter() : null;
        columns.add(
                row.shippingId,
                row.orderId,
                row.ordinal,
                row.key,
                row.hash,
                parcel,
                row.asking,
                row.undone(),
                notAfter);
    }

    /// What could not be claimed and is not there under its key came too late, or its order has a shipment already.
    /// Then it is the next one, counted behind the lock of the first. Another node may insert the same key
    /// meanwhile: its row is locked then.
    private void claimFurther(List<ShippingCommand> commands) throws SQLException {
        var further = commands.stream()
                .filter(command -> !rows.containsKey(command.key()))
                .filter(command -> command instanceof Begin || command instanceof Undo)
                .toList();
        if (further.isEmpty()) {
            return;
        }
        var orders = new TreeSet<String>();
        for (var command : further) {
            orders.add(command instanceof Begin begin ? begin.request().orderId() : ((Undo) command).orderId());
        }
        lock(LOCK_FIRST, orders);
        claim(further, count(orders));
        lock(LOCK, missing(further));
    }

    private Map<String, Integer> count(Set<String> orders) throws SQLException {
        var counts = new HashMap<String, Integer>();
        try (var statement = db.prepareStatement(COUNT)) {
            statement.setArray(1, db.createArrayOf("text", orders.toArray()));
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    counts.put(found.getString("order_id"), found.getInt("last"));
                }
            }
        }
        return counts;
    }

    /// The rows that count the events of their orders.
    private void lockFirst() throws SQLException {
        var firsts = new HashMap<String, ShipmentRow>();
        var wanted = new TreeSet<String>();
        for (var row : rows.values()) {
            if (row.ordinal == 1) {
                firsts.put(row.orderId, row);
            } else {
                wanted.add(row.orderId);
            }
        }
        wanted.removeAll(firsts.keySet());
        lock(LOCK_FIRST, wanted);
        for (var row : rows.values()) {
            if (row.ordinal == 1) {
                firsts.put(row.orderId, row);
            }
        }
        for (var row : rows.values()) {
            row.first = firsts.get(row.orderId);
        }
    }

    private Set<String> missing(List<ShippingCommand> commands) {
        var keys = new HashSet<String>();
        for (var command : commands) {
            if (!rows.containsKey(command.key())) {
                keys.add(command.key());
            }
        }
        return keys;
    }

    private static Instant lockedAt(ResultSet row) throws SQLException {
        return row.getObject("locked_at", OffsetDateTime.class).toInstant();
    }

    private void lock(String sql, Set<String> by) throws SQLException {
        if (by.isEmpty()) {
            return;
        }
        var byId = new HashMap<String, ShipmentRow>();
        try (var statement = db.prepareStatement(sql)) {
            statement.setArray(1, db.createArrayOf("text", by.toArray()));
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    var row = read(found);
                    if (rows.putIfAbsent(row.key, row) == null) {
                        byId.put(row.shippingId, row);
                    }
                }
            }
        }
        readAttempts(byId);
    }

    private static ShipmentRow read(ResultSet found) throws SQLException {
        var row = new ShipmentRow(
                found.getString("shipping_id"),
                found.getString("order_id"),
                found.getString("idempotency_key"),
                found.getString("request_hash"));
        row.ordinal = found.getInt("ordinal");
        row.asking = found.getString("asking");
        row.status = Status.of(found.getString("status"));
        row.carrier = found.getString("carrier");
        row.trackingNumber = found.getString("tracking_number");
        row.refusal = found.getString("refusal");
        row.eventSeq = found.getLong("event_seq");
        row.version = found.getLong("version");
        row.lockedAt = lockedAt(found);
        return row;
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
        byId.values().forEach(ShipmentRow::implyFirstAttempt);
    }

    /// The key a carrier knows a label by: the same on every try, on every node.
    static String carrierKey(String key, String carrier) {
        return key + ":" + carrier;
    }
}
