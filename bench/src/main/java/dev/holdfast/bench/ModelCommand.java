package dev.holdfast.bench;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.saga.SagaStatus;
import java.io.PrintStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Whether the latency of a checkout is that of its network and its participants.
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        description = "The flow order-first with participants behind a network (15 ms a hop; create 8, hold 5, charge"
                + " 240, release 6, cancel 4, a refused hold 3 ms), against the sum of these: confirmed 298 ms, out of"
                + " stock 60 ms, declined 338 ms. What is over is what the engine adds.")
final class ModelCommand implements Callable<Integer> {

    private static final String DATABASE = "bench_model";
    private static final int PRODUCTS = 100;
    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(2);
    private static final String TARGET = "<= 1.05";

    @Option(
            names = "--orders",
            defaultValue = "100",
            description = "Checkouts of each kind, one at a time. Default: ${DEFAULT-VALUE}.")
    private int orders;

    @Option(names = "--hop", defaultValue = "15", description = "The network, in ms. Default: ${DEFAULT-VALUE}.")
    private int hopMillis;

    @Option(
            names = "--warmup",
            defaultValue = "10000",
            description = "Checkouts before, at least; at a shop without the network, in the same process. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;

    /// One way a checkout may go.
    private record Course(String name, Duration model, List<String> skus, String method, SagaStatus end) {

        CheckoutOrder order() {
            return CheckoutLoad.orderOf(skus, method);
        }
    }

    @Override
    public Integer call() throws Exception {
        if (orders < 1 || hopMillis < 0 || hopMillis > 10_000 || warmup < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--orders and --warmup must be 1 or more, --hop 0 to 10,000");
        }
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            warmUp(cluster);
            cluster.createDatabase(DATABASE);
            var settings = new LinkedHashMap<String, Object>();
            settings.put("orders", orders);
            settings.put("hop_millis", hopMillis);
            settings.put("postgresql", cluster.settings());
            result = measure(cluster, Result.of("model", settings));
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    private void warmUp(BenchCluster cluster) throws Exception {
        var database = "bench_warm";
        cluster.createDatabase(database);
        try (var shop = BenchShop.open(cluster, database);
                var product =
                        new ProductContender(shop, new Meter(cluster, database), new CheckoutLoad(PRODUCTS), 200)) {
            ProductContender.stock(shop, PRODUCTS);
            WarmUp.untilCompiled(product, warmup, out);
        }
    }

    private Result measure(BenchCluster cluster, Result result) throws Exception {
        var network = new NetworkModel(Duration.ofMillis(hopMillis));
        try (var shop = BenchShop.open(cluster, DATABASE, List.of(), network)) {
            ProductContender.stock(shop, PRODUCTS);
            var placing = Placing.at(shop, "order-first");
            var shelf = List.of(CheckoutLoad.product(0), CheckoutLoad.product(1));
            var card = "pm_card_visa";
            for (var course : List.of(
                    new Course("confirmed", network.confirmed(), shelf, card, SagaStatus.COMPLETED),
                    new Course("out of stock", network.outOfStock(), List.of("never-there"), card, SagaStatus.FAILED),
                    new Course("declined", network.declined(), shelf, "pm_card_declined", SagaStatus.FAILED))) {
                // The first ones open sessions and prepare statements.
                run(placing, course, Math.min(orders, 20));
                add(result, course, run(placing, course, orders));
            }
        }
        return result;
    }

    private static Histogram run(Placing placing, Course course, int times) {
        var latency = new Histogram(LONGEST_MICROS, 3);
        for (int i = 0; i < times; i++) {
            var placed = placing.place(course.order()).orElseThrow();
            if (placed.status() != course.end()) {
                throw new IllegalStateException("a checkout that was to be " + course.name() + " ended " + placed);
            }
            latency.recordValue(placed.acceptedToEnd().toNanos() / 1_000);
        }
        return latency;
    }

    private void add(Result result, Course course, Histogram latency) {
        double model = course.model().toNanos() / 1e6;
        double median = latency.getValueAtPercentile(50) / 1e3;
        out.printf("%-12s %.1f ms by the model, %.1f ms measured%n", course.name(), model, median);
        result.with(course.name() + ", median", Figure.against(median, "ms", model, TARGET))
                .with(course.name() + ", what the engine adds", Figure.of(median - model, "ms"))
                .with(
                        course.name() + ", p99",
                        Figure.against(latency.getValueAtPercentile(99) / 1e3, "ms", model, null));
    }
}
