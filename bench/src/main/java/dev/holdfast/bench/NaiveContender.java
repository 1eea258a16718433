package dev.holdfast.bench;

import dev.holdfast.bench.naive.NaiveShop;
import dev.holdfast.flows.CheckoutOrder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// The hand-written shop under so many threads, each with one checkout at a time.
final class NaiveContender implements Contender {

    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final Meter meter;
    private final DataSource source;
    private final CheckoutLoad load;
    private final int threads;
    private final int connections;

    NaiveContender(Meter meter, DataSource source, CheckoutLoad load, int threads, int connections) {
        this.meter = meter;
        this.source = source;
        this.load = load;
        this.threads = threads;
        this.connections = connections;
    }

    @Override
    public String name() {
        return "naive";
    }

    @Override
    public String database() {
        return meter.database();
    }

    /// The pool is full before the clock starts.
    @Override
    public Round run(int orders) throws Exception {
        var latency = new ConcurrentHistogram(TimeUnit.MILLISECONDS.toMicros(LONGEST.toMillis()), 3);
        var left = new AtomicInteger(orders);
        var failed = new AtomicInteger();
        try (var shop = NaiveShop.open(source, connections)) {
            meter.cluster().awaitSessionsOn(database(), connections);
            var before = meter.spent();
            try (var clients = Executors.newFixedThreadPool(threads)) {
                for (int i = 0; i < threads; i++) {
                    clients.execute(() -> {
                        while (left.getAndDecrement() > 0) {
                            place(shop, latency, failed);
                        }
                    });
                }
            }
            var completedSeconds = (System.nanoTime() - before.atNanos()) / 1e9;
            shop.awaitEventsGone();
            var spent = meter.spent().since(before);
            return new Round(orders - failed.get(), failed.get(), spent, completedSeconds, latency);
        }
    }

    @Override
    public int tellCounters() throws SQLException {
        meter.cluster().awaitNobodyOn(database());
        return 0;
    }

    @Override
    public void close() {}

    private void place(NaiveShop shop, Histogram latency, AtomicInteger failed) {
        CheckoutOrder order;
        synchronized (load) {
            order = load.next();
        }
        var began = System.nanoTime();
        try {
            if (shop.checkOut(order)) {
                latency.recordValue(Math.min(latency.getHighestTrackableValue(), (System.nanoTime() - began) / 1_000));
            } else {
                failed.incrementAndGet();
            }
        } catch (SQLException e) {
            failed.incrementAndGet();
            System.err.println("naive: " + order.orderId() + " failed: " + e.getMessage());
        }
    }
}
