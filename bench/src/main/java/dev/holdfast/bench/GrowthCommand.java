package dev.holdfast.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Whether a shop with millions of orders in its tables is as fast as an empty one.
@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        description =
                "Fills every table with the rows of many completed orders, audits a sample of them, and then measures"
                        + " completed checkouts per second on these tables, in turns with empty ones on the same PostgreSQL.")
final class GrowthCommand implements Callable<Integer> {

    private static final String SAMPLE = "bench_sample";
    private static final String GROWN = "bench_grown";
    private static final String EMPTY = "bench_empty";
    private static final int AUDITED = 1_000;
    private static final long MOST_ORDERS = 1_000_000_000;

    @Option(
            names = "--millions",
            defaultValue = "10",
            description = "Millions of orders that are there, 0.001 or more. Default: ${DEFAULT-VALUE}.")
    private double millions;

    @Option(names = "--orders", defaultValue = "30000", description = "Checkouts a round. Default: ${DEFAULT-VALUE}.")
    private int orders;

    @Option(
            names = "--warmup",
            defaultValue = "10000",
            description = "Checkouts before the first round, at least. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(names = "--repeat", defaultValue = "3", description = "Rounds of each. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(names = "--in-flight", defaultValue = "2000", description = "Sagas in flight. Default: ${DEFAULT-VALUE}.")
    private int inFlight;

    @Option(names = "--products", defaultValue = "1000", description = "Products sold. Default: ${DEFAULT-VALUE}.")
    private int products;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;
    private final List<Contender.Round> grownRounds = new ArrayList<>();
    private final List<Contender.Round> emptyRounds = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        long wanted = Math.round(millions * 1e6);
        if (wanted < AUDITED || wanted > MOST_ORDERS) {
            throw new ParameterException(spec.commandLine(), "--millions must be 0.001 to 1,000, not " + millions);
        }
        if (orders < 1 || warmup < 1 || repeat < 1 || inFlight < 1 || products < 2) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--orders, --warmup, --repeat and --in-flight must be 1 or more, --products 2 or more");
        }
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            var loading = new Loading(cluster, GROWN, wanted, out);
            loading.requireRoom(Loading.BYTES_PER_ORDER);
            var template = Sample.take(cluster, SAMPLE, products);
            cluster.createDatabase(GROWN, SAMPLE);
            cluster.createDatabase(EMPTY, SAMPLE);
            try (var grown = contender(cluster, GROWN, loading, template);
                    var empty = new ProductContender(
                            BenchShop.open(cluster, EMPTY),
                            new Meter(cluster, EMPTY),
                            new CheckoutLoad(products),
                            inFlight)) {
                measure(cluster, grown, empty);
            }
            result = figures(cluster, wanted, loading);
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    /// The shop runs while its tables are filled, and its own audit says whether what fills them is what it would
    /// have written.
    private ProductContender contender(BenchCluster cluster, String database, Loading loading, OrderTemplate template)
            throws Exception {
        var shop = BenchShop.open(cluster, database);
        try {
            var tables = new GrownTables(template, products, System.currentTimeMillis() - loading.orders() / 8);
            loading.load(tables, 1, AUDITED);
            out.printf("%,d orders loaded; the audit says: %s%n", AUDITED, CleanAudit.require(shop));
            loading.load(tables, AUDITED + 1, loading.orders());
            return new ProductContender(shop, new Meter(cluster, database), new CheckoutLoad(products), inFlight);
        } catch (Exception e) {
            shop.close();
            throw e;
        }
    }

    private void measure(BenchCluster cluster, ProductContender grown, ProductContender empty) throws Exception {
        WarmUp.untilCompiled(empty, warmup, out);
        grown.run(warmup);
        for (int repetition = 1; repetition <= repeat; repetition++) {
            boolean grownFirst = repetition % 2 == 1;
            for (boolean full : new boolean[] {grownFirst, !grownFirst}) {
                cluster.settle(List.of(GROWN, EMPTY));
                cluster.checkpoint();
                var round = (full ? grown : empty).run(orders);
                (full ? grownRounds : emptyRounds).add(round);
                out.printf(
                        "%d. %s tables %,10.0f orders/s (%,d orders, %d failed)%n",
                        repetition, full ? "grown" : "empty", round.perSecond(), round.orders(), round.failed());
            }
        }
    }

    private Result figures(BenchCluster cluster, long wanted, Loading loading) throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("orders_in_the_tables", wanted);
        settings.put("bytes_on_disk_per_order", loading.bytesPerOrder());
        settings.put("loaded_per_second", Math.round(loading.perSecond()));
        settings.put("orders", orders);
        settings.put("repeat", repeat);
        settings.put("in_flight", inFlight);
        settings.put("postgresql", cluster.settings());
        var result = Result.of("growth", settings);
        result.with(
                "completed checkouts per second, grown tables",
                against("orders/s", Contender.Round::perSecond, ">= 0.9"));
        result.with(
                "CPU of PostgreSQL per order",
                against("us/order", round -> round.spent().postgresNanos() / 1e3 / orders, null));
        result.with(
                "WAL per order",
                against("bytes/order", round -> (double) round.spent().walBytes() / orders, null));
        int failed = grownRounds.stream().mapToInt(Contender.Round::failed).sum();
        return result.with("checkouts that failed", Figure.of(failed, "orders", "<= 0"));
    }

    private Figure against(String unit, ToDoubleFunction<Contender.Round> of, String target) {
        return Figure.against(Medians.of(grownRounds, of), unit, Medians.of(emptyRounds, of), target);
    }
}
