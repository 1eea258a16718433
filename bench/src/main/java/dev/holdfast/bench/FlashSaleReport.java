package dev.holdfast.bench;

import dev.holdfast.bench.Curves.Curve;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What the crowds of a flash sale come to: figures, a table, a picture.
///
/// @param points crowds that bought of plenty
/// @param soldOut crowds that bought until nothing was left
/// @param watched crowds of `points` again, while a reader kept a snapshot open; may be empty
record FlashSaleReport(List<FlashPoint> points, List<FlashPoint> soldOut, List<FlashPoint> watched) {

    private static final int BUYERS_OF_THE_TARGET = 64;

    void addFigures(Result result) {
        for (var strategy : strategies()) {
            var one = best(strategy, 1);
            var many = points.stream()
                    .filter(point -> point.products() > 1)
                    .mapToInt(FlashPoint::products)
                    .max();
            if (one > 0 && many.isPresent()) {
                result.with(
                        strategy + ", holds/s on one product, against all",
                        Figure.against(
                                one,
                                "holds/s",
                                best(strategy, many.getAsInt()),
                                strategy.equals("queue") ? ">= 0.80" : null));
            }
        }
        var queue = at("queue", points);
        var pessimistic = at("pessimistic", points);
        if (queue != null && pessimistic != null) {
            result.with(
                    "queue, one product, 64 buyers, against pessimistic",
                    Figure.against(queue.holdsPerSecond(), "holds/s", pessimistic.holdsPerSecond(), ">= 10"));
        }
        for (var point : watched) {
            var alone = at(point.strategy(), points);
            if (alone != null) {
                result.with(
                        point.strategy() + ", one product, 64 buyers, beside an open snapshot, against without",
                        Figure.against(point.holdsPerSecond(), "holds/s", alone.holdsPerSecond(), null));
            }
        }
        for (var point : points) {
            result.with(point.name(), Figure.of(point.holdsPerSecond(), "holds/s"));
            result.with(point.name() + ", p50", Figure.of(point.medianMillis(), "ms"));
            result.with(point.name() + ", p99", Figure.of(point.p99Millis(), "ms"));
        }
        result.with("oversold", Figure.of(0, "pieces", "0, or this had ended with an error"));
    }

    List<String> markdown() {
        var lines = new ArrayList<String>();
        lines.add("| strategy | products | buyers at once | holds/s | p50 ms | p99 ms | CPU µs a hold | gave up |");
        lines.add("|---|--:|--:|--:|--:|--:|--:|--:|");
        points.forEach(point -> lines.add(row(point, "")));
        watched.forEach(point -> lines.add(row(point, ", a snapshot open")));
        lines.add("");
        lines.add("| sold out | pieces | buyers at once | held | told that nothing is left | seconds |");
        lines.add("|---|--:|--:|--:|--:|--:|");
        soldOut.forEach(point -> lines.add("| %s | %,d | %,d | %,d | %,d | %.1f |"
                .formatted(
                        point.strategy(),
                        point.held(),
                        point.buyers(),
                        point.held(),
                        point.refused(),
                        point.seconds())));
        return lines;
    }

    private static String row(FlashPoint point, String remark) {
        return "| %s%s | %,d | %,d | %,.0f | %.1f | %.1f | %,.0f | %,d |"
                .formatted(
                        point.strategy(),
                        remark,
                        point.products(),
                        point.buyers(),
                        point.holdsPerSecond(),
                        point.medianMillis(),
                        point.p99Millis(),
                        point.cpuMicros(),
                        point.failed());
    }

    String picture() {
        var curves = new ArrayList<Curve>();
        var strategies = strategies();
        var byCurve = points.stream()
                .collect(Collectors.groupingBy(
                        point -> Map.entry(strategies.indexOf(point.strategy()), point.products()),
                        () -> new TreeMap<>(Map.Entry.<Integer, Integer>comparingByKey()
                                .thenComparing(Map.Entry.comparingByValue())),
                        Collectors.toList()));
        byCurve.forEach((key, own) -> {
            var rates = new TreeMap<Integer, Double>();
            own.forEach(point -> rates.put(point.buyers(), point.holdsPerSecond()));
            var name = strategies.get(key.getKey())
                    + (key.getValue() == 1 ? ", one product" : ", %,d products".formatted(key.getValue()));
            curves.add(new Curve(name, key.getKey(), key.getValue() > 1, rates));
        });
        return new Curves("Holds per second by strategy", "buyers at once", "holds per second").draw(curves);
    }

    private List<String> strategies() {
        return points.stream().map(FlashPoint::strategy).distinct().toList();
    }

    private double best(String strategy, int products) {
        return points.stream()
                .filter(point -> point.strategy().equals(strategy) && point.products() == products)
                .mapToDouble(FlashPoint::holdsPerSecond)
                .max()
                .orElse(0);
    }

    private static FlashPoint at(String strategy, List<FlashPoint> among) {
        return among.stream()
                .filter(point -> point.strategy().equals(strategy)
                        && point.products() == 1
                        && point.buyers() == BUYERS_OF_THE_TARGET)
                .findFirst()
                .orElse(null);
    }
}
