package dev.holdfast.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;

/// Where the time goes during one round of the product: a flight recording of this JVM, and PostgreSQL's
/// statements, sessions and waits. All of it is written to files; the head of each is printed.
final class Profile implements Comparison.Observer {

    /// The embedded PostgreSQL has the extension; it only has to be loaded.
    static final Map<String, String> POSTGRES_SETTINGS = Map.of(
            "shared_preload_libraries", "pg_stat_statements",
            "pg_stat_statements.max", "10000",
            "pg_stat_statements.track_planning", "on",
            "track_io_timing", "on",
            "track_wal_io_timing", "on");

    private final Path folder;
    private final BenchCluster cluster;
    private final PrintStream out;

    Profile(Path folder, BenchCluster cluster, PrintStream out) {
        this.folder = folder;
        this.cluster = cluster;
        this.out = out;
    }

    @Override
    public Contender.Round watch(Contender product, int orders) throws Exception {
        Files.createDirectories(folder);
        var source = cluster.database(product.database());
        try (var statements = new StatementProfile(source);
                var recording = new Recording(Configuration.getConfiguration("profile"))) {
            recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(10));
            recording.enable("jdk.NativeMethodSample").withPeriod(Duration.ofMillis(10));
            var threads = ThreadProfile.begin(cluster.pid(), source);
            statements.begin();
            Contender.Round round;
            try (var waits = WaitProfile.begin(source)) {
                recording.start();
                round = product.run(orders);
                recording.stop();
                Files.writeString(folder.resolve("waits.txt"), waits.report());
            }
            recording.dump(folder.resolve("product.jfr"));
            Files.writeString(folder.resolve("threads.txt"), threads.report(orders));
            Files.writeString(folder.resolve("statements.txt"), statements.report(orders));
            Files.writeString(
                    folder.resolve("methods.txt"), MethodProfile.report(folder.resolve("product.jfr"), orders));
            printHeads();
            return round;
        }
    }

    private void printHeads() throws IOException, SQLException {
        for (var file : new String[] {"threads.txt", "methods.txt", "statements.txt", "waits.txt"}) {
            out.println();
            out.println("-- " + folder.resolve(file) + ", its head");
            try (var lines = Files.lines(folder.resolve(file))) {
                lines.limit(46).forEach(out::println);
            }
        }
    }
}
