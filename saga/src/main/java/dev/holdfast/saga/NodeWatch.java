package dev.holdfast.saga;

import dev.holdfast.saga.NodeObserver.Seen;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows the others that this node lives, sees whether they do, and takes the dead ones' sagas over. Beats six
/// times a lease.
final class NodeWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);

    private static final int BEATS_PER_LEASE = 6;

    /// What the beats bring. Called on the thread that beats, so each must return at once.
    interface News {

        /// Somebody has left something for this node in the database since the last time.
        void mail();

        /// This node's row is gone: another one has its sagas. Nothing follows.
        void fenced();

        /// The sagas of a node that died were shared. On a thread of its own.
        void tookOver(NodeId dead, int sagas);
    }

    private final NodeId node;
    private final NodeRegistry registry;
    private final Duration tick;
    private final News news;
    private final Heartbeat heartbeat;
    private final NodeObserver observer;
    private final Set<NodeId> beingAdopted = ConcurrentHashMap.newKeySet();
    private final Alarm closing = new Alarm();
    /// A thread of the system's own: sagas that keep every carrier of virtual threads busy must not make this node
    /// look dead.
    private final Thread thread = Thread.ofPlatform().name("saga-beat").daemon().unstarted(this::watch);

    private volatile boolean closed;
    private boolean cutOff;
    private long mail;

    /// @param connections one of them is kept
    NodeWatch(NodeId node, NodeRegistry registry, DataSource connections, Duration lease, News news) {
        this.node = node;
        this.registry = registry;
        this.news = news;
        this.tick = lease.dividedBy(BEATS_PER_LEASE);
        this.heartbeat = new Heartbeat(connections, node, lease.multipliedBy(45).dividedBy(100));
        this.observer = new NodeObserver(node, lease, tick);
    }

    /// Begins to beat. What it tells of is there to be told.
    void start() {
        thread.start();
    }

    /// Stops beating. From now on the others will take this node for dead within a lease.
    @Override
    public void close() {
        closed = true;
        closing.ring();
        if (Thread.currentThread() == thread || !thread.isAlive()) {
            return;
        }
        try {
            thread.join(tick.multipliedBy(BEATS_PER_LEASE));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    NodeObserver observer() {
        return observer;
    }

    private void watch() {
        try (heartbeat) {
            while (!closed) {
                long begun = System.nanoTime();
                round(begun);
                closing.await(tick.minusNanos(System.nanoTime() - begun));
            }
        } catch (InterruptedException e) {
            LOG.warn("node {} stops beating: its thread was interrupted", node);
        }
    }

    private void round(long begun) {
        try {
            var pulse = heartbeat.beat();
            if (cutOff) {
                LOG.info("node {} beats again", node);
                cutOff = false;
            }
            if (!pulse.alive()) {
                if (!closed) {
                    closed = true;
                    news.fenced();
                }
                return;
            }
            observer.sees(pulse.all(), begun);
            observer.dead().forEach(this::takeOver);
            tell(pulse.mail());
        } catch (SQLException e) {
            observer.seesNothing();
            if (!cutOff && !closed) {
                LOG.warn("node {} cannot beat, and judges nobody until it can: {}", node, e.getMessage());
                cutOff = true;
            }
        } catch (RuntimeException | Error e) {
            LOG.error(
                    "defect: a beat of node {} went through and what it brought did not; the next one comes", node, e);
        }
    }

    private void tell(long count) {
        if (count != mail) {
            mail = count;
            news.mail();
        }
    }

    /// On a thread of its own: this one must go on beating while it waits for locks.
    private void takeOver(Seen dead) {
        if (beingAdopted.add(dead.node())) {
            Thread.ofVirtual().name("saga-take-over").start(() -> {
                try {
                    adopt(dead);
                } finally {
                    beingAdopted.remove(dead.node());
                }
            });
        }
    }

    private void adopt(Seen dead) {
        try {
            var shared = registry.adopt(dead.node(), dead.beat(), observer.doubtful());
            if (shared.isPresent()) {
                LOG.warn(
                        "node {} has not moved for {} and counts as dead; {} sagas of it go on at others, seen by {}",
                        dead.node(),
                        observer.still(dead.node()).map(Duration::toString).orElse("a lease"),
                        shared.getAsInt(),
                        node);
                news.tookOver(dead.node(), shared.getAsInt());
            }
        } catch (SagaStoreException e) {
            LOG.warn("node {} seems dead and cannot be taken over yet, tried again: {}", dead.node(), e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("defect: taking node {} over failed, tried again", dead.node(), e);
        }
    }

    /// For how long a node has been seen to stand still; empty when it was not seen yet.
    Optional<Duration> still(NodeId other) {
        return observer.still(other);
    }
}
