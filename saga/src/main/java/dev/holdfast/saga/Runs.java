package dev.holdfast.saga;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/// The sagas that run on this node, each on a virtual thread of its own.
final class Runs {

    private static final Logger LOG = LoggerFactory.getLogger(Runs.class);

    /// @param ended completed with how it ended; exceptionally when it stopped before
    record Live(SagaRun<?> run, CompletableFuture<SagaView> ended, Thread thread) {}

    /// What to do with a run that cannot go on as it is.
    interface Parking {
        void park(SagaRun<?> run, RuntimeException why);

        /// It is recorded, runs no more, and could go on.
        void leftBehind();

        /// A signal came for it when it no longer ran.
        void wake(String sagaId);
    }

    private final Map<String, Live> live = new ConcurrentHashMap<>();
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger pickedUp = new AtomicInteger();
    private final String node;
    private final int limit;
    private final Parking parking;

    Runs(String node, int limit, Parking parking) {
        this.node = node;
        this.limit = limit;
        this.parking = parking;
    }

    /// Takes a place, before anything is recorded.
    ///
    /// @param accepted it belongs to a saga that was accepted: it gets a place even when all are taken
    /// @return `false` when all are taken
    boolean admit(boolean accepted) {
        if (admitted.incrementAndGet() <= limit || accepted) {
            return true;
        }
        leave();
        return false;
    }

    /// Takes a place even when all are taken: what was accepted once is never refused.
    void admitAnyway() {
        admitted.incrementAndGet();
    }

    /// Gives a place back that was taken for a saga which does not run.
    void leave() {
        admitted.decrementAndGet();
        signal();
    }

    /// How many more may be picked up: as many as have a place, and in any case an eighth of all places. Otherwise
    /// new sagas that take every place as soon as it is free would keep those away that were accepted long ago.
    int freeForPickingUp() {
        int share = Math.max(1, limit / 8);
        return Math.max(0, Math.max(limit - admitted.get(), share - pickedUp.get()));
    }

    int count() {
        return admitted.get();
    }

    Optional<Live> of(String sagaId) {
        return Optional.ofNullable(live.get(sagaId));
    }

    List<Live> all() {
        return List.copyOf(live.values());
    }

    /// How a saga comes to be run.
    enum How {
        STARTED,
        /// It ran before, and what was next in it is in doubt.
        RECOVERED,
        /// It was put down.
        PICKED_UP
    }

    /// Runs a saga that has a place. One that runs already is left alone, and the place is given back.
    void begin(SagaRun<?> run, How how) {
        var ended = new CompletableFuture<SagaView>();
        var thread =
                Thread.ofVirtual().name("saga-" + run.execution().sagaId()).unstarted(() -> toTheEnd(run, how, ended));
        if (live.putIfAbsent(run.execution().sagaId(), new Live(run, ended, thread)) != null) {
            leave();
            return;
        }
        if (how == How.PICKED_UP) {
            pickedUp.incrementAndGet();
        }
        thread.start();
    }

    /// Waits until none runs, or the time is over.
    boolean awaitNone(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        synchronized (this) {
            while (admitted.get() > 0) {
                long millis = (end - System.nanoTime()) / 1_000_000;
                if (millis <= 0) {
                    return false;
                }
                wait(millis);
            }
            return true;
        }
    }

    private void toTheEnd(SagaRun<?> run, How how, CompletableFuture<SagaView> ended) {
        var execution = run.execution();
        MDC.put("saga_id", execution.sagaId());
        if (execution.traceId() != null) {
            MDC.put("trace_id", execution.traceId());
        }
        RuntimeException why = null;
        try {
            if (how == How.RECOVERED) {
                run.recovered(node);
            }
            run.toTheEnd();
        } catch (StoppedException e) {
            LOG.debug("saga {} stops here: {}", execution.sagaId(), e.getMessage());
            why = e;
        } catch (RuntimeException | Error e) {
            why = e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
            parking.park(run, why);
        } finally {
            live.remove(execution.sagaId());
            if (how == How.PICKED_UP) {
                pickedUp.decrementAndGet();
            }
            leave();
            answer(run, ended, why);
            if (why instanceof StoppedException stopped && stopped.readAgain()) {
                parking.leftBehind();
            }
            if (run.isPutDown() && run.undelivered()) {
                parking.wake(execution.sagaId());
            }
            MDC.clear();
        }
    }

    private static void answer(SagaRun<?> run, CompletableFuture<SagaView> ended, RuntimeException why) {
        if (why == null && run.isPutDown()) {
            ended.completeExceptionally(new StoppedException("it is put down"));
        } else if (why == null) {
            ended.complete(run.view());
        } else {
            ended.completeExceptionally(why);
        }
    }

    private void signal() {
        synchronized (this) {
            notifyAll();
        }
    }
}
