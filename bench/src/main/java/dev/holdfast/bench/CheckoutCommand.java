package dev.holdfast.bench;

import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Completed checkouts per second with engine and services in one process.
@Command(
        name = "checkout",
        mixinStandardHelpOptions = true,
        description =
                "Completed checkouts per second, engine and services in this process, on an embedded PostgreSQL with"
                        + " fsync on. The same code and settings as a user's checkout, entered where the door hands over to the"
                        + " engine.")
final class CheckoutCommand implements Callable<Integer> {

    @Option(names = "--orders", defaultValue = "30000", description = "Checkouts measured. Default: ${DEFAULT-VALUE}.")
    private int orders;

    @Option(
            names = "--warmup",
            defaultValue = "10000",
            description = "Checkouts before that. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(names = "--in-flight", defaultValue = "2000", description = "Sagas in flight. Default: ${DEFAULT-VALUE}.")
    private int inFlight;

    @Option(names = "--products", defaultValue = "1000", description = "Products sold. Default: ${DEFAULT-VALUE}.")
    private int products;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("orders", orders);
        settings.put("warmup", warmup);
        settings.put("in_flight", inFlight);
        settings.put("products", products);
        settings.put("lines_per_order", CheckoutLoad.LINES_PER_ORDER);
        var result = Result.of("checkout", settings);
        try (var shop = BenchShop.open()) {
            var load = new CheckoutLoad(shop, products, (long) orders + warmup);
            load.stock();
            System.out.printf("warming up with %,d checkouts%n", warmup);
            load.run(warmup, inFlight);
            System.out.printf("measuring %,d checkouts%n", orders);
            var before = shop.usage();
            var seconds = load.run(orders, inFlight);
            var used = shop.usage().since(before);
            result.with("completed checkouts per second", Figure.of(orders / seconds, "orders/s"))
                    .with("latency p50", Figure.of(load.latencyMillis(50), "ms"))
                    .with("latency p99", Figure.of(load.latencyMillis(99), "ms"))
                    .with("CPU of this JVM per order", Figure.of(used.jvmNanos() / 1e3 / orders, "us/order"))
                    .with("CPU of PostgreSQL per order", Figure.of(used.postgresNanos() / 1e3 / orders, "us/order"))
                    .with("WAL per order", Figure.of((double) used.walBytes() / orders, "bytes/order"))
                    .with("rows written per order", Figure.of((double) used.rows() / orders, "rows/order"))
                    .with("commits per order", Figure.of((double) used.commits() / orders, "commits/order"));
        }
        if (json) {
            result.printJson(System.out);
        } else {
            result.printTable(System.out);
        }
        return 0;
    }
}
