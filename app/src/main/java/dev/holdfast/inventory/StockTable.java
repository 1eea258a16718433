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
            SELECT product_id, warehouse_id, xmin::text, available, reserved, committed
              FROM inventory.inventory
             WHERE product_id = ANY (?)
             ORDER BY product_id, warehouse_id
               FOR UPDATE
            """;

    /// Only where the row still is the version that was decided on: whoever wrote it since has left another `xmin`.
    private static final String WRITE = """
            UPDATE inventory.inventory i
               SET available = n.available, reserved = n.reserved, committed = n.committed,
                   version = i.version + 1, updated_at = ?
              FROM unnest(?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[])
                   AS n (product_id, warehouse_id, written_by, available, reserved, committed)
             WHERE i.product_id = n.product_id
               AND i.warehouse_id = n.warehouse_id
               AND i.xmin = n.written_by
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
                            SqlArrays.transaction(result.getString(3)),
                            result.getLong(4),
                            result.getLong(5),
                            result.getLong(6)));
                }
            }
        }
        return new Stock(locked);
    }

    /// Writes each moved row once and appends what moved it. In (product, warehouse) order, in which the rows were
    /// locked or, recalled, are locked now.
    ///
    /// @throws StaleRows a row is not what was decided on
    void write(Connection db, Stock stock, Instant now) throws SQLException {
        var moved = stock.moved();
        if (moved.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(WRITE)) {
            SqlArrays.time(statement, 1, now);
            SqlArrays.text(statement, 2, moved, row -> row.place().productId());
            SqlArrays.text(statement, 3, moved, row -> row.place().warehouseId());
            SqlArrays.ints(statement, 4, moved, Counters::writtenBy);
            SqlArrays.bigint(statement, 5, moved, Counters::available);
            SqlArrays.bigint(statement, 6, moved, Counters::reserved);
            SqlArrays.bigint(statement, 7, moved, Counters::committed);
            StaleRows.expect(moved.size(), statement.executeUpdate(), "stock rows");
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
