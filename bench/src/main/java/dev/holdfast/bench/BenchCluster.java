package dev.holdfast.bench;

import dev.holdfast.platform.postgres.SupervisedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.SpringApplication;

/// The embedded PostgreSQL of the product, with the product's settings, in a fresh folder that goes with it.
/// Whatever is compared lives here side by side, each in a database of its own.
final class BenchCluster implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final Duration VACUUM_PATIENCE = Duration.ofSeconds(60);

    private static final String COUNT_AUTOVACUUM = """
            SELECT count(*)
              FROM pg_stat_activity
             WHERE backend_type = 'autovacuum worker'
            """;

    private static final String SETTING = "SELECT current_setting(?)";

    private static final String COUNT_SESSIONS = """
            SELECT count(*)
              FROM pg_stat_activity
             WHERE datname = ?
               AND backend_type = 'client backend'
            """;

    private final Path folder;
    private final SupervisedPostgres postgres;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final List<StartedShop> guests = new ArrayList<>();

    private BenchCluster(Path folder, SupervisedPostgres postgres) {
        this.folder = folder;
        this.postgres = postgres;
    }

    /// @param settings PostgreSQL settings over the product's
    static BenchCluster open(Map<String, String> settings) throws IOException {
        var folder = Files.createTempDirectory("holdfast-bench-");
        var cluster = new BenchCluster(folder, SupervisedPostgres.open(folder.resolve("postgres"), settings));
        // PostgreSQL outlives its starter; a run that is interrupted must not leave it and its files behind.
        // Shops on it are closed before.
        SpringApplication.getShutdownHandlers().add(cluster::closeOnInterrupt);
        return cluster;
    }

    /// For whoever runs no shop in this process: only a shop makes the handler above be heard.
    void closeWhenInterrupted() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::closeOnInterrupt, "bench-cluster"));
    }

    /// A process that uses a database of this cluster, and a folder in this one's: it is ended before they go, when
    /// this run is interrupted too.
    void endBefore(StartedShop process) throws IOException {
        synchronized (guests) {
            guests.add(process);
        }
        if (closed.get()) {
            process.close();
            throw new IOException("the measurement is being ended");
        }
    }

    /// @param template a database to copy, state and all; nobody may be connected to it
    void createDatabase(String name, String template) throws SQLException {
        awaitNobodyOn(template);
        execute("CREATE DATABASE " + name + " TEMPLATE " + template);
    }

    void createDatabase(String name) throws SQLException {
        execute("CREATE DATABASE " + name);
    }

    /// Writes every changed page, so that what is measured next begins where everything else that is measured does:
    /// each page it touches is logged whole once.
    void checkpoint() throws SQLException {
        execute("CHECKPOINT");
    }

    /// Does now what was put off while these databases were written, so that no autovacuum does it in the round of
    /// another one.
    void settle(List<String> databases) throws SQLException {
        for (var name : databases) {
            try (var db = database(name).getConnection();
                    var statement = db.createStatement()) {
                statement.execute("VACUUM (ANALYZE)");
            }
        }
        try (var db = database("postgres").getConnection();
                var query = db.prepareStatement(COUNT_AUTOVACUUM)) {
            await(query, VACUUM_PATIENCE, workers -> workers == 0, "autovacuum workers");
        }
    }

    /// Waits until the sessions of a database have ended: only then are their counters complete.
    void awaitNobodyOn(String name) throws SQLException {
        awaitSessions(name, sessions -> sessions == 0);
    }

    void awaitSessionsOn(String name, int wanted) throws SQLException {
        awaitSessions(name, sessions -> sessions >= wanted);
    }

    private void awaitSessions(String name, LongPredicate enough) throws SQLException {
        try (var db = database("postgres").getConnection();
                var query = db.prepareStatement(COUNT_SESSIONS)) {
            query.setString(1, name);
            await(query, PATIENCE, enough, "sessions on database " + name);
        }
    }

    private static void await(PreparedStatement count, Duration patience, LongPredicate enough, String what)
            throws SQLException {
        var deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try (var row = count.executeQuery()) {
                row.next();
                if (enough.test(row.getLong(1))) {
                    return;
                }
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(row.getLong(1) + " " + what + " are not what was waited for");
                }
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    PGSimpleDataSource database(String name) {
        var source = new PGSimpleDataSource();
        source.setUrl(url(name));
        source.setUser(postgres.username());
        source.setPassword(postgres.password());
        source.setApplicationName("bench " + name);
        return source;
    }

    /// The arguments that point a shop at a database of this cluster.
    List<String> argumentsOf(String name) {
        return List.of(
                "--holdfast.datasource.url=" + url(name),
                "--holdfast.datasource.username=" + postgres.username(),
                "--holdfast.datasource.password=" + postgres.password());
    }

    /// Where its files are.
    Path folder() {
        return folder;
    }

    long pid() {
        return postgres.pid();
    }

    /// What the figures depend on most.
    Map<String, Object> settings() throws SQLException {
        var settings = new LinkedHashMap<String, Object>();
        try (var db = database("postgres").getConnection();
                var query = db.prepareStatement(SETTING)) {
            for (var name : List.of(
                    "server_version",
                    "fsync",
                    "synchronous_commit",
                    "full_page_writes",
                    "wal_sync_method",
                    "shared_buffers",
                    "wal_buffers",
                    "max_wal_size",
                    "checkpoint_timeout",
                    "shared_preload_libraries")) {
                query.setString(1, name);
                try (var row = query.executeQuery()) {
                    row.next();
                    settings.put(name, row.getString(1));
                }
            }
        }
        return settings;
    }

    @Override
    public void close() throws IOException {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        closeGuests();
        postgres.close();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void closeGuests() {
        synchronized (guests) {
            for (var process : guests) {
                try {
                    process.close();
                } catch (IOException e) {
                    System.err.println("holdfast bench: " + e); // it was killed
                }
            }
        }
    }

    private void closeOnInterrupt() {
        try {
            close();
        } catch (IOException e) {
            System.err.println("could not remove " + folder + ": " + e);
        }
    }

    private String url(String name) {
        var shared = postgres.url();
        return shared.substring(0, shared.lastIndexOf('/') + 1) + name;
    }

    private void execute(String sql) throws SQLException {
        try (var db = database("postgres").getConnection();
                var statement = db.createStatement()) {
            statement.execute(sql);
        }
    }
}
