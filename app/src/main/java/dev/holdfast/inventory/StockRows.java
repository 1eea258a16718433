package dev.holdfast.inventory;

import dev.holdfast.groupcommit.Write;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.inventory.Counters.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/// The statements on the two tables that hold counters, each over a whole batch. Stateless. All rows are locked in
/// one order: `inventory.inventory` by (product, warehouse), then `inventory.stock_parts` by (product, warehouse,
/// part).
final class StockRows {

    private static final String OPEN = """
            INSERT INTO inventory.inventory
                   (product_id, warehouse_id, available, reserved, committed, version, updated_at)
            SELECT n.product_id, n.warehouse_id, 0, 0, 0, 0, ?
              FROM unnest(?::text[], ?::text[]) AS n (product_id, warehouse_id)
             ORDER BY n.product_id, n.warehouse_id
                ON CONFLICT ON CONSTRAINT inventory_pk DO NOTHING
            """;

    private static final String OPEN_PART = """
            INSERT INTO inventory.stock_parts
                   (product_id, warehouse_id, part, available, reserved, committed, version, updated_at)
            SELECT n.product_id, n.warehouse_id, ?, 0, 0, 0, 0, clock_timestamp()
              FROM unnest(?::text[], ?::text[]) AS n (product_id, warehouse_id)
             ORDER BY n.product_id, n.warehouse_id
                ON CONFLICT ON CONSTRAINT stock_parts_pk DO NOTHING
            """;

    private static final String READ = """
            SELECT product_id, warehouse_id, 0 AS part, xmin::text, available, reserved, committed
              FROM inventory.inventory
             WHERE product_id = ANY (?)
             ORDER BY product_id, warehouse_id
            """;

    private static final String READ_PART = """
            SELECT product_id, warehouse_id, part, xmin::text, available, reserved, committed
              FROM inventory.stock_parts
             WHERE product_id = ANY (?)
               AND part = ?
             ORDER BY product_id, warehouse_id, part
            """;

    /// One part of some products, all parts of others.
    private static final String READ_PARTS = """
            SELECT product_id, warehouse_id, part, xmin::text, available, reserved, committed
              FROM inventory.stock_parts
             WHERE product_id = ANY (?)
               AND (part = ? OR product_id = ANY (?))
             ORDER BY product_id, warehouse_id, part
            """;

    private static final String FOR_UPDATE = """
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

    private static final String WRITE_PARTS = """
            UPDATE inventory.stock_parts p
               SET available = n.available, reserved = n.reserved, committed = n.committed,
                   version = p.version + 1, updated_at = ?
              FROM unnest(?::text[], ?::text[], ?::int[], ?::bigint[], ?::bigint[], ?::bigint[], ?::int[])
                   AS n (product_id, warehouse_id, written_by, available, reserved, committed, part)
             WHERE p.product_id = n.product_id
               AND p.warehouse_id = n.warehouse_id
               AND p.part = n.part
               AND p.xmin = n.written_by
            """;

    private final String lock;

    /// @param locking whether who reads a row keeps it from others until the transaction ends
    StockRows(boolean locking) {
        this.lock = locking ? FOR_UPDATE : "";
    }

    /// Makes sure there are rows to read.
    void open(Connection db, Collection<Stock.Place> places, Instant now) throws SQLException {
        if (places.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(OPEN)) {
            SqlArrays.time(statement, 1, now);
            SqlArrays.text(statement, 2, places, Stock.Place::productId);
            SqlArrays.text(statement, 3, places, Stock.Place::warehouseId);
            statement.executeUpdate();
        }
    }

    /// Makes sure that these rows have that part.
    void openPart(Connection db, Collection<Row> rows, int part) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(OPEN_PART)) {
            statement.setInt(1, part);
            SqlArrays.text(statement, 2, rows, row -> row.place().productId());
            SqlArrays.text(statement, 3, rows, row -> row.place().warehouseId());
            statement.executeUpdate();
        }
    }

    List<Row> main(Connection db, Collection<String> products) throws SQLException {
        if (products.isEmpty()) {
            return List.of();
        }
        try (var statement = db.prepareStatement(READ + lock)) {
            SqlArrays.text(statement, 1, products);
            return rows(statement);
        }
    }

    /// What the part has just now. Never locks.
    List<Row> peek(Connection db, Collection<String> products, int part) throws SQLException {
        if (products.isEmpty()) {
            return List.of();
        }
        try (var statement = db.prepareStatement(READ_PART)) {
            SqlArrays.text(statement, 1, products);
            statement.setInt(2, part);
            return rows(statement);
        }
    }

    /// @param whole those of the products of which every part is wanted
    List<Row> parts(Connection db, Collection<String> products, int part, Collection<String> whole)
            throws SQLException {
        if (products.isEmpty()) {
            return List.of();
        }
        try (var statement = db.prepareStatement(READ_PARTS + lock)) {
            SqlArrays.text(statement, 1, products);
            statement.setInt(2, part);
            SqlArrays.text(statement, 3, whole);
            return rows(statement);
        }
    }

    private static List<Row> rows(PreparedStatement statement) throws SQLException {
        var rows = new ArrayList<Row>();
        try (ResultSet result = statement.executeQuery()) {
            while (result.next()) {
                rows.add(new Row(
                        new Stock.Place(result.getString(1), result.getString(2)),
                        result.getInt(3),
                        SqlArrays.transaction(result.getString(4)),
                        result.getLong(5),
                        result.getLong(6),
                        result.getLong(7)));
            }
        }
        return rows;
    }

    /// @param rows in the order of locks
    /// @param told what to throw for an error, a count among them: a row is not the version that was read
    void write(Connection db, List<Row> rows, boolean parts, Instant now, UnaryOperator<SQLException> told)
            throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        var parameters = new ArrayList<Object>(List.of(
                SqlArrays.time(now),
                SqlArrays.text(db, rows, row -> row.place().productId()),
                SqlArrays.text(db, rows, row -> row.place().warehouseId()),
                SqlArrays.ints(db, rows, Row::writtenBy),
                SqlArrays.bigint(db, rows, Row::available),
                SqlArrays.bigint(db, rows, Row::reserved),
                SqlArrays.bigint(db, rows, Row::committed)));
        if (parts) {
            parameters.add(SqlArrays.ints(db, rows, Row::part));
        }
        Writes.of(db)
                .add(Write.of(parts ? WRITE_PARTS : WRITE, parameters)
                        .touching(rows.size())
                        .telling(told));
    }
}
