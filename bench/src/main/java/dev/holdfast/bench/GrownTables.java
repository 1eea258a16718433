package dev.holdfast.bench;

import dev.holdfast.bench.RowTemplate.Cell;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeSet;

/// Tables as they are after many orders: every row that a completed checkout leaves, as often as asked for, made by
/// the database itself from the rows of one that the product has completed. Ids are time-ordered, as the product's
/// are; each order sells two different products, and the stock rows are moved with the orders, so the books hold.
final class GrownTables {

    /// In one order, as everybody locks stock.
    private static final String LOCK_STOCK = """
            SELECT product_id
              FROM inventory.inventory
             ORDER BY product_id, warehouse_id
               FOR UPDATE
            """;

    private static final String SELL = """
            UPDATE inventory.inventory i
               SET available = i.available - n.quantity, committed = i.committed + n.quantity,
                   version = i.version + 1, updated_at = now()
              FROM (SELECT sku, count(*) AS quantity
                      FROM (SELECT ${p0} AS sku FROM generate_series(?::bigint, ?::bigint) AS g
                             UNION ALL
                            SELECT ${p1} AS sku FROM generate_series(?::bigint, ?::bigint) AS g) AS sold
                     GROUP BY sku) AS n
             WHERE i.product_id = n.sku
               AND i.warehouse_id = 'main'
            """;

    /// As many orders had their ids made in the same millisecond.
    private static final int PER_MILLI = 8;

    private final List<String> inserts = new ArrayList<>();
    private final List<String> products;
    private final String sell;

    /// @param template of one order; what it deletes again is left out
    /// @param beginMillis when the first id was made, since 1970
    GrownTables(OrderTemplate template, int products, long beginMillis) {
        this.products = List.of(
                "'sku-' || (g * 7919 %% %d)".formatted(products),
                "'sku-' || ((g * 7919 %% %1$d + 1 + g * 31 %% (%1$d - 1)) %% %1$d)".formatted(products));
        this.sell = SELL.replace("${p0}", this.products.get(0)).replace("${p1}", this.products.get(1));
        var fillings = fillings(template.holes(), beginMillis);
        for (var table : template.tables()) {
            if (!table.passing()) {
                inserts.add(insert(table, fillings));
            }
        }
    }

    /// Writes and commits the orders of these numbers, both included.
    void write(Connection db, long first, long last) throws SQLException {
        db.setAutoCommit(false);
        for (var sql : inserts) {
            try (var insert = db.prepareStatement(sql)) {
                insert.setLong(1, first);
                insert.setLong(2, last);
                insert.executeUpdate();
            }
        }
        try (var lock = db.prepareStatement(LOCK_STOCK);
                var sold = db.prepareStatement(sell)) {
            lock.execute();
            for (int bound = 1; bound <= 4; bound++) {
                sold.setLong(bound, bound % 2 == 1 ? first : last);
            }
            sold.executeUpdate();
        }
        db.commit();
    }

    /// What stands in each hole, as an expression of the order's number `g`.
    private Map<Integer, String> fillings(Map<String, Integer> holes, long beginMillis) {
        var fillings = new LinkedHashMap<Integer, String>();
        int sold = 0;
        for (var hole : holes.entrySet()) {
            boolean isProduct = hole.getKey().startsWith("sku-");
            fillings.put(hole.getValue(), isProduct ? products.get(sold++) : id(hole.getValue(), beginMillis));
        }
        if (sold != products.size()) {
            throw new IllegalStateException("the sample order sells " + sold + " products, not " + products.size());
        }
        return fillings;
    }

    /// A UUID of version 7: the milliseconds, then the hole's number and the order's instead of chance.
    private static String id(int hole, long beginMillis) {
        var millis = "lpad(to_hex(%d + g / %d), 12, '0')".formatted(beginMillis, PER_MILLI);
        return "left(%1$s, 8) || '-' || right(%1$s, 4) || '-7%2$03x-8000-' || lpad(to_hex(g), 12, '0')"
                .formatted(millis, hole);
    }

    private static String insert(RowTemplate table, Map<Integer, String> fillings) {
        var used = new TreeSet<Integer>();
        table.rows()
                .forEach(row -> row.forEach(cell -> {
                    for (int hole : cell.holes()) {
                        used.add(hole);
                    }
                }));
        var ids = new StringJoiner(", ");
        ids.add("g");
        used.forEach(hole -> ids.add(fillings.get(hole) + " AS h" + hole));
        var rows = new StringJoiner(" UNION ALL ");
        for (var row : table.rows()) {
            var cells = new StringJoiner(", ");
            for (int column = 0; column < row.size(); column++) {
                cells.add(value(row.get(column)) + "::" + table.types().get(column));
            }
            rows.add("SELECT " + cells + " FROM filled");
        }
        return "WITH filled AS MATERIALIZED (SELECT " + ids
                + " FROM generate_series(?::bigint, ?::bigint) AS g) INSERT INTO " + table.table() + " ("
                + String.join(", ", table.columns()) + ") " + rows;
    }

    private static String value(Cell cell) {
        if (cell.literals().getFirst() == null) {
            return "NULL";
        }
        var parts = new StringJoiner(" || ", "(", ")");
        for (int i = 0; i < cell.literals().size(); i++) {
            parts.add("'" + cell.literals().get(i).replace("'", "''") + "'");
            if (i < cell.holes().length) {
                parts.add("h" + cell.holes()[i]);
            }
        }
        return parts.toString();
    }
}
