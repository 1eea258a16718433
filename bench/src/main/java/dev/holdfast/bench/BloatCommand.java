package dev.holdfast.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Whether a long load leaves the tables as dense as a short one.
@Command(
        name = "bloat",
        mixinStandardHelpOptions = true,
        description = "Checkouts at a steady rate for an hour, with one reader that holds a snapshot for half a minute"
                + " in the second third: whether what is overwritten or rotated stays as large as it was, and whether"
                + " each order adds as much to the other tables at the end as at the beginning.")
final class BloatCommand implements Callable<Integer> {

    private static final String DATABASE = "bench_bloat";
    private static final int PRODUCTS = 1_000;

    /// So that many of them are made, filled and dropped in the time.
    private static final List<String> SETTINGS = List.of("--holdfast.events.partition=1m");

    @Option(names = "--minutes", defaultValue = "60", description = "Of load. Default: ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(names = "--rate", defaultValue = "300", description = "Checkouts a second. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(names = "--warmup", defaultValue = "5000", description = "Checkouts before. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;

    @Override
    public Integer call() throws Exception {
        if (!(rate > 0 && rate <= 10_000 && minutes > 0 && minutes <= 10_000 && warmup >= 1)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rate must be above 0 and at most 10,000, --minutes above 0 and at most 10,000,"
                            + " --warmup 1 or more");
        }
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            requireRoom(cluster);
            cluster.createDatabase(DATABASE);
            try (var shop = BenchShop.open(cluster, DATABASE, SETTINGS, UnaryOperator.identity());
                    var product =
                            new ProductContender(shop, new Meter(cluster, DATABASE), new CheckoutLoad(PRODUCTS), 500)) {
                ProductContender.stock(shop, PRODUCTS);
                product.run(warmup);
                result = measure(cluster, product);
            }
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    private void requireRoom(BenchCluster cluster) throws IOException {
        long needed = (long) (rate * minutes * 60 * Loading.BYTES_PER_ORDER * 1.5);
        long free = Files.getFileStore(cluster.folder()).getUsableSpace();
        if (free < needed) {
            throw new IllegalStateException(
                    ("%,.1f minutes at %,.0f a second need about %,d MB on the disk of %s, and %,d MB are free:"
                                    + " less of either, or another disk by -Djava.io.tmpdir")
                            .formatted(minutes, rate, needed >> 20, cluster.folder(), free >> 20));
        }
    }

    /// Before the first third the load goes on until the partitions of the warm-up are gone, four minutes; in a
    /// short run half a third, and then some are still there.
    private Result measure(BenchCluster cluster, ProductContender product) throws Exception {
        out.printf("%,.0f checkouts/s for %.1f minutes%n", rate, minutes);
        var third = Duration.ofMillis((long) (minutes * 60_000 / 3));
        var settling =
                third.dividedBy(2).compareTo(Duration.ofMinutes(4)) < 0 ? third.dividedBy(2) : Duration.ofMinutes(4);
        try (var load = SteadyRate.begin(
                        product, new Pace(rate), third.multipliedBy(3).plus(settling));
                var db = cluster.database(DATABASE).getConnection();
                var reader = cluster.database(DATABASE).getConnection()) {
            var growth = new TableGrowth(db, load, out);
            growth.watch(settling);
            growth.third(third);
            reader.setAutoCommit(false);
            reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            growth.third(third, reader);
            growth.third(third);
            growth.tellTables();
            int failed = load.end();
            return growth.report(Result.of("bloat", settings(cluster)))
                    .with("checkouts completed", Figure.of(load.completed(), "orders"))
                    .with("checkouts that failed", Figure.of(failed, "orders", "<= 0"));
        }
    }

    private Map<String, Object> settings(BenchCluster cluster) throws SQLException {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("minutes", minutes);
        settings.put("rate", rate);
        settings.put("outbox_partition", "1m");
        settings.put("postgresql", cluster.settings());
        return settings;
    }
}
