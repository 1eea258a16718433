package dev.holdfast.replay;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// What has happened so far, counted by many threads.
final class Tally {

    private static final long LONGEST_MILLIS = Duration.ofHours(1).toMillis();

    private volatile long startedNanos = System.nanoTime();
    private final LongAdder placed = new LongAdder();
    private final LongAdder confirmed = new LongAdder();
    private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();
    private final Histogram latency = new ConcurrentHistogram(LONGEST_MILLIS, 3);

    /// The first order is about to be placed: what went before, opening the shop, is not counted against it.
    void begin() {
        startedNanos = System.nanoTime();
    }

    /// An order is on its way.
    void placed() {
        placed.increment();
    }

    /// @param took from the checkout's request to its outcome
    void confirmed(Duration took) {
        latency.recordValue(Math.min(LONGEST_MILLIS, took.toMillis()));
        confirmed.increment();
    }

    /// @param reason the code of the failure
    void failed(String reason, Duration took) {
        latency.recordValue(Math.min(LONGEST_MILLIS, took.toMillis()));
        failed.computeIfAbsent(reason, code -> new LongAdder()).increment();
    }

    long ordersPlaced() {
        return placed.sum();
    }

    long ordersConfirmed() {
        return confirmed.sum();
    }

    /// Failed orders by reason, in the order of the alphabet.
    Map<String, Long> failures() {
        var counts = new TreeMap<String, Long>();
        failed.forEach((reason, count) -> counts.put(reason, count.sum()));
        return counts;
    }

    long ordersEnded() {
        return confirmed.sum()
                + failures().values().stream().mapToLong(Long::longValue).sum();
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    double ordersPerSecond() {
        return ordersEnded() / Math.max(0.001, elapsed().toMillis() / 1000.0);
    }

    /// @param percentile 0 to 100
    /// @return milliseconds
    long latencyMillis(double percentile) {
        return latency.getValueAtPercentile(percentile);
    }

    /// One line for people.
    String line(long toPlace) {
        var reasons = new StringBuilder();
        failures()
                .forEach((reason, count) ->
                        reasons.append(" ").append(reason).append(' ').append(count));
        return "%,d of %,d placed, %,d confirmed, failed:%s | %.0f orders/s | p50 %d ms, p99 %d ms"
                .formatted(
                        ordersPlaced(),
                        toPlace,
                        ordersConfirmed(),
                        reasons.isEmpty() ? " none" : reasons,
                        ordersPerSecond(),
                        latencyMillis(50),
                        latencyMillis(99));
    }
}
