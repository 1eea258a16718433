package dev.holdfast.bench;

import dev.holdfast.saga.SagaEngine;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// Keeps so many checkouts in flight at a shop, and counts those that complete while nothing changes: after the
/// first ones have ended, and before the last ones begin.
///
/// @param inFlight placed and not ended
/// @param settling before it is counted: several times as long as one checkout takes
/// @param counting for how long it is counted
record SteadyLoad(int inFlight, Duration settling, Duration counting) {

    private static final long LOOK_EVERY_NANOS = 50_000_000;

    /// @param perSecond completed
    /// @param failed over the whole time
    /// @param inFlight at the engine, on average while it was counted
    record Counted(double perSecond, int failed, double inFlight, Meter.Spent spent) {}

    Counted run(BenchShop shop, CheckoutLoad load, Meter meter) throws Exception {
        var placing = Placing.at(shop);
        var engine = shop.bean(SagaEngine.class);
        var completed = new LongAdder();
        var failed = new AtomicInteger();
        var places = new Semaphore(inFlight);
        try (var customers = Executors.newVirtualThreadPerTaskExecutor()) {
            var arrivals = Thread.ofPlatform().name("arrivals").start(() -> {
                while (acquired(places)) {
                    customers.execute(() -> {
                        var placed = placing.place(load.next());
                        if (placed.filter(Placing.Placed::completed).isPresent()) {
                            completed.increment();
                        } else {
                            failed.incrementAndGet();
                        }
                        places.release();
                    });
                }
            });
            try {
                inFlightDuring(engine, settling);
                var before = meter.spent();
                long completedBefore = completed.sum();
                double inFlight = inFlightDuring(engine, counting);
                long counted = completed.sum() - completedBefore;
                var spent = meter.spent().since(before);
                return new Counted(counted / (spent.atNanos() / 1e9), failed.get(), inFlight, spent);
            } finally {
                arrivals.interrupt();
                arrivals.join();
            }
        }
    }

    private static boolean acquired(Semaphore places) {
        try {
            places.acquire();
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static double inFlightDuring(SagaEngine engine, Duration time) {
        long end = System.nanoTime() + time.toNanos();
        double sum = 0;
        int looked = 0;
        while (System.nanoTime() < end) {
            sum += engine.inFlight();
            looked++;
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        return sum / Math.max(1, looked);
    }
}
