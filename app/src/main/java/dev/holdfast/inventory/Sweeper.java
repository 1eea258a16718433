package dev.holdfast.inventory;

import dev.holdfast.groupcommit.GroupCommitException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Expires lapsed holds, on a virtual thread of its own, in steps of [#AT_ONCE] so that no batch of the lane
/// becomes long. Every node may run one: who comes second finds the hold expired. If it dies nothing is lost but
/// tidiness: readers and holds look at deadlines themselves.
final class Sweeper implements SmartLifecycle {

    static final int AT_ONCE = 200;

    private static final Logger LOG = LoggerFactory.getLogger(Sweeper.class);

    private final InventoryService inventory;
    private final Duration interval;
    private volatile CountDownLatch stopping;
    private Thread thread;

    Sweeper(InventoryService inventory, Duration interval) {
        this.inventory = inventory;
        this.interval = interval;
    }

    @Override
    public synchronized void start() {
        if (stopping != null) {
            return;
        }
        stopping = new CountDownLatch(1);
        thread = Thread.ofVirtual().name("inventory-sweeper").start(() -> run(stopping));
    }

    /// Ends between two steps; the step under way is answered by the lane first.
    @Override
    public synchronized void stop() {
        if (stopping == null) {
            return;
        }
        stopping.countDown();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        stopping = null;
    }

    @Override
    public boolean isRunning() {
        return stopping != null;
    }

    private void run(CountDownLatch stop) {
        try {
            while (!stop.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                sweep(stop);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void sweep(CountDownLatch stop) {
        try {
            int found;
            do {
                found = inventory.sweep(AT_ONCE);
            } while (found == AT_ONCE && stop.getCount() > 0);
        } catch (GroupCommitException | InventoryReadException e) {
            LOG.warn("lapsed holds were not swept, the next try is in {}: {}", interval, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("sweeping lapsed holds met a defect, the next try is in {}", interval, e);
        }
    }
}
