package dev.holdfast.bench.http;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// All customers of one order of load, on one thread: whoever is due takes a free place, whoever is answered goes
/// on.
///
/// In an open loop a customer who finds no free place waits, and the waiting counts: latency begins when the
/// customer was due. A shop that stands still for a second is met by a second's customers, and by none fewer
/// because the others had not been answered.
final class Crowd implements AutoCloseable {

    private static final long LONGEST_MICROS = TimeUnit.MINUTES.toMicros(5);
    private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Selector selector;
    private final Random random = new Random(3);
    private final Deque<Place> free = new ArrayDeque<>();
    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private InetSocketAddress shop;
    private int named;

    private LoadOrder order;
    private long began;
    private int come;
    private int gone;
    private int completed;
    private int late;
    private Histogram latency;
    private Map<String, Integer> failures;

    Crowd() throws IOException {
        this.selector = Selector.open();
    }

    /// Until the last customer has left.
    LoadReport run(LoadOrder asked) throws IOException {
        begin(asked);
        long cpuBefore = cpuNanos();
        while (gone < order.checkouts()) {
            letCome();
            selector.select(this::ready, 1);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        return new LoadReport(completed, failures, seconds, cpuNanos() - cpuBefore, late, LoadReport.told(latency));
    }

    private void begin(LoadOrder asked) {
        order = asked;
        var address = URI.create(asked.shop());
        shop = new InetSocketAddress(address.getHost(), address.getPort());
        latency = new Histogram(LONGEST_MICROS, 3);
        failures = new TreeMap<>();
        come = gone = completed = late = 0;
        began = System.nanoTime();
    }

    private void letCome() {
        while (come < order.checkouts() && come - gone < order.atOnce()) {
            long now = System.nanoTime();
            long due = order.open() ? began + order.dueNanos(come) : now;
            if (due > now) {
                return;
            }
            if (now - due > LATE_NANOS) {
                late++;
            }
            come++;
            var visit = Visit.of(run + "-" + named++, due, random, order.products());
            var place = free.isEmpty() ? newPlace() : free.pop();
            attempt(place, () -> place.take(visit, selector));
        }
    }

    private Place newPlace() {
        return new Place(shop);
    }

    private void ready(SelectionKey key) {
        var place = (Place) key.attachment();
        if (place.rests()) {
            place.drop();
            return;
        }
        attempt(place, () -> {
            var end = place.goOn();
            if (end != null) {
                leave(place, end);
            }
        });
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private void attempt(Place place, Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException e) {
            place.drop();
            leave(place, e.toString());
        }
    }

    private void leave(Place place, String end) {
        long micros = (System.nanoTime() - place.visit().dueNanos()) / 1_000;
        place.rest();
        free.push(place);
        gone++;
        if (end.isEmpty()) {
            completed++;
            latency.recordValue(Math.min(LONGEST_MICROS, micros));
        } else {
            failures.merge(end, 1, Integer::sum);
        }
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    @Override
    public void close() throws IOException {
        free.forEach(Place::drop);
        selector.close();
    }
}
