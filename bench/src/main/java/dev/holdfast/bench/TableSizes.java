package dev.holdfast.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// How large the tables of a shop are at a moment, each with its indexes; partitions count for their table.
///
/// @param orders that had been completed by then
/// @param bytes by table, with its schema
record TableSizes(long orders, Map<String, Long> bytes) {

    static final String COUNTERS = "inventory.inventory";

    private static final String MEASURE = """
            SELECT coalesce(i.inhparent::regclass, t.relid::regclass)::text,
                   sum(pg_total_relation_size(t.relid))::bigint
              FROM pg_stat_user_tables t
              LEFT JOIN pg_inherits i ON i.inhrelid = t.relid
             GROUP BY 1
            """;

    static TableSizes measure(Connection db, long orders) throws SQLException {
        var bytes = new TreeMap<String, Long>();
        try (var statement = db.prepareStatement(MEASURE);
                var row = statement.executeQuery()) {
            while (row.next()) {
                bytes.put(row.getString(1), row.getLong(2));
            }
        }
        return new TableSizes(orders, bytes);
    }

    /// Its rows go with their partitions, or stand for who delivers them.
    static boolean isOutbox(String table) {
        return table.endsWith(".outbox") || table.endsWith(".outbox_relays") || table.endsWith(".outbox_buckets");
    }

    /// Its rows become more with every order.
    static boolean isKept(String table) {
        return !isOutbox(table) && !table.equals(COUNTERS);
    }

    long of(String table) {
        return bytes.getOrDefault(table, 0L);
    }

    long of(Predicate<String> tables) {
        return bytes.entrySet().stream()
                .filter(table -> tables.test(table.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /// What an order that completed in between added to these tables, in bytes.
    double perOrderSince(TableSizes before, Predicate<String> tables) {
        return (double) (of(tables) - before.of(tables)) / Math.max(1, orders - before.orders);
    }
}
