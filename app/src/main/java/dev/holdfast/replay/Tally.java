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
    private final LongAdder placedRows = new LongAdder();
    private final LongAdder before = new LongAdder();
    private final LongAdder confirmed = new LongAdder();
    private final LongAdder confirmedRows = new LongAdder();
    private final LongAdder failedRows = new LongAdder();
    private final Map<String, LongAdder> failed = new ConcurrentHashMap<>();
    private final Histogram latency = new ConcurrentHistogram(LONGEST_MILLIS, 3);

    /// What became of one order.
    ///
    /// @param failure the code of the failure, or null: confirmed
    /// @param before whether an earlier run had placed it
    record Outcome(String failure, boolean before) {}

    /// The first order is about to be placed: what went before, opening the shop, is not counted against it.
    void begin() {
        startedNanos = System.nanoTime();
    }

    /// An order is on its way.
    void placed(int rows) {
        placed.increment();
        placedRows.add(rows);
    }

    /// @param took from the first request to the outcome
    void ended(Outcome outcome, int rows, Duration took) {
        if (outcome.before()) {
            before.increment();
        } else {
            latency.recordValue(Math.min(LONGEST_MILLIS, took.toMillis()));
        }
        if (outcome.failure() == null) {
            confirmed.increment();
            confirmedRows.add(rows);
        } else {
            failed.computeIfAbsent(outcome.failure(), code -> new LongAdder()).increment();
            failedRows.add(rows);
        }
    }

    long ordersPlaced() {
        return placed.sum();
    }

    /// Orders that an earlier run had placed.
    long ordersBefore() {
        return before.sum();
    }

    long ordersConfirmed() {
        return confirmed.sum();
    }

    long rowsPlaced() {
        return placedRows.sum();
    }

    long rowsConfirmed() {
        return confirmedRows.sum();
    }

    long rowsFailed() {
        return failedRows.sum();
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

    /// Orders of this run; those of an earlier one were not placed, only answered.
    double ordersPerSecond() {
        return (ordersEnded() - ordersBefore()) / Math.max(0.001, elapsed().toMillis() / 1000.0);
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
        var before = ordersBefore() == 0 ? "" : " (%,d by an earlier run)".formatted(ordersBefore());
        return "%,d of %,d placed, %d %%%s, %,d confirmed, failed:%s | %.0f orders/s | p50 %d ms, p99 %d ms"
                .formatted(
                        ordersPlaced(),
                        toPlace,
                        toPlace == 0 ? 100 : ordersEnded() * 100 / toPlace,
                        before,
                        ordersConfirmed(),
                        reasons.isEmpty() ? " none" : reasons,
                        ordersPerSecond(),
                        latencyMillis(50),
                        latencyMillis(99));
    }
}
