package dev.holdfast.bench;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/// Checkouts that are begun at a rate, on threads of their own, until their time is over or it is closed.
final class SteadyRate implements AutoCloseable {

    private final ProductContender product;
    private final int times;
    private final AtomicLong completed = new AtomicLong();
    private final CompletableFuture<Void> running;
    private volatile boolean closed;

    private SteadyRate(ProductContender product, Pace pace, int times) {
        this.product = product;
        this.times = times;
        this.running = CompletableFuture.runAsync(
                () -> pace.keep(times, due -> checkOut()),
                task -> Thread.ofPlatform().name("arrivals").daemon().start(task));
    }

    static SteadyRate begin(ProductContender product, Pace pace, Duration lasting) {
        return new SteadyRate(product, pace, pace.timesIn(lasting));
    }

    private void checkOut() {
        if (!closed && product.place().isPresent()) {
            completed.incrementAndGet();
        }
    }

    long completed() {
        return completed.get();
    }

    /// @throws java.util.concurrent.CompletionException it has ended before its time, for this reason
    void mustRun() {
        if (running.isCompletedExceptionally()) {
            running.join();
        }
    }

    /// Waits until all have ended.
    ///
    /// @return how many of them did not complete
    int end() {
        running.join();
        return Math.toIntExact(times - completed.get());
    }

    /// What is begun from now on does nothing.
    @Override
    public void close() {
        closed = true;
    }
}
