package dev.holdfast.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Writes checkouts through one connection, a batch a transaction, one statement per table: the way a lane of the
/// product writes, of all services at once. Used by one thread; its statements end with the connection.
final class BulkWriter {

    /// The plans are made while the tables are small and must stay right as they grow, as in the product's lanes.
    private static final String SETTLE = """
            SELECT set_config('enable_seqscan', 'off', false),
                   set_config('enable_hashjoin', 'off', false),
                   set_config('enable_mergejoin', 'off', false),
                   set_config('plan_cache_mode', 'force_generic_plan', false)
            """;

    /// In one order, or two writers that share products would deadlock.
    private static final String LOCK_STOCK = """
            SELECT product_id
              FROM inventory.inventory
             WHERE product_id = ANY (?)
             ORDER BY product_id, warehouse_id
               FOR UPDATE
            """;

    private static final String SELL = """
            UPDATE inventory.inventory i
               SET available = i.available - n.quantity, committed = i.committed + n.quantity,
                   version = i.version + 1, updated_at = now()
              FROM unnest(?, ?) AS n (product_id, quantity)
             WHERE i.product_id = n.product_id
               AND i.warehouse_id = 'main'
            """;

    private final Connection db;
    private final OrderTemplate template;
    private final int products;
    private final Random random;
    private final Map<RowTemplate, PreparedStatement> inserts = new LinkedHashMap<>();
    private final Map<RowTemplate, PreparedStatement> deletes = new HashMap<>();
    private final Map<RowTemplate, List<Long>> toDelete = new HashMap<>();
    private final PreparedStatement lockStock;
    private final PreparedStatement sell;
    private final int[] productHoles;

    BulkWriter(Connection db, OrderTemplate template, int products, int seed) throws SQLException {
        this.db = db;
        this.template = template;
        this.products = products;
        this.random = new Random(seed);
        try (var settle = db.createStatement()) {
            settle.execute(SETTLE);
        }
        db.setAutoCommit(false);
        for (var table : template.tables()) {
            inserts.put(table, db.prepareStatement(table.insert()));
            if (table.passing()) {
                deletes.put(table, db.prepareStatement(table.delete()));
            }
        }
        this.lockStock = db.prepareStatement(LOCK_STOCK);
        this.sell = db.prepareStatement(SELL);
        this.productHoles = template.holes().entrySet().stream()
                .filter(hole -> hole.getKey().startsWith("sku-"))
                .mapToInt(Map.Entry::getValue)
                .toArray();
    }

    /// Writes and commits so many checkouts. The events of the batch before are deleted with them: they were
    /// committed, so they were to be seen.
    void write(int orders) throws SQLException {
        var fillings = new ArrayList<String[]>(orders);
        for (int i = 0; i < orders; i++) {
            fillings.add(template.filling(random, products));
        }
        deleteEvents();
        for (var insert : inserts.entrySet()) {
            insert(insert.getKey(), insert.getValue(), fillings);
        }
        sell(fillings);
        db.commit();
    }

    /// Deletes the last events.
    void finish() throws SQLException {
        deleteEvents();
        db.commit();
    }

    private void insert(RowTemplate table, PreparedStatement insert, List<String[]> fillings) throws SQLException {
        var rows = table.rows();
        for (int column = 0; column < table.columns().size(); column++) {
            var values = new String[fillings.size() * rows.size()];
            int at = 0;
            for (var filling : fillings) {
                for (var row : rows) {
                    values[at++] = row.get(column).filled(filling);
                }
            }
            insert.setArray(column + 1, db.createArrayOf(table.types().get(column), values));
        }
        if (!table.passing()) {
            insert.executeUpdate();
            return;
        }
        var ids = new ArrayList<Long>();
        try (var inserted = insert.executeQuery()) {
            while (inserted.next()) {
                ids.add(inserted.getLong(1));
            }
        }
        toDelete.put(table, ids);
    }

    private void deleteEvents() throws SQLException {
        for (var passing : toDelete.entrySet()) {
            var delete = deletes.get(passing.getKey());
            delete.setArray(1, db.createArrayOf("int8", passing.getValue().toArray()));
            int deleted = delete.executeUpdate();
            if (deleted != passing.getValue().size()) {
                throw new IllegalStateException(
                        "deleted " + deleted + " of " + passing.getValue().size() + " rows of "
                                + passing.getKey().table());
            }
        }
        toDelete.clear();
    }

    private void sell(List<String[]> fillings) throws SQLException {
        var sold = new TreeMap<String, Long>();
        for (var filling : fillings) {
            for (var hole : productHoles) {
                sold.merge(filling[hole], 1L, Long::sum);
            }
        }
        var names = db.createArrayOf("text", sold.keySet().toArray());
        lockStock.setArray(1, names);
        lockStock.execute();
        sell.setArray(1, names);
        sell.setArray(2, db.createArrayOf("int8", sold.values().toArray()));
        if (sell.executeUpdate() != sold.size()) {
            throw new IllegalStateException("not every product has a stock row");
        }
    }
}
