package dev.holdfast.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Completed checkouts per second with inventory and payment in other JVMs.
@Command(
        name = "apart",
        mixinStandardHelpOptions = true,
        description = "Completed checkouts per second with inventory and payment each in a process of its own, as"
                + " `serve --roles` starts them, and all else in this one; in turns with the product in one process on"
                + " the same PostgreSQL.")
final class ApartCommand implements Callable<Integer> {

    private static final String TOGETHER = "bench_together";
    private static final String APART = "bench_apart";

    @Option(names = "--orders", defaultValue = "30000", description = "Checkouts a round. Default: ${DEFAULT-VALUE}.")
    private int orders;

    @Option(
            names = "--warmup",
            defaultValue = "10000",
            description = "Checkouts of each before the first round, at least: it goes on in turns of so many until"
                    + " compiling takes little in all JVMs. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(names = "--repeat", defaultValue = "3", description = "Rounds of each. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(names = "--in-flight", defaultValue = "2000", description = "Sagas in flight. Default: ${DEFAULT-VALUE}.")
    private int inFlight;

    @Option(names = "--products", defaultValue = "1000", description = "Products sold. Default: ${DEFAULT-VALUE}.")
    private int products;

    @Option(
            names = "--profile",
            paramLabel = "DIR",
            description = "Write flight recordings of all JVMs and PostgreSQL's statements during the first round apart"
                    + " here. Costs some percent of it.")
    private Path profile;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;
    private final List<ApartReport.Measured> apartRounds = new ArrayList<>();
    private final List<ApartReport.Measured> togetherRounds = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (orders < 1 || warmup < 1 || repeat < 1 || inFlight < 1 || products < 2) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--orders, --warmup, --repeat and --in-flight must be 1 or more, --products 2 or more");
        }
        var postgres = profile == null ? Map.<String, String>of() : Profile.POSTGRES_SETTINGS;
        Result result;
        try (var cluster = BenchCluster.open(postgres)) {
            cluster.createDatabase(TOGETHER);
            cluster.createDatabase(APART);
            try (var shop = BenchShop.open(cluster, TOGETHER);
                    var shops = ApartShop.open(cluster, APART)) {
                ProductContender.stock(shop, products);
                ProductContender.stock(shops.here(), products);
                // Closing a contender would close its shop.
                var together = contender(cluster, shop, TOGETHER);
                var apart = new ApartContender(shops, contender(cluster, shops.here(), APART));
                measure(cluster, together, apart, observer(cluster, shops));
            }
            result = new ApartReport(apartRounds, togetherRounds).addFigures(Result.of("apart", settings(cluster)));
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    private ProductContender contender(BenchCluster cluster, BenchShop shop, String database) {
        return new ProductContender(shop, new Meter(cluster, database), new CheckoutLoad(products), inFlight);
    }

    private Comparison.Observer observer(BenchCluster cluster, ApartShop shops) {
        return profile == null
                ? Contender::run
                : new RoleRecordings(profile, shops.processes(), new Profile(profile, cluster, out));
    }

    /// @param observer of the first round apart
    private void measure(
            BenchCluster cluster, ProductContender together, ApartContender apart, Comparison.Observer observer)
            throws Exception {
        together.run(warmup);
        WarmUp.untilCompiled(apart, warmup, out);
        WarmUp.untilCompiled(together, warmup, out);
        for (int repetition = 1; repetition <= repeat; repetition++) {
            boolean apartFirst = repetition % 2 == 1;
            for (boolean isApart : new boolean[] {apartFirst, !apartFirst}) {
                cluster.settle(List.of(TOGETHER, APART));
                cluster.checkpoint();
                var contender = isApart ? apart : together;
                Comparison.Observer watching = isApart && repetition == 1 ? observer : Contender::run;
                var cores = Machine.cores();
                var round = watching.watch(contender, orders);
                var busy = Machine.cores().busyShareSince(cores);
                var measured = new ApartReport.Measured(round, busy, isApart ? apart.last() : Map.of());
                (isApart ? apartRounds : togetherRounds).add(measured);
                tell(repetition, isApart ? "apart" : "together", measured);
            }
        }
    }

    private void tell(int repetition, String name, ApartReport.Measured measured) {
        var round = measured.round();
        out.printf(
                "%d. %-8s %,10.0f orders/s (%,d orders, %d failed), the cores %.0f %% busy%n",
                repetition, name, round.perSecond(), round.orders(), round.failed(), 100 * measured.busyShare());
    }

    private Map<String, Object> settings(BenchCluster cluster) throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("apart", ApartShop.APART);
        settings.put("orders", orders);
        settings.put("warmup", warmup);
        settings.put("repeat", repeat);
        settings.put("in_flight", inFlight);
        settings.put("products", products);
        settings.put("lines_per_order", CheckoutLoad.LINES_PER_ORDER);
        settings.put("postgresql", cluster.settings());
        return settings;
    }
}
