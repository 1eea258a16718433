package dev.holdfast.bench;

import dev.holdfast.bench.naive.NaiveShop;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/// The hand-written shop under so many threads, each with one checkout at a time. Its pool stays open from round to
/// round, as the product's lanes do.
final class NaiveContender implements Contender {

    private static final Duration LONGEST = Duration.ofMinutes(2);

    /// PostgreSQL plans a prepared statement anew five times before it keeps a plan. A checkout takes a connection
    /// a score of times, each time for other statements.
    private static final int WARMUP_PER_CONNECTION = 20;

    private final Meter meter;
    private final DataSource source;
    private final CheckoutLoad load;
    private final int threads;
    private int connections;
    private NaiveShop shop;

    /// Not open until it [uses][#use] a pool.
    NaiveContender(Meter meter, DataSource source, CheckoutLoad load, int threads) {
        this.meter = meter;
        this.source = source;
        this.load = load;
        this.threads = threads;
    }

    /// Opens the shop with a pool of so many connections, fills it, and has every connection prepare its
    /// statements.
    void use(int chosen) throws Exception {
        close();
        connections = chosen;
        shop = NaiveShop.open(source, chosen);
        meter.cluster().awaitSessionsOn(database(), chosen);
        run(WARMUP_PER_CONNECTION * chosen);
    }

    int connections() {
        return connections;
    }

    @Override
    public String name() {
        return "naive";
    }

    @Override
    public String database() {
        return meter.database();
    }

    @Override
    public Round run(int orders) throws Exception {
        var latency = new ConcurrentHistogram(TimeUnit.MILLISECONDS.toMicros(LONGEST.toMillis()), 3);
        var left = new AtomicInteger(orders);
        var failed = new AtomicInteger();
        var before = meter.spent();
        try (var clients = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                clients.execute(() -> {
                    while (left.getAndDecrement() > 0) {
                        place(latency, failed);
                    }
                });
            }
        }
        var completedSeconds = (System.nanoTime() - before.atNanos()) / 1e9;
        shop.awaitEventsGone();
        var spent = meter.spent().since(before);
        return new Round(orders - failed.get(), failed.get(), spent, completedSeconds, latency);
    }

    @Override
    public int tellCounters() throws SQLException {
        shop.tellCounters();
        return 0;
    }

    @Override
    public void close() throws InterruptedException {
        if (shop != null) {
            shop.close();
        }
    }

    private void place(Histogram latency, AtomicInteger failed) {
        var order = load.next();
        var began = System.nanoTime();
        try {
            if (shop.checkOut(order)) {
                latency.recordValue(Math.min(latency.getHighestTrackableValue(), (System.nanoTime() - began) / 1_000));
            } else {
                failed.incrementAndGet();
            }
        } catch (SQLException | RuntimeException e) {
            failed.incrementAndGet();
            System.err.println("naive: " + order.orderId() + " failed: " + e);
        }
    }
}
