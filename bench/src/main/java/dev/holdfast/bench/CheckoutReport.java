package dev.holdfast.bench;

import dev.holdfast.bench.Comparison.Measured;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/// What the rounds of a comparison say: each figure is the median of its rounds, the product's beside a
/// reference's.
final class CheckoutReport {

    private static final List<String> REFERENCES = List.of("limit", "naive");

    private final List<Measured> rounds;

    CheckoutReport(List<Measured> rounds) {
        this.rounds = rounds;
    }

    /// What is told of each contender.
    private enum Measure {
        ORDERS("completed checkouts per second", "orders/s", m -> m.round().perSecond()),
        JVM(
                "CPU of this JVM per order",
                "us/order",
                m -> perOrder(m, m.round().spent().jvmNanos() / 1e3)),
        COMPILER(
                "compiler's share of this JVM's CPU",
                "%",
                m -> 100 * m.round().spent().compilerShare()),
        POSTGRES(
                "CPU of PostgreSQL per order",
                "us/order",
                m -> perOrder(m, m.round().spent().postgresNanos() / 1e3)),
        CPU(
                "CPU of both per order",
                "us/order",
                m -> perOrder(
                        m, (m.round().spent().jvmNanos() + m.round().spent().postgresNanos()) / 1e3)),
        WAL("WAL per order", "bytes/order", m -> perOrder(m, m.round().spent().walBytes())),
        ROWS(
                "rows written per order",
                "rows/order",
                m -> perCounted(m, m.counted().rows())),
        FLUSHES(
                "flushes of the log per order",
                "flushes/order",
                m -> perCounted(m, m.counted().flushes())),
        COMMITS(
                "commits per order",
                "commits/order",
                m -> perCounted(m, m.counted().commits()));

        final String title;
        final String unit;
        final ToDoubleFunction<Measured> of;

        Measure(String title, String unit, ToDoubleFunction<Measured> of) {
            this.title = title;
            this.unit = unit;
            this.of = of;
        }

        static double perOrder(Measured measured, double amount) {
            return amount / (measured.round().orders() + measured.round().failed());
        }

        static double perCounted(Measured measured, double amount) {
            return amount / measured.countedOrders();
        }
    }

    void addFigures(Result result) {
        var rate = Measure.ORDERS;
        double product = median("product", rate);
        result.with("completed checkouts per second", Figure.of(product, rate.unit, ">= 10,000"));
        result.with(
                "completed checkouts per second, against limit",
                Figure.against(product, rate.unit, median("limit", rate), ">= 0.5"));
        result.with(
                "completed checkouts per second, against naive",
                Figure.against(product, rate.unit, median("naive", rate), ">= 15"));
        for (var percentile : new double[] {50, 90, 99, 99.9}) {
            result.with(
                    "latency p" + (percentile == 99.9 ? "99.9" : Integer.toString((int) percentile)),
                    Figure.against(latency("product", percentile), "ms", latency("naive", percentile), null));
        }
        for (var measure : Measure.values()) {
            if (measure != Measure.ORDERS && measure != Measure.COMPILER) {
                for (var reference : REFERENCES) {
                    result.with(
                            measure.title + ", against " + reference,
                            Figure.against(median("product", measure), measure.unit, median(reference, measure), null));
                }
            }
        }
        // Of the rounds' worst: a warm-up that was too short shows in the first.
        var compiler = values("product", Measure.COMPILER).getLast();
        result.with(Measure.COMPILER.title, Figure.of(compiler, Measure.COMPILER.unit, "< 5"));
        result.with("checkouts that failed", Figure.of(failed("product"), "orders", "<= 0"));
        for (var reference : REFERENCES) {
            result.with("checkouts of " + reference + " that failed", Figure.of(failed(reference), "orders", "<= 0"));
        }
    }

    /// Every round, for the settings: none is left out.
    List<Map<String, Object>> runs() {
        var runs = new ArrayList<Map<String, Object>>();
        for (var round : rounds) {
            var run = new LinkedHashMap<String, Object>();
            run.put("contender", round.contender());
            run.put("repetition", round.repetition());
            run.put("orders", round.round().orders());
            run.put("failed", round.round().failed());
            run.put("seconds", round.round().spent().atNanos() / 1e9);
            run.put("seconds_until_completed", round.round().completedSeconds());
            for (var measure : Measure.values()) {
                run.put(measure.title, measure.of.applyAsDouble(round));
            }
            runs.add(run);
        }
        return runs;
    }

    /// Rows inserted, updated and deleted per order, by table and contender; the naive shop has tables of its own.
    Map<String, Map<String, double[]>> rowsPerOrder() {
        var rows = new TreeMap<String, Map<String, double[]>>();
        for (var contender : List.of("product", "limit", "naive")) {
            var sums = new TreeMap<String, Meter.Tally>();
            long orders = 0;
            for (var round : of(contender)) {
                round.counted().tables().forEach((table, tally) -> sums.merge(table, tally, Meter.Tally::plus));
                orders += round.countedOrders();
            }
            for (var sum : sums.entrySet()) {
                var tally = sum.getValue();
                if (tally.sum() > 0) {
                    rows.computeIfAbsent(sum.getKey(), _ -> new LinkedHashMap<>())
                            .put(contender, new double[] {
                                (double) tally.inserted() / orders,
                                (double) tally.updated() / orders,
                                (double) tally.deleted() / orders
                            });
                }
            }
        }
        return rows;
    }

    void print(PrintStream out) {
        out.println();
        out.println("each measure of each round: least, median, most");
        out.printf("%-34s %-16s %30s %30s %30s%n", "measure", "unit", "product", "limit", "naive");
        for (var measure : Measure.values()) {
            out.printf(
                    "%-34s %-16s %30s %30s %30s%n",
                    measure.title,
                    measure.unit,
                    spread("product", measure),
                    spread("limit", measure),
                    spread("naive", measure));
        }
        printRows(out);
    }

    /// Where the limit writes a row once, the product may write it again: the difference is what it is ahead by.
    private void printRows(PrintStream out) {
        out.println();
        out.println("rows per order: inserted, updated, deleted");
        out.printf("%-40s %24s %24s %24s%n", "table", "product", "limit", "difference");
        var tables = rowsPerOrder();
        var both = new TreeSet<>(tables.keySet());
        both.removeIf(table -> table.startsWith("naive."));
        for (var table : both) {
            var product = tables.get(table).getOrDefault("product", new double[3]);
            var limit = tables.get(table).getOrDefault("limit", new double[3]);
            var difference = new double[] {product[0] - limit[0], product[1] - limit[1], product[2] - limit[2]};
            out.printf("%-40s %24s %24s %24s%n", table, counts(product), counts(limit), counts(difference));
        }
        tables.forEach((table, of) -> {
            if (of.containsKey("naive")) {
                out.printf("%-40s %24s%n", table, counts(of.get("naive")));
            }
        });
    }

    private static String counts(double[] counts) {
        return "%7.2f %7.2f %7.2f".formatted(counts[0], counts[1], counts[2]);
    }

    private String spread(String contender, Measure measure) {
        var values = values(contender, measure);
        return "%,.1f  %,.1f  %,.1f".formatted(values.getFirst(), median(contender, measure), values.getLast());
    }

    private double median(String contender, Measure measure) {
        return median(values(contender, measure));
    }

    private static double median(List<Double> sorted) {
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private List<Double> values(String contender, Measure measure) {
        return of(contender).stream().map(measure.of::applyAsDouble).sorted().toList();
    }

    /// In milliseconds, the median of the rounds'.
    private double latency(String contender, double percentile) {
        return median(of(contender).stream()
                .map(round -> round.round().latencyMicros().getValueAtPercentile(percentile) / 1e3)
                .sorted()
                .toList());
    }

    private double failed(String contender) {
        return of(contender).stream().mapToInt(round -> round.round().failed()).sum();
    }

    private List<Measured> of(String contender) {
        return rounds.stream()
                .filter(round -> round.contender().equals(contender))
                .toList();
    }
}
