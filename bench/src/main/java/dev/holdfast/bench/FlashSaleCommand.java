package dev.holdfast.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
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

/// Holds per second of one product and of many, under each strategy of the inventory.
@Command(
        name = "flash-sale",
        mixinStandardHelpOptions = true,
        description =
                "Holds per second with many buyers at once, of one product and of many, under each strategy of the"
                        + " inventory. After each crowd what buyers were told is held against the tables and the ledger.")
final class FlashSaleCommand implements Callable<Integer> {

    private static final Duration SNAPSHOT = Duration.ofSeconds(30);
    private static final int WARM_UP_BUYERS = 64;

    @Option(
            names = "--strategies",
            split = ",",
            defaultValue = "queue,pools,optimistic,pessimistic",
            description = "Which. Default: ${DEFAULT-VALUE}.")
    private List<String> strategies;

    @Option(
            names = "--products",
            split = ",",
            defaultValue = "1,1000",
            description = "Products. Default: ${DEFAULT-VALUE}.")
    private List<Integer> products;

    @Option(
            names = "--buyers",
            split = ",",
            defaultValue = "1,8,64,512,4096,10000",
            description = "Buyers at once. Default: ${DEFAULT-VALUE}.")
    private List<Integer> buyers;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "How long each crowd buys. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warmup",
            defaultValue = "10",
            description = "How long 64 buyers buy before the first crowd of a strategy. Default: ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(
            names = "--pieces",
            defaultValue = "1000",
            description = "Pieces of the product that is sold out. Default: ${DEFAULT-VALUE}.")
    private int pieces;

    @Option(
            names = "--snapshot",
            description = "Also 64 buyers of one product beside a reader that keeps a snapshot open for 30 s.")
    private boolean snapshot;

    @Option(names = "--markdown", paramLabel = "FILE", description = "Write the table of all crowds.")
    private Path markdown;

    @Option(names = "--svg", paramLabel = "FILE", description = "Draw the curves.")
    private Path svg;

    @Option(names = "--json", description = "Print one JSON object as the last line.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        check();
        var report = new FlashSaleReport(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Result result;
        try (var cluster = BenchCluster.open(Map.of())) {
            var settings = new LinkedHashMap<String, Object>();
            settings.put("seconds", seconds);
            settings.put("postgresql", cluster.settings());
            result = Result.of("flash-sale", settings);
            warmUpTheProgram(cluster);
            for (var strategy : strategies) {
                try (var sale = FlashSale.open(cluster, strategy, "flash_" + strategy)) {
                    measure(cluster, sale, report);
                }
            }
        }
        report.addFigures(result);
        if (markdown != null) {
            Files.write(markdown, report.markdown());
        }
        if (svg != null) {
            Files.writeString(svg, report.picture());
        }
        result.printTable(System.out);
        if (json) {
            result.printJson(System.out);
        }
        return 0;
    }

    /// Code that all strategies share is compiled by the first of them; a shop that is not measured goes before.
    private void warmUpTheProgram(BenchCluster cluster) throws Exception {
        try (var sale = FlashSale.open(cluster, strategies.getFirst(), "flash_warm_up")) {
            sale.sell(10, WARM_UP_BUYERS, Duration.ofSeconds(warmup));
        }
    }

    private void measure(BenchCluster cluster, FlashSale sale, FlashSaleReport report) throws Exception {
        sale.sell(10, WARM_UP_BUYERS, Duration.ofSeconds(warmup));
        for (int sold : products) {
            for (int crowd : buyers) {
                report.points().add(told(sale.sell(sold, crowd, Duration.ofSeconds(seconds))));
            }
        }
        report.soldOut().add(told(sale.sellOut(Math.min(512, buyers.getLast()), pieces)));
        if (snapshot) {
            try (var reader = cluster.database(sale.database()).getConnection()) {
                takeSnapshot(reader);
                report.watched().add(told(sale.sell(1, WARM_UP_BUYERS, SNAPSHOT)));
                reader.rollback();
            }
        }
    }

    /// Keeps every version of a row that dies from now on from being removed.
    private static void takeSnapshot(Connection reader) throws Exception {
        reader.setAutoCommit(false);
        reader.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (var statement = reader.createStatement()) {
            statement.execute("SET idle_in_transaction_session_timeout = 0");
            statement.execute("SELECT count(*) FROM inventory.inventory");
        }
    }

    private static FlashPoint told(FlashPoint point) {
        System.out.printf(
                "%-48s %,10.0f holds/s  p50 %,8.1f ms  p99 %,8.1f ms  %,6.0f us CPU/hold  %,d failed%n",
                point.name(),
                point.holdsPerSecond(),
                point.medianMillis(),
                point.p99Millis(),
                point.cpuMicros(),
                point.failed());
        return point;
    }

    private void check() {
        boolean sane = seconds >= 1
                && warmup >= 1
                && pieces >= 1
                && products.stream().allMatch(sold -> sold >= 1 && sold <= 100_000)
                && buyers.stream().allMatch(crowd -> crowd >= 1 && crowd <= 15_000);
        if (!sane) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--seconds, --warmup and --pieces must be 1 or more, --products 1 to 100,000, --buyers 1 to 15,000");
        }
    }
}
