package dev.holdfast.saga;

import java.time.Duration;
import java.util.ArrayList;
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

    /// How often it is looked whether an attempt that a saga's own thread makes takes too long. What it may be late
    /// is a fraction of [Turn#LONG_ENOUGH].
    private static final Duration LOOKS_EVERY = Duration.ofMillis(100);

    /// For so long those are looked at that are due soon, then all are asked who is. It leaves a second until the
    /// first of those is due that have begun since.
    private static final long ROUND_NANOS = Turn.LONG_ENOUGH.dividedBy(2).toNanos();

    /// A saga that runs here.
    static final class Live {

        private final SagaRun<?> run;
        private final CompletableFuture<SagaView> ended = new CompletableFuture<>();
        private volatile Thread thread;
        private volatile boolean interrupted;

        private Live(SagaRun<?> run) {
            this.run = run;
        }

        SagaRun<?> run() {
            return run;
        }

        /// Completed with how it ended; exceptionally when it stopped before.
        CompletableFuture<SagaView> ended() {
            return ended;
        }

        /// Stops it wherever it is. Where its thread makes an attempt, which may take no notice, another thread
        /// goes on first and is the one to stop.
        void interrupt() {
            interrupted = true;
            run.wake();
            thread.interrupt();
        }

        /// Said before the look at it, and looked at after the thread is known: one that is just taking over is
        /// interrupted here or there.
        private void begin(Thread next) {
            thread = next;
            next.start();
            if (interrupted) {
                next.interrupt();
            }
        }
    }

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
    private final SagaClock clock;
    private volatile boolean closed;

    Runs(String node, int limit, Parking parking, SagaClock clock) {
        this.node = node;
        this.limit = limit;
        this.parking = parking;
        this.clock = clock;
    }

    /// Must be called before anything runs.
    void open() {
        Thread.ofVirtual().name("saga-limits").start(this::watch);
    }

    /// Most have nothing due for many seconds, and to ask ten thousands of them ten times a second cost more than
    /// some of their steps. So all are asked now and then who is due within [Turn#LONG_ENOUGH], and only those are
    /// looked at in between: an attempt that begins later is not due sooner than that.
    private void watch() {
        try {
            while (!closed) {
                Thread.sleep(LOOKS_EVERY);
                round();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// By time and not by number: a look may come late, and the next round must not.
    private void round() throws InterruptedException {
        try {
            var soon = dueSoon();
            long end = System.nanoTime() + ROUND_NANOS;
            do {
                soon.forEach(this::look);
                Thread.sleep(LOOKS_EVERY);
            } while (!closed && System.nanoTime() - end < 0);
        } catch (RuntimeException | Error e) {
            LOG.error("cannot look who is due soon, will do so again", e);
        }
    }

    private List<Turn> dueSoon() {
        var soon = new ArrayList<Turn>();
        var horizon = clock.now().plus(Turn.LONG_ENOUGH);
        for (var each : live.values()) {
            var turn = each.run.turn();
            if (turn.mayBeDue(horizon)) {
                soon.add(turn);
            }
        }
        return soon;
    }

    /// Every limit of time depends on this, so whatever fails ends one look at one saga and no more.
    private void look(Turn turn) {
        try {
            turn.look(clock.now());
        } catch (RuntimeException | Error e) {
            LOG.error("cannot look whether it is time for something, will do so again", e);
        }
    }

    /// No saga runs any more.
    void close() {
        closed = true;
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
        /// It was recovered, and another thread has recorded that.
        GOING_ON,
        /// It ran before, and what was next in it is in doubt.
        RECOVERED,
        /// It was put down.
        PICKED_UP
    }

    /// Runs a saga that has a place. One that runs already is left alone, and the place is given back.
    void begin(SagaRun<?> run, How how) {
        var entered = new Live(run);
        entered.thread = threadFor(entered, how);
        if (live.putIfAbsent(run.execution().sagaId(), entered) != null) {
            leave();
            return;
        }
        if (how == How.PICKED_UP) {
            pickedUp.incrementAndGet();
        }
        run.succeededBy(() -> {
            var next = threadFor(entered, how == How.RECOVERED ? How.GOING_ON : how);
            return () -> entered.begin(next);
        });
        entered.begin(entered.thread);
    }

    private Thread threadFor(Live entered, How how) {
        return Thread.ofVirtual()
                .name("saga-" + entered.run.execution().sagaId())
                .unstarted(() -> toTheEnd(entered, how));
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

    private void toTheEnd(Live entered, How how) {
        var execution = entered.run.execution();
        execution.nameInLog();
        RuntimeException why = null;
        boolean over = true;
        try {
            if (how == How.RECOVERED) {
                entered.run.recovered(node);
            }
            entered.run.toTheEnd();
        } catch (Turn.Over e) {
            over = false;
        } catch (StoppedException e) {
            LOG.debug("saga {} stops here: {}", execution.sagaId(), e.getMessage());
            why = e;
        } catch (RuntimeException | Error e) {
            why = e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
            parking.park(entered.run, why);
        } finally {
            if (over) {
                over(entered, how, why);
            }
            MDC.clear();
        }
    }

    /// @param why it does not go on, `null` when it has ended or is put down
    private void over(Live entered, How how, RuntimeException why) {
        var run = entered.run;
        var sagaId = run.execution().sagaId();
        live.remove(sagaId);
        if (how == How.PICKED_UP) {
            pickedUp.decrementAndGet();
        }
        leave();
        answer(run, entered.ended, why);
        if (why instanceof StoppedException stopped && stopped.readAgain()) {
            parking.leftBehind();
        }
        if (run.isPutDown() && run.undelivered()) {
            parking.wake(sagaId);
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
