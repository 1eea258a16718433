package dev.holdfast.saga;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An engine's place among the nodes: it enters, beats, takes over from the dead, stops when it is fenced off, and
/// leaves.
final class Membership {

    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

    private final NodeRegistry registry;
    private final NodeId node;
    private final NodeWatch watch;
    private final SagaListener listener;
    private volatile SagaLane lane;
    private volatile Adoption adoption;
    private volatile Runnable mail;

    /// Enters. The node beats once it [#begins].
    ///
    /// @param connections one of them is kept
    Membership(DataSource connections, String name, Duration lease, SagaListener listener) {
        this.listener = listener;
        registry = new NodeRegistry(connections, lease);
        node = registry.enter(name);
        watch = new NodeWatch(node, registry, connections, lease, new News());
    }

    NodeId node() {
        return node;
    }

    /// For how long a node has been seen to stand still; empty when it was not seen yet.
    Optional<Duration> still(NodeId other) {
        return watch.still(other);
    }

    /// @param lane stopped when the beat finds out that this node is fenced off
    /// @param mail run when something was left for this node, beside looking for sagas it has inherited; on the
    ///     thread that beats, so it must only wake somebody else
    void begins(SagaLane lane, Adoption adoption, Runnable mail) {
        this.lane = lane;
        this.adoption = adoption;
        this.mail = mail;
        watch.start();
    }

    /// This node was fenced off: what is in flight stops wherever it is, attempts included. Their answers could not
    /// be recorded, and whoever has these sagas now makes them again.
    void stopActing() {
        watch.close();
        adoption.close();
        adoption.runs().all().forEach(Runs.Live::interrupt);
        tell(told -> told.fenced(node.name()));
    }

    /// Inherits nothing any more.
    void willLeave() {
        quietly("tell that it leaves; it may inherit sagas meanwhile", () -> registry.announceLeaving(node));
    }

    /// Hands over what it has. Nothing of this node may be recorded any more, and nothing can.
    void leave() {
        watch.close();
        quietly(
                "hand its sagas over; the others take them once its lease is over",
                () -> registry.leave(node, doubtful()));
    }

    private List<NodeId> doubtful() {
        return watch.observer().doubtful();
    }

    private void quietly(String what, Runnable work) {
        try {
            work.run();
        } catch (SagaStoreException e) {
            LOG.warn("node {} leaves and cannot {}: {}", node, what, e.getMessage());
        }
    }

    private void tell(Consumer<SagaListener> news) {
        try {
            news.accept(listener);
        } catch (RuntimeException | Error e) {
            LOG.warn("a listener threw, which changes nothing", e);
        }
    }

    /// What the beats bring.
    private final class News implements NodeWatch.News {

        @Override
        public void mail() {
            adoption.leftBehind();
            mail.run();
        }

        @Override
        public void fenced() {
            lane.fenced();
        }

        @Override
        public void tookOver(NodeId dead, int sagas) {
            tell(told -> told.tookOver(dead.name(), sagas));
        }
    }
}
