package dev.holdfast.saga.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/// Counts runs and keeps those that fail, each shrunk.
final class Tally {

    private final int mostFailures;
    private final UnaryOperator<Run> shrinking;
    private final Map<Integer, Long> byFaults = new TreeMap<>();
    private final Map<String, Long> paths = new HashMap<>();
    private final List<Failure> failures = new ArrayList<>();
    private final long started = System.nanoTime();
    private long leftOut;

    Tally(int mostFailures, UnaryOperator<Run> shrinking) {
        this.mostFailures = mostFailures;
        this.shrinking = shrinking;
    }

    void add(Run run) {
        byFaults.merge(run.faults(), 1L, Long::sum);
        paths.merge(run.end().status() + ": " + run.end().path(), 1L, Long::sum);
        if (run.failed()) {
            var failure = failureOf(shrinking.apply(run));
            if (failures.stream().noneMatch(each -> each.schedule().equals(failure.schedule()))) {
                failures.add(failure);
            }
        }
    }

    static Failure failureOf(Run run) {
        var broken = run.broken().stream().map(Run.Broken::toString).toList();
        return new Failure(run.schedule().toString(), broken, run.story());
    }

    void leftOut(long schedules) {
        leftOut += schedules;
    }

    boolean enough() {
        return failures.size() >= mostFailures;
    }

    long schedules() {
        return byFaults.values().stream().mapToLong(Long::longValue).sum();
    }

    Report report() {
        return new Report(
                Map.copyOf(byFaults),
                paths.size(),
                leftOut,
                Duration.ofNanos(System.nanoTime() - started),
                List.copyOf(failures));
    }
}
