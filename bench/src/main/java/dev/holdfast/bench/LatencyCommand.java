package dev.holdfast.bench;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// How long a checkout takes when there is little to do, against as many durable writes as it has commits.
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description = "From accepted to confirmed under light load, with simulated providers that answer in 0 ms, in"
                + " turns with as many one-row durable transactions, one after the other, as a checkout has commits in a"
                + " row, at the same rate on the same PostgreSQL.")
final class LatencyCommand implements Callable<Integer> {

    private static final String DATABASE = "bench_latency";
    private static final String REFERENCE = "bench_rows";
    private static final int PRODUCTS = 1_000;
    private static final int COUNTED = 20;
    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(2);

    /// Of a checkout. What notification and the relay commit comes after it, and holds nothing up.
    private static final List<String> LANES =
            List.of("saga", "cart", "inventory", "payment", "sandbox", "orders", "shipping", "carriers_sandbox");

    @Option(names = "--rate", defaultValue = "50", description = "Checkouts a second. Default: ${DEFAULT-VALUE}.")
    private double rate;

    @Option(names = "--seconds", defaultValue = "20", description = "Of a round. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(names = "--repeat", defaultValue = "3", description = "Rounds of each. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(
            names = "--warmup",
            defaultValue = "10000",
            description = "Checkouts before the first round, at least. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;
    private final Histogram confirmed = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final Histogram fromDue = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final Histogram rows = new ConcurrentHistogram(LONGEST_MICROS, 3);
    private final AtomicInteger failed = new AtomicInteger();

    @Override
    public Integer call() throws Exception {
        if (rate <= 0 || rate > 10_000 || seconds < 1 || repeat < 1 || warmup < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rate must be above 0 and at most 10,000, --seconds, --repeat and --warmup 1 or more");
        }
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            cluster.createDatabase(DATABASE);
            cluster.createDatabase(REFERENCE);
            var meter = new Meter(cluster, DATABASE);
            try (var shop = BenchShop.open(cluster, DATABASE);
                    var product = new ProductContender(shop, meter, new CheckoutLoad(PRODUCTS), 500);
                    var reference = new DurableRows(cluster.database(REFERENCE))) {
                ProductContender.stock(shop, PRODUCTS);
                WarmUp.untilCompiled(product, warmup, out);
                int commits = commitsInARow(shop.bean(MeterRegistry.class), product);
                out.printf("a checkout has %d commits in a row between accepted and confirmed%n", commits);
                measure(cluster, product, reference, commits);
                result = figures(cluster, commits);
            }
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    /// Checkouts one at a time: what their lanes commit then, they commit in a row. The first commit, which makes
    /// the checkout accepted, comes before the time that is measured.
    private static int commitsInARow(MeterRegistry metrics, ProductContender product) {
        long before = commits(metrics);
        for (int i = 0; i < COUNTED; i++) {
            if (product.place().isEmpty()) {
                throw new IllegalStateException("a checkout did not complete");
            }
        }
        return Math.toIntExact(Math.round((double) (commits(metrics) - before) / COUNTED)) - 1;
    }

    private static long commits(MeterRegistry metrics) {
        return LANES.stream()
                .mapToLong(lane -> metrics.find("holdfast.lane.batch.size").tag("lane", lane).summaries().stream()
                        .mapToLong(DistributionSummary::count)
                        .sum())
                .sum();
    }

    private void measure(BenchCluster cluster, ProductContender product, DurableRows reference, int commits)
            throws Exception {
        var pace = new Pace(rate);
        int times = pace.timesIn(Duration.ofSeconds(seconds));
        pace.keep(Math.min(times, 200), due -> reference.write(commits));
        for (int repetition = 1; repetition <= repeat; repetition++) {
            cluster.settle(List.of(DATABASE, REFERENCE));
            cluster.checkpoint();
            pace.keep(times, due -> checkOut(product, due));
            product.awaitEventsGone();
            pace.keep(times, due -> write(reference, commits));
            out.printf(
                    "%d. so far: checkouts p50 %.1f ms, p99 %.1f ms; %d durable rows p50 %.1f ms, p99 %.1f ms%n",
                    repetition,
                    millis(confirmed, 50),
                    millis(confirmed, 99),
                    commits,
                    millis(rows, 50),
                    millis(rows, 99));
        }
    }

    private void checkOut(ProductContender product, long due) {
        var acceptedToConfirmed = product.place();
        if (acceptedToConfirmed.isEmpty()) {
            failed.incrementAndGet();
            return;
        }
        record(confirmed, acceptedToConfirmed.get().toNanos());
        record(fromDue, System.nanoTime() - due);
    }

    private void write(DurableRows reference, int commits) {
        long began = System.nanoTime();
        reference.write(commits);
        record(rows, System.nanoTime() - began);
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(LONGEST_MICROS, nanos / 1_000));
    }

    private Result figures(BenchCluster cluster, int commits) throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("rate", rate);
        settings.put("seconds", seconds);
        settings.put("repeat", repeat);
        settings.put("commits_in_a_row", commits);
        settings.put("postgresql", cluster.settings());
        var result = Result.of("latency", settings);
        result.with("accepted to confirmed, p50", against(50, "<= 1.5"));
        result.with("accepted to confirmed, p90", against(90, null));
        result.with("accepted to confirmed, p99", against(99, "<= 4"));
        result.with("accepted to confirmed, mean", Figure.of(confirmed.getMean() / 1e3, "ms", "<= 42"));
        result.with("accepted to confirmed, p99 by itself", Figure.of(millis(confirmed, 99), "ms", "< 100"));
        result.with("from the moment it was due, p50", Figure.of(millis(fromDue, 50), "ms"));
        result.with("from the moment it was due, p99", Figure.of(millis(fromDue, 99), "ms"));
        return result.with("checkouts that failed", Figure.of(failed.get(), "orders", "<= 0"));
    }

    private Figure against(double percentile, String target) {
        return Figure.against(millis(confirmed, percentile), "ms", millis(rows, percentile), target);
    }

    private static double millis(Histogram micros, double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }
}
