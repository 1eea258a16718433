package dev.holdfast.bench;

import dev.holdfast.HoldfastApplication;
import dev.holdfast.platform.ServiceDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/// A whole shop in this process, on an embedded PostgreSQL of its own in a fresh folder that goes with it.
final class BenchShop implements AutoCloseable {

    private static final String COUNTERS = """
            SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint,
                   (SELECT sum(n_tup_ins + n_tup_upd + n_tup_del)::bigint FROM pg_stat_user_tables),
                   (SELECT sum(xact_commit)::bigint FROM pg_stat_database)
            """;

    private final Path folder;
    private final ConfigurableApplicationContext context;

    private BenchShop(Path folder) {
        this.folder = folder;
        this.context = new SpringApplicationBuilder(HoldfastApplication.class)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .run("--server.port=0", "--holdfast.data=" + folder.toAbsolutePath());
    }

    static BenchShop open() throws IOException {
        return new BenchShop(Files.createTempDirectory("holdfast-bench-"));
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /// What has been used since the start.
    Usage usage() throws SQLException, IOException {
        var database = bean(ServiceDatabases.class).of("saga").direct();
        try (var db = database.getConnection();
                var statement = db.createStatement()) {
            // Backends report their counts when idle for a second, or when told to.
            statement.execute("SELECT pg_stat_force_next_flush()");
            try (var row = statement.executeQuery(COUNTERS)) {
                row.next();
                return new Usage(
                        Machine.jvmCpuNanos(),
                        Machine.cpuNanosOf(postmaster()),
                        row.getLong(1),
                        row.getLong(2),
                        row.getLong(3));
            }
        }
    }

    private long postmaster() throws IOException {
        try (var files = Files.walk(folder, 4)) {
            var file = files.filter(path -> path.endsWith("postmaster.pid"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no postmaster.pid below " + folder));
            return Long.parseLong(Files.readAllLines(file).getFirst().strip());
        }
    }

    @Override
    public void close() throws IOException {
        context.close();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// @param jvmNanos CPU time of this JVM
    /// @param postgresNanos CPU time of the postmaster and its backends
    /// @param walBytes written
    /// @param rows inserted, updated or deleted
    /// @param commits of all databases
    record Usage(long jvmNanos, long postgresNanos, long walBytes, long rows, long commits) {

        Usage since(Usage before) {
            return new Usage(
                    jvmNanos - before.jvmNanos,
                    postgresNanos - before.postgresNanos,
                    walBytes - before.walBytes,
                    rows - before.rows,
                    commits - before.commits);
        }
    }
}
