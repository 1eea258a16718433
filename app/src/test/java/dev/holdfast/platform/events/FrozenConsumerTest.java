package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A node that freezes while it handles events: its transaction is open, and has claimed them in the inbox.
class FrozenConsumerTest {

    private final TestDatabase database = TestDatabase.fresh();
    private final Recorder mails = new Recorder(database, "mails");

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    /// Stands still in its transaction, as its process would.
    private final class Frozen implements EventConsumer {
        private final CountDownLatch claimed = new CountDownLatch(1);
        private final CountDownLatch woken = new CountDownLatch(1);

        @Override
        public String name() {
            return mails.name();
        }

        @Override
        public boolean wants(String type) {
            return mails.wants(type);
        }

        @Override
        public ServiceDatabase database() {
            return mails.database();
        }

        @Override
        public void handle(Connection db, List<Event> events) throws SQLException {
            claimed.countDown();
            try {
                woken.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            mails.handle(db, events);
        }
    }

    /// Longer than any test lasts: it is not this limit that lets the other node go on.
    private static EventSettings patient() {
        var quick = Shop.QUICK;
        return new EventSettings(
                quick.lease(),
                quick.gather(),
                quick.sweep(),
                quick.pageSize(),
                quick.pageBytes(),
                quick.stuckAfter(),
                quick.retryFirst(),
                quick.retryMost(),
                quick.heldMost(),
                Duration.ofMinutes(10),
                quick.partition(),
                quick.partitionsAhead(),
                quick.inboxKept(),
                quick.upkeep(),
                quick.rate());
    }

    @Test
    @Timeout(60)
    void events_that_a_frozen_node_was_handling_are_handled_by_another_and_once() throws Exception {
        var event = Shop.event("a", 1);
        var frozen = new Frozen();
        try (var itsBus = new LocalBus(List.of(frozen), List.of(), patient());
                var otherBus = new LocalBus(List.of(mails), List.of(), patient());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            itsBus.open();
            otherBus.open();
            var stuck = threads.submit(() -> itsBus.publish("/shop", List.of(event)));
            assertThat(frozen.claimed.await(30, TimeUnit.SECONDS)).isTrue();

            var elsewhere = otherBus.publish("/shop", List.of(event));

            assertThat(elsewhere).isEmpty();
            assertThat(mails.effects()).containsExactly(event.id());
            frozen.woken.countDown();
            stuck.get();
            assertThat(itsBus.publish("/shop", List.of(event)))
                    .as("woken, it finds its connection gone, and then that all is done")
                    .isEmpty();
            assertThat(mails.effects()).containsExactly(event.id());
        }
    }
}
