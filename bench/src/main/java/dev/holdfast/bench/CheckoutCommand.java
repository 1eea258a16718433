package dev.holdfast.bench;

import dev.holdfast.bench.Comparison.Plan;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Completed checkouts per second with engine and services in one process.
@Command(
        name = "checkout",
        mixinStandardHelpOptions = true,
        description =
                "Completed checkouts per second, engine and services in this process, on an embedded PostgreSQL with"
                        + " fsync on. The same code and settings as a user's checkout, entered where the door hands over to the"
                        + " engine. In turns with two references on the same PostgreSQL: the same rows written in bulk"
                        + " (limit), and a hand-written shop (naive).")
final class CheckoutCommand implements Callable<Integer> {

    private static final int TRIED_PER_SHAPE = 8_000;
    private static final int TRIED_PER_POOL = 3_000;
    private static final List<Integer> POOLS = List.of(16, 32, 64);

    @Option(names = "--orders", defaultValue = "30000", description = "Checkouts a round. Default: ${DEFAULT-VALUE}.")
    private int orders;

    @Option(
            names = "--naive-orders",
            description = "Checkouts a round of the naive reference. Default: a third of --orders.")
    private Integer naiveOrders;

    @Option(
            names = "--warmup",
            defaultValue = "10000",
            description = "Checkouts before the first round, at least: it goes on in turns of so many until compiling"
                    + " takes little. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(
            names = "--naive-warmup",
            defaultValue = "5000",
            description = "Checkouts of the naive reference before the first round, besides 20 per connection. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int naiveWarmup;

    @Option(names = "--repeat", defaultValue = "3", description = "Rounds of each. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(names = "--in-flight", defaultValue = "8000", description = "Sagas in flight. Default: ${DEFAULT-VALUE}.")
    private int inFlight;

    @Option(names = "--products", defaultValue = "1000", description = "Products sold. Default: ${DEFAULT-VALUE}.")
    private int products;

    @Option(
            names = "--naive-threads",
            defaultValue = "64",
            description = "Threads of the naive reference. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--naive-pool",
            description = "Connections of the naive reference. Default: the fastest of 16, 32 and 64.")
    private Integer pool;

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "Write a flight recording of this JVM and PostgreSQL's statements during the product's first"
                    + " round here. Costs some percent of it.")
    private Path profile;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /// Printed once everything is closed: what is logged on the way down must not follow the last line.
    @Override
    public Integer call() throws Exception {
        var plan = plan();
        var out = System.out;
        Result result;
        CheckoutReport report;
        var postgres = profile == null ? Map.<String, String>of() : Profile.POSTGRES_SETTINGS;
        try (var comparison = Comparison.open(postgres, plan, out)) {
            comparison.warmUp();
            var tried = comparison.chooseShape(Math.min(TRIED_PER_SHAPE, plan.orders()));
            var pools = comparison.choosePool(Math.min(TRIED_PER_POOL, plan.naiveOrders()));
            var observer = profile == null
                    ? (Comparison.Observer) Contender::run
                    : new Profile(profile, comparison.cluster(), out);
            report = new CheckoutReport(comparison.measure(observer));
            result = Result.of("checkout", settings(plan, comparison, report));
            result.settings().put("limit_tried", tried);
            result.settings().put("naive_tried", pools);
            report.addFigures(result);
        }
        result.printTable(out);
        report.print(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    private Plan plan() {
        atLeast("--orders", orders, 1);
        atLeast("--warmup", warmup, 1);
        atLeast("--repeat", repeat, 1);
        atLeast("--in-flight", inFlight, 1);
        atLeast("--products", products, 2);
        atLeast("--naive-threads", threads, 1);
        atLeast("--naive-warmup", naiveWarmup, 1);
        var pools = pool == null ? POOLS : List.of(pool);
        atLeast("--naive-pool", pools.getFirst(), 2);
        int naive = naiveOrders == null ? Math.max(1, orders / 3) : naiveOrders;
        atLeast("--naive-orders", naive, 1);
        return new Plan(orders, naive, warmup, naiveWarmup, repeat, inFlight, products, threads, pools);
    }

    private void atLeast(String option, int value, int least) {
        if (value < least) {
            throw new ParameterException(spec.commandLine(), option + " must be " + least + " or more, not " + value);
        }
    }

    private static Map<String, Object> settings(Plan plan, Comparison comparison, CheckoutReport report)
            throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("orders", plan.orders());
        settings.put("warmup", plan.warmup());
        settings.put("repeat", plan.repeat());
        settings.put("in_flight", plan.inFlight());
        settings.put("products", plan.products());
        settings.put("lines_per_order", CheckoutLoad.LINES_PER_ORDER);
        settings.put("naive_orders", plan.naiveOrders());
        settings.put("naive_warmup", plan.naiveWarmup());
        settings.put("naive_threads", plan.threads());
        settings.put("naive_pool", comparison.pool());
        settings.put("limit_batch", comparison.shape().batch());
        settings.put("limit_connections", comparison.shape().connections());
        settings.put("postgresql", comparison.cluster().settings());
        settings.put("rows_left_or_passing_per_order", comparison.template().rowsPerOrder());
        settings.put("rows_written_per_order", report.rowsPerOrder());
        settings.put("runs", report.runs());
        return settings;
    }
}
