package dev.holdfast.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// How large the tables of a shop are at a moment; partitions count for their table.
///
/// @param orders that had been completed by then
/// @param tables by name, with their schema
record TableSizes(long orders, Map<String, Bytes> tables) {

    /// Tables whose rows do not become more with the orders: what is in them is overwritten, or goes with its
    /// partition.
    private static final Set<String> TURNED_OVER = Set.of(
            "inventory.inventory",
            "inventory.outbox",
            "payment.outbox",
            "orders.outbox",
            "shipping.outbox",
            "saga.saga_nodes",
            "saga.saga_retention");

    private static final String MEASURE = """
            SELECT coalesce(i.inhparent::regclass, t.relid::regclass)::text,
                   sum(pg_table_size(t.relid))::bigint,
                   sum(pg_indexes_size(t.relid))::bigint
              FROM pg_stat_user_tables t
              LEFT JOIN pg_inherits i ON i.inhrelid = t.relid
             GROUP BY 1
            """;

    /// @param table with what is stored out of line, and the maps of the table
    /// @param indexes all of them
    record Bytes(long table, long indexes) {

        static final Bytes NONE = new Bytes(0, 0);

        long sum() {
            return table + indexes;
        }
    }

    static TableSizes measure(Connection db, long orders) throws SQLException {
        var tables = new TreeMap<String, Bytes>();
        try (var statement = db.prepareStatement(MEASURE);
                var row = statement.executeQuery()) {
            while (row.next()) {
                tables.put(row.getString(1), new Bytes(row.getLong(2), row.getLong(3)));
            }
        }
        return new TableSizes(orders, tables);
    }

    static boolean isTurnedOver(String table) {
        return TURNED_OVER.contains(table) || table.endsWith(".outbox_relays") || table.endsWith(".outbox_buckets");
    }

    Bytes of(String table) {
        return tables.getOrDefault(table, Bytes.NONE);
    }

    /// All together of what is overwritten or dropped.
    long turnedOver() {
        return tables.entrySet().stream()
                .filter(table -> isTurnedOver(table.getKey()))
                .mapToLong(table -> table.getValue().sum())
                .sum();
    }

    /// All together of what is kept of each order.
    long kept() {
        return tables.entrySet().stream()
                .filter(table -> !isTurnedOver(table.getKey()))
                .mapToLong(table -> table.getValue().sum())
                .sum();
    }

    /// What an order between two moments added to a table.
    double bytesPerOrder(String table, TableSizes before) {
        return (double) (of(table).sum() - before.of(table).sum()) / Math.max(1, orders - before.orders);
    }

    double keptPerOrder(TableSizes before) {
        return (double) (kept() - before.kept()) / Math.max(1, orders - before.orders);
    }
}
