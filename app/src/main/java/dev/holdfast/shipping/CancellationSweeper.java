package dev.holdfast.shipping;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Sweeps [Cancellations] on a thread of its own from start to stop. What it has to do is in the database, so that
/// a node that dies loses nothing: any other node's sweeper does it.
final class CancellationSweeper implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(CancellationSweeper.class);

    private final Cancellations cancellations;
    private final Duration every;
    private volatile CountDownLatch stopped;
    private volatile Thread thread;

    CancellationSweeper(Cancellations cancellations, Duration every) {
        this.cancellations = cancellations;
        this.every = every;
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            var stop = new CountDownLatch(1);
            stopped = stop;
            thread = Thread.ofVirtual().name("shipping-sweeper").start(() -> run(stop));
        }
    }

    /// Waits for the sweep under way: what follows in a shutdown closes the lane it records in.
    @Override
    public synchronized void stop() {
        if (thread != null) {
            stopped.countDown();
            try {
                thread.join(Duration.ofSeconds(5));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            thread = null;
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void run(CountDownLatch stop) {
        try {
            do {
                try {
                    cancellations.sweep();
                } catch (RuntimeException e) {
                    // The database is away. Nothing is lost; the next sweep finds the same rows.
                    LOG.warn("labels that must be cancelled could not be read; trying again in {}", every, e);
                }
            } while (!stop.await(every.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
