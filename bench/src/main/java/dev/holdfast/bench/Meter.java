package dev.holdfast.bench;

import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import javax.sql.DataSource;

/// Reads what has been used so far, of this JVM, of PostgreSQL and of one database.
///
/// @param cluster whose processes are counted
/// @param database whose rows and commits are counted
record Meter(BenchCluster cluster, String database) {

    /// The flushes of the log are in pg_stat_io since PostgreSQL 18; pg_stat_wal no longer has them.
    private static final String COUNTERS = """
            SELECT (SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal')::bigint,
                   (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database())
            """;

    private static final String WRITTEN = "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";

    /// By table; a partition counts for its parent.
    private static final String TABLES = """
            SELECT coalesce(i.inhparent::regclass, t.relid::regclass)::text AS name,
                   sum(t.n_tup_ins)::bigint, sum(t.n_tup_upd)::bigint, sum(t.n_tup_del)::bigint
              FROM pg_stat_user_tables t
              LEFT JOIN pg_inherits i ON i.inhrelid = t.relid
             GROUP BY 1
            """;

    /// Exact at any moment.
    Spent spent() throws SQLException {
        try (var db = source().getConnection();
                var statement = db.createStatement();
                var row = statement.executeQuery(WRITTEN)) {
            row.next();
            return new Spent(
                    System.nanoTime(),
                    Machine.jvmCpuNanos(),
                    Machine.compilerCpuNanos(),
                    Machine.cpuNanosOf(cluster.pid()),
                    row.getLong(1));
        }
    }

    /// Complete only once the sessions have told what they did: at their end, or with the first transaction that
    /// ends a second after the last time they told.
    Counted counted() throws SQLException {
        try (var db = source().getConnection();
                var statement = db.createStatement()) {
            var tables = new TreeMap<String, Tally>();
            try (var rows = statement.executeQuery(TABLES)) {
                while (rows.next()) {
                    tables.put(rows.getString(1), new Tally(rows.getLong(2), rows.getLong(3), rows.getLong(4)));
                }
            }
            try (var row = statement.executeQuery(COUNTERS)) {
                row.next();
                return new Counted(row.getLong(1), row.getLong(2), tables);
            }
        }
    }

    private DataSource source() {
        return cluster.database(database);
    }

    /// @param jvmNanos CPU time of this JVM
    /// @param compilerNanos the part of it that compiling took
    /// @param postgresNanos CPU time of the postmaster and its backends
    /// @param walBytes written, by everybody on the cluster
    record Spent(long atNanos, long jvmNanos, long compilerNanos, long postgresNanos, long walBytes) {

        /// Of this JVM's CPU time, 0 to 1.
        double compilerShare() {
            return jvmNanos == 0 ? 0 : (double) compilerNanos / jvmNanos;
        }

        Spent since(Spent before) {
            return new Spent(
                    atNanos - before.atNanos,
                    jvmNanos - before.jvmNanos,
                    compilerNanos - before.compilerNanos,
                    postgresNanos - before.postgresNanos,
                    walBytes - before.walBytes);
        }
    }

    /// Rows written.
    record Tally(long inserted, long updated, long deleted) {

        static final Tally NONE = new Tally(0, 0, 0);

        Tally minus(Tally other) {
            return new Tally(inserted - other.inserted, updated - other.updated, deleted - other.deleted);
        }

        Tally plus(Tally other) {
            return new Tally(inserted + other.inserted, updated + other.updated, deleted + other.deleted);
        }

        long sum() {
            return inserted + updated + deleted;
        }
    }

    /// @param flushes of the log, by everybody on the cluster
    /// @param commits of the database; reads in transactions of their own are commits too
    /// @param tables rows written, by table
    record Counted(long flushes, long commits, Map<String, Tally> tables) {

        Counted since(Counted before) {
            var changed = new TreeMap<String, Tally>();
            tables.forEach(
                    (name, tally) -> changed.put(name, tally.minus(before.tables.getOrDefault(name, Tally.NONE))));
            return new Counted(flushes - before.flushes, commits - before.commits, changed);
        }

        long rows() {
            return tables.values().stream().mapToLong(Tally::sum).sum();
        }
    }
}
