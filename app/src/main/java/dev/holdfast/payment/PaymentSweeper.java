package dev.holdfast.payment;

import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.payment.PaymentCommand.Chase;
import dev.holdfast.payment.PaymentOutcome.ToDo;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.NoEffectException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/// Finishes what nobody waits for any more: gives undone money back and gets open calls their answer. What is to be
/// done is on record, so it does not matter which node's sweeper does it, or that two do: both use the same keys.
final class PaymentSweeper implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(PaymentSweeper.class);
    private static final int MOST_STRAGGLERS = 10_000;
    private static final int AT_ONCE = 32;

    private final PaymentLane lane;
    private final ProviderCalls calls;
    private final UnsettledOrders unsettled;
    private final Duration interval;
    private final Duration age;
    private final Set<String> stragglers = new LinkedHashSet<>();
    private volatile CountDownLatch stop;
    private volatile Thread thread;

    /// @param interval pause between two rounds
    /// @param age calls younger than this are left to those who make them
    PaymentSweeper(PaymentLane lane, ProviderCalls calls, UnsettledOrders unsettled, Duration interval, Duration age) {
        this.lane = lane;
        this.calls = calls;
        this.unsettled = unsettled;
        this.interval = interval;
        this.age = age;
    }

    /// One round. Orders that stay open are remembered for the next one; forgetting them costs nothing but time,
    /// the rows are found again.
    synchronized void sweep() throws SQLException {
        if (stragglers.size() < MOST_STRAGGLERS) {
            stragglers.addAll(unsettled.next());
        }
        if (stragglers.isEmpty()) {
            return;
        }
        var open = unsettled.stillOpen(stragglers);
        stragglers.clear();
        stragglers.addAll(open);
        var permits = new Semaphore(AT_ONCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var orderId : open) {
                threads.submit(() -> {
                    permits.acquireUninterruptibly();
                    try {
                        chase(orderId);
                    } finally {
                        permits.release();
                    }
                });
            }
        }
    }

    private void chase(String orderId) {
        try {
            if (lane.submit(new Chase(orderId, age)) instanceof ToDo todo) {
                calls.work(todo.work(), todo.payment());
            }
        } catch (EffectUnclearException | NoEffectException | GroupCommitException e) {
            LOG.warn("payment of order {} stays open, the next round tries again: {}", orderId, e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("payment of order {} cannot be settled; somebody should look", orderId, e);
        }
    }

    @Override
    public synchronized void start() {
        stop = new CountDownLatch(1);
        thread = Thread.ofVirtual().name("payment-sweeper").start(this::run);
    }

    private void run() {
        try {
            while (!stop.await(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                try {
                    sweep();
                } catch (SQLException | RuntimeException e) {
                    LOG.warn("the payment sweeper missed a round: {}", e.toString());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        var running = thread;
        if (running == null) {
            return;
        }
        thread = null;
        stop.countDown();
        try {
            // The round under way ends by itself; cut off it would only leave its work to the next start.
            running.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
