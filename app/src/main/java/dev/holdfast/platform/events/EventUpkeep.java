package dev.holdfast.platform.events;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What has to be done now and then, on one thread: rotate partitions, measure backlogs, prune inboxes. Nothing
/// here is in the way of an event; what fails is done next time.
final class EventUpkeep implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventUpkeep.class);
    private static final Duration PRUNE_EVERY = Duration.ofHours(1);

    private final List<JdbcOutbox> outboxes;
    private final LocalBus bus;
    private final EventSettings settings;
    private final EventsListener listener;
    private final CountDownLatch closing = new CountDownLatch(1);
    private Thread thread;
    private long pruneAt = System.nanoTime();

    @FunctionalInterface
    private interface Chore {
        void run() throws SQLException;
    }

    EventUpkeep(List<JdbcOutbox> outboxes, LocalBus bus, EventSettings settings, EventsListener listener) {
        this.outboxes = outboxes;
        this.bus = bus;
        this.settings = settings;
        this.listener = listener;
    }

    void start() {
        thread = Thread.ofPlatform().name("event-upkeep").daemon().start(this::run);
    }

    private void run() {
        try {
            do {
                for (var outbox : outboxes) {
                    attempt(
                            "rotate the partitions of " + outbox.source(),
                            () -> new OutboxPartitions(outbox.database(), settings).rotate());
                    attempt("measure the backlog of " + outbox.source(), () -> measure(outbox));
                }
                if (System.nanoTime() - pruneAt >= 0) {
                    pruneAt = System.nanoTime() + PRUNE_EVERY.toNanos();
                    attempt("prune the inboxes", bus::prune);
                }
            } while (!closing.await(settings.upkeep().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            LOG.debug("event upkeep was interrupted and ends");
        }
    }

    private void measure(JdbcOutbox outbox) throws SQLException {
        var books = OutboxBooks.of(outbox.database());
        var backlog = books.backlog();
        listener.backlog(outbox.source(), backlog.pending(), backlog.stuck(), backlog.oldest());
    }

    private static void attempt(String what, Chore chore) {
        try {
            chore.run();
        } catch (SQLException | RuntimeException e) {
            LOG.warn("cannot {}, trying again later: {}", what, e.toString());
        }
    }

    @Override
    public void close() {
        closing.countDown();
        if (thread != null) {
            try {
                if (!thread.join(Duration.ofSeconds(5))) {
                    thread.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
