package dev.holdfast.bench;

import dev.holdfast.bench.Contender.Round;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Completed checkouts per second over HTTP, against the same shop entered in this process.
@Command(
        name = "http",
        mixinStandardHelpOptions = true,
        description =
                "Completed checkouts per second over HTTP (a cart is put, checked out, and its outcome waited for),"
                        + " asked for by a process of its own, in turns with the same shop entered in process. Then the latency"
                        + " of customers who come by schedule.")
final class HttpCommand implements Callable<Integer> {

    private static final String DATABASE = "bench_http";
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    @Option(names = "--orders", defaultValue = "20000", description = "Checkouts a round. Default: ${DEFAULT-VALUE}.")
    private int orders;

    @Option(
            names = "--warmup",
            defaultValue = "10000",
            description = "Checkouts each way before the first round, at least. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(names = "--repeat", defaultValue = "3", description = "Rounds of each. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(
            names = "--customers",
            split = ",",
            defaultValue = "2000",
            description = "Customers at once, by default as many as the reference has in flight; of several (128,2000)"
                    + " the fastest of a trial round each is kept. Default: ${DEFAULT-VALUE}.")
    private List<Integer> customers;

    @Option(
            names = "--in-flight",
            defaultValue = "2000",
            description = "Sagas in flight of the in-process reference. Default: ${DEFAULT-VALUE}.")
    private int inFlight;

    @Option(
            names = "--rate",
            defaultValue = "0",
            description = "Customers a second in the round by schedule. Default: half of what was reached.")
    private double rate;

    @Option(names = "--products", defaultValue = "1000", description = "Products sold. Default: ${DEFAULT-VALUE}.")
    private int products;

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "Write a flight recording of this JVM and PostgreSQL's statements during the first round over"
                    + " HTTP here. Costs some percent of it.")
    private Path profile;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;

    private record Measured(List<Round> direct, List<Round> http, List<Double> generatorMicros) {}

    @Override
    public Integer call() throws Exception {
        check();
        Result result;
        try (var cluster = BenchCluster.open(profile == null ? Map.of() : Profile.POSTGRES_SETTINGS)) {
            cluster.createDatabase(DATABASE);
            var meter = new Meter(cluster, DATABASE);
            try (var shop = BenchShop.open(cluster, DATABASE);
                    var direct = new ProductContender(shop, meter, new CheckoutLoad(products), inFlight);
                    var http = new HttpContender(direct, shop.address(), products)) {
                ProductContender.stock(shop, products);
                ProductContender.list(shop, products);
                result = measure(cluster, direct, http);
            }
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    private void check() {
        if (orders < 1 || warmup < 1 || repeat < 1 || products < 2 || inFlight < 1 || rate < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--orders, --warmup, --repeat and --in-flight must be 1 or more, --products 2 or more");
        }
        if (customers.stream().anyMatch(each -> each < 1 || each > 8_000)) {
            throw new ParameterException(spec.commandLine(), "--customers must be 1 to 8,000, not " + customers);
        }
    }

    private Result measure(BenchCluster cluster, ProductContender direct, HttpContender http) throws Exception {
        direct.run(warmup);
        http.closed(customers.getFirst());
        WarmUp.untilCompiled(http, warmup, out);
        WarmUp.untilCompiled(direct, warmup, out);
        var tried = tryCustomers(http);
        int fastest = tried.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        var measured = new Measured(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (int repetition = 1; repetition <= repeat; repetition++) {
            boolean directFirst = repetition % 2 == 1;
            for (boolean inProcess : new boolean[] {directFirst, !directFirst}) {
                if (inProcess) {
                    measured.direct().add(round(cluster, repetition, direct));
                } else {
                    measured.http().add(round(cluster, repetition, http.closed(fastest)));
                    measured.generatorMicros().add(http.last().cpuNanos() / 1e3 / orders);
                }
            }
        }
        double reached = Medians.of(measured.http(), Round::perSecond);
        double paced = rate > 0 ? rate : Math.max(1, reached / 2);
        var open = round(cluster, 0, http.open(paced, Math.max(fastest, 4_000)));
        var settings = settings(cluster, tried, fastest);
        settings.put("open_loop_per_second", paced);
        settings.put("open_loop_came_late", http.last().latest());
        return figures(Result.of("http", settings), measured, open);
    }

    private Map<Integer, Long> tryCustomers(HttpContender http) throws Exception {
        var tried = new LinkedHashMap<Integer, Long>();
        for (int each : customers) {
            tried.put(
                    each,
                    customers.size() == 1
                            ? 0
                            : Math.round(http.closed(each).run(warmup).perSecond()));
        }
        out.println("http, checkouts/s by customers at once: " + tried);
        return tried;
    }

    private Round round(BenchCluster cluster, int repetition, Contender contender) throws Exception {
        cluster.settle(List.of(DATABASE));
        cluster.checkpoint();
        boolean watched = profile != null && repetition == 1 && contender instanceof HttpContender;
        var round = watched ? new Profile(profile, cluster, out).watch(contender, orders) : contender.run(orders);
        out.printf(
                "%s %-8s %,10.0f orders/s (%,d orders, %d failed)%n",
                repetition == 0 ? "by schedule" : repetition + ".",
                contender.name(),
                round.perSecond(),
                round.orders(),
                round.failed());
        return round;
    }

    private Result figures(Result result, Measured measured, Round open) {
        result.with(
                "completed checkouts per second over HTTP", against(measured, "orders/s", Round::perSecond, ">= 0.6"));
        result.with("CPU of this JVM per order", against(measured, "us/order", HttpCommand::jvmMicros, null));
        result.with("CPU of PostgreSQL per order", against(measured, "us/order", HttpCommand::postgresMicros, null));
        result.with(
                "CPU of the load generator per order",
                Figure.of(Medians.of(measured.generatorMicros(), micros -> micros), "us/order"));
        result.with(
                "compiler's share of this JVM's CPU, over HTTP",
                Figure.of(
                        Medians.of(measured.http(), round -> 100 * round.spent().compilerShare()), "%", "< 5"));
        for (var percentile : PERCENTILES) {
            result.with(
                    "latency by schedule, p" + Medians.name(percentile),
                    Figure.of(millis(open.latencyMicros(), percentile), "ms"));
        }
        int failed = measured.http().stream().mapToInt(Round::failed).sum() + open.failed();
        return result.with("checkouts over HTTP that failed", Figure.of(failed, "orders", "<= 0"));
    }

    private static Figure against(Measured measured, String unit, ToDoubleFunction<Round> of, String target) {
        return Figure.against(Medians.of(measured.http(), of), unit, Medians.of(measured.direct(), of), target);
    }

    private static double jvmMicros(Round round) {
        return round.spent().jvmNanos() / 1e3 / Math.max(1, round.orders());
    }

    private static double postgresMicros(Round round) {
        return round.spent().postgresNanos() / 1e3 / Math.max(1, round.orders());
    }

    private static double millis(Histogram micros, double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }

    private Map<String, Object> settings(BenchCluster cluster, Map<Integer, Long> tried, int fastest) throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("orders", orders);
        settings.put("warmup", warmup);
        settings.put("repeat", repeat);
        settings.put("products", products);
        settings.put("in_flight_in_process", inFlight);
        settings.put("customers_tried", tried);
        settings.put("customers", fastest);
        settings.put("postgresql", cluster.settings());
        return settings;
    }
}
