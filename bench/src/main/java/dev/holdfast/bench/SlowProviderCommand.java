package dev.holdfast.bench;

import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
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

/// Whether a provider that takes its time costs throughput.
@Command(
        name = "slow-provider",
        mixinStandardHelpOptions = true,
        description =
                "Completed checkouts per second while the payment provider answers each call in 1 to 3 s and some ten"
                        + " thousand sagas wait for it, in turns with a shop in the same process whose provider answers in 0 ms.")
final class SlowProviderCommand implements Callable<Integer> {

    private static final String SLOW = "bench_slow";
    private static final String FAST = "bench_fast";
    private static final int PRODUCTS = 1_000;

    @Option(
            names = "--in-flight",
            defaultValue = "20000",
            description = "Checkouts at once with the slow provider. Default: ${DEFAULT-VALUE}.")
    private int inFlight;

    @Option(
            names = "--fast-in-flight",
            defaultValue = "2000",
            description = "Checkouts at once with the fast one. Default: ${DEFAULT-VALUE}.")
    private int fastInFlight;

    @Option(names = "--seconds", defaultValue = "20", description = "Counted in a round. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--settling",
            defaultValue = "15",
            description = "Seconds of a round before it is counted. Default: ${DEFAULT-VALUE}.")
    private int settling;

    @Option(names = "--repeat", defaultValue = "3", description = "Rounds of each. Default: ${DEFAULT-VALUE}.")
    private int repeat;

    @Option(
            names = "--warmup",
            defaultValue = "10000",
            description = "Checkouts before the first round, at least. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(
            names = "--least",
            defaultValue = "1000",
            description = "The provider's fastest answer, in ms. Default: 1000.")
    private int leastMillis;

    @Option(
            names = "--most",
            defaultValue = "3000",
            description = "The provider's slowest answer, in ms. Default: 3000.")
    private int mostMillis;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private final PrintStream out = System.out;
    private final CheckoutLoad load = new CheckoutLoad(PRODUCTS);
    private final List<SteadyLoad.Counted> slow = new ArrayList<>();
    private final List<SteadyLoad.Counted> fast = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        if (inFlight < 1 || fastInFlight < 1 || seconds < 1 || settling < 0 || repeat < 1 || warmup < 1) {
            throw new ParameterException(spec.commandLine(), "all numbers must be 1 or more, --settling 0 or more");
        }
        if (leastMillis < 0 || mostMillis < leastMillis || mostMillis > 20_000) {
            throw new ParameterException(spec.commandLine(), "--least must be 0 to --most, and that 20,000 at most");
        }
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            cluster.createDatabase(SLOW);
            cluster.createDatabase(FAST);
            try (var slowShop = BenchShop.open(cluster, SLOW, slowSettings(), UnaryOperator.identity());
                    var fastShop = BenchShop.open(cluster, FAST)) {
                measure(cluster, slowShop, fastShop);
            }
            result = figures(cluster);
        }
        result.printTable(out);
        if (json) {
            result.printJson(out);
        }
        return 0;
    }

    private List<String> slowSettings() {
        return List.of(
                "--holdfast.payment.simulated.latency=" + leastMillis + "ms",
                "--holdfast.payment.simulated.latency-at-most=" + mostMillis + "ms",
                // As many as wait, and room for those that are just being started.
                "--holdfast.saga.max-in-flight=" + Math.max(10_000, inFlight + 1_000));
    }

    private void measure(BenchCluster cluster, BenchShop slowShop, BenchShop fastShop) throws Exception {
        var slowMeter = new Meter(cluster, SLOW);
        var fastMeter = new Meter(cluster, FAST);
        ProductContender.stock(slowShop, PRODUCTS);
        ProductContender.stock(fastShop, PRODUCTS);
        // Closing it would close the shop.
        var slowProduct = new ProductContender(slowShop, slowMeter, load, inFlight);
        var fastProduct = new ProductContender(fastShop, fastMeter, load, fastInFlight);
        WarmUp.untilCompiled(fastProduct, warmup, out);
        slowProduct.run(warmup);
        var waiting = new SteadyLoad(inFlight, Duration.ofSeconds(settling), Duration.ofSeconds(seconds));
        var working = new SteadyLoad(fastInFlight, Duration.ofSeconds(settling), Duration.ofSeconds(seconds));
        for (int repetition = 1; repetition <= repeat; repetition++) {
            boolean slowFirst = repetition % 2 == 1;
            for (boolean slowly : new boolean[] {slowFirst, !slowFirst}) {
                cluster.settle(List.of(SLOW, FAST));
                cluster.checkpoint();
                var counted = slowly ? waiting.run(slowShop, load, slowMeter) : working.run(fastShop, load, fastMeter);
                (slowly ? slow : fast).add(counted);
                (slowly ? slowProduct : fastProduct).awaitEventsGone();
                out.printf(
                        "%d. %s %,.0f orders/s, %,.0f in flight, %d failed%n",
                        repetition,
                        slowly ? "slow provider" : "0 ms         ",
                        counted.perSecond(),
                        counted.inFlight(),
                        counted.failed());
            }
        }
    }

    private Result figures(BenchCluster cluster) throws Exception {
        var settings = new LinkedHashMap<String, Object>();
        settings.put("provider_millis", leastMillis + " to " + mostMillis);
        settings.put("in_flight", inFlight);
        settings.put("fast_in_flight", fastInFlight);
        settings.put("seconds", seconds);
        settings.put("repeat", repeat);
        settings.put("postgresql", cluster.settings());
        var result = Result.of("slow-provider", settings);
        result.with(
                "completed checkouts per second, slow provider",
                Figure.against(
                        Medians.of(slow, SteadyLoad.Counted::perSecond),
                        "orders/s",
                        Medians.of(fast, SteadyLoad.Counted::perSecond),
                        ">= 0.9"));
        result.with(
                "sagas in flight",
                Figure.against(
                        Medians.of(slow, SteadyLoad.Counted::inFlight),
                        "sagas",
                        Medians.of(fast, SteadyLoad.Counted::inFlight),
                        null));
        result.with("CPU of both per order", Figure.against(cpu(slow), "us/order", cpu(fast), null));
        int failed = slow.stream().mapToInt(SteadyLoad.Counted::failed).sum();
        return result.with("checkouts that failed", Figure.of(failed, "orders", "<= 0"));
    }

    private static double cpu(List<SteadyLoad.Counted> rounds) {
        return Medians.of(rounds, round -> {
            var spent = round.spent();
            double orders = Math.max(1, round.perSecond() * spent.atNanos() / 1e9);
            return (spent.jvmNanos() + spent.postgresNanos()) / 1e3 / orders;
        });
    }
}
