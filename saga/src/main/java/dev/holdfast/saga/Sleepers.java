package dev.holdfast.saga;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Picks up sagas that are put down, when they are due or something came for them; delivers what other nodes sent
/// to sagas that run here; and knows which definitions are paused.
///
/// A saga that is put down costs a row and nothing else. Picking up is done by one thread, in sets, and only as
/// many as have a place: a hundred thousand that fall due at once are worked off like a queue.
final class Sleepers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Sleepers.class);

    /// How often it looks for what is due, and for what other nodes sent.
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);

    /// As long as more are to be picked up than have a place.
    private static final Duration SOON = Duration.ofMillis(20);

    private static final int PAGE = 500;

    /// What picking up needs of the engine.
    interface Host {

        /// How many may be picked up now.
        int free();

        boolean runs(String sagaId);

        /// Marks them as running, durably, and runs them, with what came for them.
        void pickUp(List<String> sagaIds);

        /// Something came for sagas of this node, whether they run, are put down or are parked.
        void signalled(List<String> sagaIds);

        boolean stopped();
    }

    private final NodeId node;
    private final SignalReads reads;
    private final SagaClock clock;
    private final Host host;
    private final Consumer<Set<String>> pausesChanged;
    private final Alarm alarm = new Alarm();
    private final Set<String> wanted = new LinkedHashSet<>();
    private volatile Set<String> paused = Set.of();
    private String signalledAfter = "";
    private boolean moreToDo;
    private volatile boolean lookNow;
    private volatile boolean closed;

    Sleepers(NodeId node, SignalReads reads, SagaClock clock, Host host, Consumer<Set<String>> pausesChanged) {
        this.node = node;
        this.reads = reads;
        this.clock = clock;
        this.host = host;
        this.pausesChanged = pausesChanged;
    }

    /// Must be called before anything runs.
    void begin() {
        paused = reads.pausedDefinitions();
    }

    void start() {
        Thread.ofVirtual().name("saga-wake").start(this::loop);
    }

    /// Picks a saga up as soon as there is a place.
    void wake(String sagaId) {
        synchronized (wanted) {
            wanted.add(sagaId);
        }
        alarm.ring();
    }

    /// Looks now instead of at the next round. What is paused is known when this returns: whoever pauses a
    /// definition on this node finds it paused here. Other nodes learn it within a second.
    void look() {
        try {
            readPauses();
        } catch (SagaStoreException e) {
            LOG.warn("what is paused is read at the next round: {}", e.getMessage());
        }
        lookSoon();
    }

    /// Looks as soon as the waking thread comes to it. Reads nothing itself: the thread that beats calls this, and
    /// one that waited for a reader's connection would make its node look dead.
    void lookSoon() {
        lookNow = true;
        alarm.ring();
    }

    boolean isPaused(String definition) {
        return paused.contains(definition);
    }

    @Override
    public void close() {
        closed = true;
        alarm.ring();
    }

    private void loop() {
        long looked = System.nanoTime() - LOOK_EVERY.toNanos();
        while (!closed) {
            try {
                if (lookNow || System.nanoTime() - looked >= LOOK_EVERY.toNanos()) {
                    lookNow = false;
                    looked = System.nanoTime();
                    lookAround();
                }
                boolean more = pickUp();
                if (!more && moreToDo) {
                    lookNow = true;
                }
                alarm.await(more || moreToDo ? SOON : LOOK_EVERY);
            } catch (RuntimeException | Error e) {
                LOG.warn("cannot look for sagas to be picked up, will do so again: {}", e.getMessage());
                LOG.debug("why", e);
                if (!waited()) {
                    return;
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean waited() {
        try {
            alarm.await(LOOK_EVERY);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private void lookAround() {
        if (host.stopped()) {
            return;
        }
        readPauses();
        var signalled = reads.signalled(node, signalledAfter, PAGE);
        signalledAfter = signalled.size() < PAGE ? "" : signalled.getLast();
        if (!signalled.isEmpty()) {
            host.signalled(signalled);
        }
        var due = reads.due(node, clock.now(), PAGE);
        moreToDo = due.size() == PAGE || signalled.size() == PAGE;
        synchronized (wanted) {
            wanted.addAll(due);
        }
    }

    /// One at a time, so that what was read earlier is never believed later.
    private synchronized void readPauses() {
        var now = reads.pausedDefinitions();
        if (!now.equals(paused)) {
            paused = now;
            pausesChanged.accept(now);
        }
    }

    /// @return whether more are wanted than were picked up
    private boolean pickUp() {
        if (host.stopped()) {
            return false;
        }
        var next = nextPage(Math.min(PAGE, host.free()));
        if (!next.isEmpty()) {
            try {
                host.pickUp(next);
            } catch (RuntimeException | Error e) {
                synchronized (wanted) {
                    wanted.addAll(next);
                }
                throw e;
            }
        }
        synchronized (wanted) {
            return !wanted.isEmpty();
        }
    }

    private List<String> nextPage(int atMost) {
        var page = new ArrayList<String>();
        synchronized (wanted) {
            for (var each = wanted.iterator(); each.hasNext() && page.size() < atMost; ) {
                var id = each.next();
                each.remove();
                if (!host.runs(id)) {
                    page.add(id);
                }
            }
        }
        return page;
    }
}
