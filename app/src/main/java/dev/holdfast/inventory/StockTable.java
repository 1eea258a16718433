package dev.holdfast.inventory;

import dev.holdfast.inventory.Stock.Counters;
import dev.holdfast.inventory.Stock.Movement;
import dev.holdfast.inventory.Stock.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// The statements on `inventory.inventory` and its ledger, each over a whole batch. Stateless.
final class StockTable {

    private static final String OPEN = """
            INSERT INTO inventory.inventory
                   (product_id, warehouse_id, available, reserved, committed, version, updated_at)
            SELECT n.product_id, n.warehouse_id, 0, 0, 0, 0, ?
              FROM unnest(?::text[], ?::text[]) AS n (product_id, warehouse_id)
             ORDER BY n.product_id, n.warehouse_id
                ON CONFLICT ON CONSTRAINT inventory_pk DO NOTHING
            """;

    /// Locks in (product, warehouse) order, so two batches that share products wait for each other instead of
    /// deadlocking.
    private static final String LOCK = """
            SELECT product_id, warehouse_id, available, reserved, committed
              FROM inventory.inventory
             WHERE product_id = ANY (?)
             ORDER BY product_id, warehouse_id
               FOR UPDATE
            """;

    private static final String WRITE = """
            UPDATE inventory.inventory i
               SET available = n.available, reserved = n.reserved, committed = n.committed,
                   version = i.version + 1, updated_at = t.now
              FROM unnest(?::text[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[])
                   AS n (product_id, warehouse_id, available, reserved, committed)
             CROSS JOIN (SELECT ?::timestamptz AS now) t
             WHERE i.product_id = n.product_id
               AND i.warehouse_id = n.warehouse_id
            """;

    private static final String APPEND = """
            INSERT INTO inventory.ledger (at, kind, product_id, warehouse_id, reservation_id, quantity)
            SELECT ?, n.kind, n.product_id, n.warehouse_id, n.reservation_id, n.quantity
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                   AS n (kind, product_id, warehouse_id, reservation_id, quantity)
            """;

    /// Makes sure there are rows to lock.
    void open(Connection db, Collection<Place> places, Instant now) throws SQLException {
        if (places.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(OPEN)) {
            SqlArrays.time(statement, 1, now);
            SqlArrays.text(statement, 2, places, Place::productId);
            SqlArrays.text(statement, 3, places, Place::warehouseId);
            statement.executeUpdate();
        }
    }

    Stock lock(Connection db, Collection<String> productIds) throws SQLException {
        var locked = new ArrayList<Counters>();
        if (productIds.isEmpty()) {
            return new Stock(locked);
        }
        try (var statement = db.prepareStatement(LOCK)) {
            SqlArrays.text(statement, 1, productIds);
            try (var result = statement.executeQuery()) {
                while (result.next()) {
                    locked.add(new Counters(
                            new Place(result.getString(1), result.getString(2)),
                            result.getLong(3),
                            result.getLong(4),
                            result.getLong(5)));
                }
            }
        }
        return new Stock(locked);
    }

    /// Writes each moved row once and appends what moved it.
    void write(Connection db, Stock stock, Instant now) throws SQLException {
        var moved = stock.moved();
        if (moved.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(WRITE)) {
            SqlArrays.text(statement, 1, moved, row -> row.place().productId());
            SqlArrays.text(statement, 2, moved, row -> row.place().warehouseId());
            SqlArrays.bigint(statement, 3, moved, Counters::available);
            SqlArrays.bigint(statement, 4, moved, Counters::reserved);
            SqlArrays.bigint(statement, 5, moved, Counters::committed);
            SqlArrays.time(statement, 6, now);
            int written = statement.executeUpdate();
            if (written != moved.size()) {
                throw new IllegalStateException(written + " stock rows written where " + moved.size()
                        + " were to be; the batch is rolled back");
            }
        }
        append(db, stock.movements(), now);
    }

    private void append(Connection db, List<Movement> movements, Instant now) throws SQLException {
        try (var statement = db.prepareStatement(APPEND)) {
            SqlArrays.time(statement, 1, now);
            SqlArrays.text(statement, 2, movements, movement -> movement.kind().code());
            SqlArrays.text(statement, 3, movements, movement -> movement.place().productId());
            SqlArrays.text(statement, 4, movements, movement -> movement.place().warehouseId());
            SqlArrays.text(statement, 5, movements, Movement::reservationId);
            SqlArrays.bigint(statement, 6, movements, Movement::quantity);
            statement.executeUpdate();
        }
    }
}
