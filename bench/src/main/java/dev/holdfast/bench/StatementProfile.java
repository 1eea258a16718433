package dev.holdfast.bench;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/// What PostgreSQL spent on which statement, by pg_stat_statements.
final class StatementProfile implements AutoCloseable {

    private static final String CREATE = "CREATE EXTENSION IF NOT EXISTS pg_stat_statements";

    private static final String RESET = "SELECT pg_stat_statements_reset()";

    private static final String TOP = """
            SELECT s.calls, s.total_exec_time, s.total_plan_time, s.mean_exec_time, s.rows, s.wal_bytes, s.wal_fpi,
                   s.shared_blks_hit, s.shared_blks_dirtied, regexp_replace(s.query, '\\s+', ' ', 'g') AS query
              FROM pg_stat_statements s
              JOIN pg_database d ON d.oid = s.dbid
             WHERE d.datname = current_database()
             ORDER BY s.total_exec_time + s.total_plan_time DESC
             LIMIT 60
            """;

    private final Connection db;

    StatementProfile(DataSource source) throws SQLException {
        this.db = source.getConnection();
        try (var statement = db.createStatement()) {
            statement.execute(CREATE);
        }
    }

    void begin() throws SQLException {
        try (var statement = db.createStatement()) {
            statement.execute(RESET);
        }
    }

    String report(int orders) throws SQLException {
        var text = new StringBuilder("%9s %9s %9s %9s %9s %9s %7s %9s  %s%n"
                .formatted(
                        "us/order",
                        "calls",
                        "rows/call",
                        "mean ms",
                        "plan ms",
                        "WAL/order",
                        "FPI",
                        "hit/order",
                        "statement"));
        try (var query = db.prepareStatement(TOP);
                var row = query.executeQuery()) {
            while (row.next()) {
                var calls = row.getLong("calls");
                var sql = row.getString("query");
                text.append("%9.2f %9d %9.1f %9.3f %9.1f %9.0f %7d %9.1f  %s%n"
                        .formatted(
                                (row.getDouble("total_exec_time") + row.getDouble("total_plan_time")) * 1e3 / orders,
                                calls,
                                (double) row.getLong("rows") / calls,
                                row.getDouble("mean_exec_time"),
                                row.getDouble("total_plan_time"),
                                row.getDouble("wal_bytes") / orders,
                                row.getLong("wal_fpi"),
                                row.getDouble("shared_blks_hit") / orders,
                                sql.substring(0, Math.min(sql.length(), 150))));
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws SQLException {
        db.close();
    }
}
