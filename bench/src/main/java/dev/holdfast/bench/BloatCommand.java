package dev.holdfast.bench;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
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
        description =
                "Checkouts at a steady rate for an hour, with one reader that holds a snapshot for half a minute in"
                        + " the second third: whether what is overwritten or rotated stays as large as it was, and whether each"
                        + " order adds as much to the other tables at the end as at the beginning.")
final class BloatCommand implements Callable<Integer> {

    private static final String DATABASE = "bench_bloat";
    private static final int PRODUCTS = 1_000;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration TELL_EVERY = Duration.ofMinutes(2);
    private static final Duration READER_HOLDS = Duration.ofSeconds(30);

    /// So that many of them are made, filled and dropped in the time.
    private static final List<String> SETTINGS = List.of("--holdfast.events.partition=1m");

    @Option(names = "--minutes", defaultValue = "60", description = "Of load. Default: ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(names = "--rate", defaultValue = "300", description = "Checkouts a second. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;
    private final AtomicLong completed = new AtomicLong();
    private final AtomicInteger failed = new AtomicInteger();
    private long mostInFirstThird;
    private long mostInLastThird;
    private long mostOfAll;

    @Override
    public Integer call() throws Exception {
        if (rate <= 0 || rate > 10_000 || minutes < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--rate must be above 0 and at most 10,000, --minutes 1 or more");
        }
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            cluster.createDatabase(DATABASE);
            try (var shop = BenchShop.open(cluster, DATABASE, SETTINGS, UnaryOperator.identity());
                    var product =
                            new ProductContender(shop, new Meter(cluster, DATABASE), new CheckoutLoad(PRODUCTS), 500)) {
                ProductContender.stock(shop, PRODUCTS);
                product.run(5_000);
                result = measure(cluster, product);
            }
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    private Result measure(BenchCluster cluster, ProductContender product) throws Exception {
        out.printf("%,.0f checkouts/s for %.0f minutes%n", rate, minutes);
        var load = load(product);
        try (var db = cluster.database(DATABASE).getConnection();
                var reader = cluster.database(DATABASE).getConnection()) {
            reader.setAutoCommit(false);
            reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            var third = Duration.ofMillis((long) (minutes * 60_000 / 3));
            var first = watch(db, third);
            mostInFirstThird = mostOfAll;
            takeSnapshot(reader);
            var held = READER_HOLDS.compareTo(third) < 0 ? READER_HOLDS : third;
            watch(db, held);
            reader.rollback();
            var second = watch(db, third.minus(held));
            mostInLastThird = 0;
            var last = watch(db, third);
            load.join();
            product.awaitEventsGone();
            tellTables(first, second, last);
            return figures(cluster, first, second, last);
        }
    }

    private CompletableFuture<Void> load(ProductContender product) {
        var pace = new Pace(rate);
        int times = pace.timesIn(Duration.ofMillis((long) (minutes * 60_000)));
        return CompletableFuture.runAsync(
                () -> pace.keep(times, due -> {
                    if (product.place().isPresent()) {
                        completed.incrementAndGet();
                    } else {
                        failed.incrementAndGet();
                    }
                }),
                task -> Thread.ofPlatform().name("arrivals").start(task));
    }

    private static void takeSnapshot(Connection reader) throws SQLException {
        try (var snapshot = reader.prepareStatement("SELECT count(*) FROM inventory.inventory")) {
            snapshot.executeQuery();
        }
    }

    /// Looks for so long.
    ///
    /// @return the last it saw
    private TableSizes watch(Connection db, Duration time) throws SQLException {
        long end = System.nanoTime() + time.toNanos();
        long tell = System.nanoTime();
        var seen = TableSizes.measure(db, completed.get());
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(Math.min(LOOK_EVERY.toNanos(), end - System.nanoTime()));
            seen = TableSizes.measure(db, completed.get());
            mostOfAll = Math.max(mostOfAll, seen.turnedOver());
            mostInLastThird = Math.max(mostInLastThird, seen.turnedOver());
            if (System.nanoTime() - tell > 0) {
                tell += TELL_EVERY.toNanos();
                out.printf(
                        "%,10d orders, overwritten or rotated %.1f MB, kept %,.1f MB%n",
                        seen.orders(), seen.turnedOver() / 1e6, seen.kept() / 1e6);
            }
        }
        return seen;
    }

    private void tellTables(TableSizes first, TableSizes second, TableSizes last) {
        out.printf(
                "%n%-40s %12s %12s %12s %18s%n",
                "table, with its indexes", "1/3, MB", "2/3, MB", "end, MB", "B/order, last 1/3");
        for (var table : new TreeSet<>(last.tables().keySet())) {
            if (last.of(table).sum() >= 100_000) {
                out.printf(
                        "%-40s %,12.2f %,12.2f %,12.2f %,18.1f%n",
                        table,
                        first.of(table).sum() / 1e6,
                        second.of(table).sum() / 1e6,
                        last.of(table).sum() / 1e6,
                        last.bytesPerOrder(table, second));
            }
        }
    }

    private Result figures(BenchCluster cluster, TableSizes first, TableSizes second, TableSizes last)
            throws SQLException {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("minutes", minutes);
        settings.put("rate", rate);
        settings.put("outbox_partition", "1m");
        settings.put("postgresql", cluster.settings());
        return Result.of("bloat", settings)
                .with(
                        "overwritten or rotated, largest in the last third",
                        Figure.against(mostInLastThird / 1e6, "MB", mostInFirstThird / 1e6, "<= 1.2"))
                .with(
                        "overwritten or rotated, largest with the reader too",
                        Figure.against(mostOfAll / 1e6, "MB", mostInFirstThird / 1e6, null))
                .with(
                        "what an order adds, last third against second",
                        Figure.against(last.keptPerOrder(second), "B/order", second.keptPerOrder(first), "<= 1.05"))
                .with("checkouts completed", Figure.of(completed.get(), "orders"))
                .with("checkouts that failed", Figure.of(failed.get(), "orders", "<= 0"));
    }
}
