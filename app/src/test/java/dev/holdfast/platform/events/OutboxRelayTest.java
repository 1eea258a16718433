package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.events.EventBus.Setback;
import dev.holdfast.testing.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutboxRelayTest {

    private static final String KILL_RELAYS = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND application_name = 'holdfast relay shop'";

    private final TestDatabase database = TestDatabase.fresh();
    private final Shop node = new Shop(database);
    private final Recorder mails = new Recorder(database, "mails");

    @AfterEach
    void close() throws Exception {
        node.close();
        database.close();
    }

    /// Does something between a page's effects and its deletion.
    private static final class Meddling implements EventBus {
        private final EventBus bus;
        private final Runnable afterwards;

        Meddling(EventBus bus, Runnable afterwards) {
            this.bus = bus;
            this.afterwards = afterwards;
        }

        @Override
        public void open() {
            bus.open();
        }

        @Override
        public Map<String, Setback> publish(String source, List<Event> events) throws InterruptedException {
            var setbacks = bus.publish(source, events);
            afterwards.run();
            return setbacks;
        }

        @Override
        public void close() {
            bus.close();
        }
    }

    @Test
    void a_relay_killed_between_publish_and_delete_repeats_and_the_effect_is_once() throws Exception {
        var kills = new AtomicInteger();
        try (var bus = new Meddling(new LocalBus(List.of(mails), List.of(), Shop.QUICK), () -> {
            if (kills.getAndIncrement() < 3) {
                database.execute(KILL_RELAYS);
            }
        })) {
            bus.open();
            try (var relay = new OutboxRelay(node.jdbcOutbox(), bus, Shop.QUICK, EventsListener.NONE).start()) {
                var told = List.of(node.change("a"), node.change("a"), node.change("a"));
                await().until(() -> node.pending() == 0);
                assertThat(kills.get()).isGreaterThan(3);
                assertThat(mails.effects()).isEqualTo(told);
            }
        }
    }

    @Test
    void order_per_subject_holds_under_two_lanes_and_relays_that_come_and_go() throws Exception {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var told = new ArrayList<String>();
        try (var second = new Shop(database);
                var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            var changes = IntStream.range(0, 3_000)
                    .<Callable<String>>mapToObj(i -> {
                        var thing = "thing-" + random.nextInt(20);
                        var shop = random.nextBoolean() ? node : second;
                        return () -> shop.change(thing);
                    })
                    .toList();
            var running = changes.stream().map(writers::submit).toList();
            for (int restart = 0; restart < 5; restart++) {
                try (var delivery = node.deliverTo(mails)) {
                    long before = mails.count();
                    await().until(() -> mails.count() > before || node.pending() == 0);
                }
            }
            for (var change : running) {
                told.add(change.get());
            }
        }
        try (var delivery = node.deliverTo(mails)) {
            await().until(() -> node.pending() == 0);
        }
        assertThat(mails.effects()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(told);
        for (int thing = 0; thing < 20; thing++) {
            var sequences = mails.sequencesOf("thing-" + thing);
            assertThat(sequences)
                    .as("seed %d", seed)
                    .isEqualTo(LongStream.rangeClosed(1, sequences.size())
                            .mapToObj(Long::toString)
                            .toList());
        }
    }

    @Test
    void an_event_handed_over_waits_for_the_one_that_another_process_wrote_before_it() throws Exception {
        try (var elsewhere = new Shop(database);
                var delivery = node.deliverTo(mails)) {
            for (int i = 0; i < 100; i++) {
                elsewhere.change("a");
                node.change("a");
                node.change("b-" + i);
            }
            await().until(() -> node.pending() == 0);
        }
        assertThat(mails.sequencesOf("a"))
                .isEqualTo(IntStream.rangeClosed(1, 200)
                        .mapToObj(Integer::toString)
                        .toList());
        assertThat(mails.count()).isEqualTo(300);
    }

    @Test
    void two_relays_share_the_buckets_and_the_survivor_takes_over_a_frozen_ones() throws Exception {
        var frozen = new CountDownLatch(1);
        var thaw = new CountDownLatch(1);
        var freeze = new AtomicInteger();
        try (var second = new Shop(database);
                var slow = new Meddling(new LocalBus(List.of(mails), List.of(), Shop.QUICK), () -> {
                    if (freeze.get() == 1) {
                        frozen.countDown();
                        waitFor(thaw);
                    }
                });
                var bus = new LocalBus(List.of(mails), List.of(), Shop.QUICK)) {
            bus.open();
            var sleeper = new OutboxRelay(node.jdbcOutbox(), slow, Shop.QUICK, EventsListener.NONE).start();
            try (var survivor = new OutboxRelay(second.jdbcOutbox(), bus, Shop.QUICK, EventsListener.NONE).start()) {
                await().until(() -> owners().equals(List.of("32", "32")));
                freeze.set(1);
                changeMany(node, 200);
                frozen.await();
                await().atMost(Duration.ofSeconds(10)).until(() -> owners().equals(List.of("64")));
                changeMany(node, 200);
                await().until(() -> node.pending() == 0);
                freeze.set(2);
                thaw.countDown();
                await().until(() -> owners().equals(List.of("32", "32")));
                assertThat(mails.count()).isEqualTo(400);
            } finally {
                thaw.countDown();
                sleeper.close();
            }
        }
    }

    @Test
    void a_relay_that_closes_leaves_its_buckets_to_others_at_once() throws Exception {
        try (var second = new Shop(database);
                var delivery = second.deliverTo(mails)) {
            try (var other = node.deliverTo(mails)) {
                await().until(() -> owners().equals(List.of("32", "32")));
            }
            assertThat(owners()).isEqualTo(List.of("32"));
            changeMany(node, 100);
            await().until(() -> mails.count() == 100);
            assertThat(owners()).isEqualTo(List.of("64"));
        }
    }

    @Test
    void a_poisoned_event_holds_back_its_subject_only_and_is_seen() throws Exception {
        var bad = Shop.event("sick", 2);
        mails.failOn(bad.id());
        var stuck = new CountDownLatch(1);
        var listener = new EventsListener() {
            @Override
            public void failed(String source, String consumer, int attempts, boolean isStuck) {
                if (isStuck) {
                    stuck.countDown();
                }
            }
        };
        try (var delivery = EventDelivery.start(node.outboxes(), List.of(mails), Shop.QUICK, listener)) {
            node.append(Shop.event("sick", 1), bad, Shop.event("sick", 3));
            changeMany(node, 300);
            assertThat(stuck.await(10, TimeUnit.SECONDS)).isTrue();
            await().until(() -> node.pending() == 2);
            assertThat(mails.sequencesOf("sick")).containsExactly("1");
            assertThat(mails.count()).isEqualTo(301);
            var books = OutboxBooks.of(database.of("shop"));
            assertThat(books.stuck(10)).singleElement().satisfies(event -> {
                assertThat(event.event().id()).isEqualTo(bad.id());
                assertThat(event.attempts()).isGreaterThanOrEqualTo(3);
                assertThat(event.lastError()).contains("mails", "cannot stomach");
            });
            assertThat(books.backlog().stuck()).isEqualTo(1);
            assertThat(books.brokenRuns()).isEmpty();
            mails.recover();
            await().until(() -> node.pending() == 0);
            assertThat(mails.sequencesOf("sick")).containsExactly("1", "2", "3");
        }
    }

    @Test
    void an_event_that_takes_too_long_is_to_blame_itself_and_a_deadlock_is_not() throws Exception {
        var slow = Shop.event("slow", 1);
        var unlucky = Shop.event("unlucky", 1);
        mails.failOn(slow.id(), new SQLException("canceling statement due to statement timeout", "57014"));
        var books = OutboxBooks.of(database.of("shop"));
        try (var delivery = node.deliverTo(mails)) {
            node.append(slow, Shop.event("well", 1));
            await().until(() -> books.backlog().stuck() == 1 && mails.count() == 1);
            mails.recover();
            await().until(() -> node.pending() == 0);
        }
        var interrupted = new CountDownLatch(3);
        var listener = new EventsListener() {
            @Override
            public void interrupted(String source, Throwable cause) {
                interrupted.countDown();
            }
        };
        mails.failOn(unlucky.id(), new SQLException("deadlock detected", "40P01"));
        try (var delivery = EventDelivery.start(node.outboxes(), List.of(mails), Shop.QUICK, listener)) {
            node.append(unlucky);
            assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(Shop.query(database, "SELECT attempts::text FROM shop.outbox"))
                    .containsExactly("0");
            mails.recover();
            await().until(() -> node.pending() == 0);
        }
        assertThat(mails.count()).isEqualTo(3);
    }

    @Test
    void one_consumer_that_fails_keeps_nothing_from_the_others() throws Exception {
        var figures = new Recorder(database, "figures");
        var bad = Shop.event("sick", 1);
        mails.failOn(bad.id());
        try (var delivery = node.deliverTo(mails, figures)) {
            node.append(bad, Shop.event("sick", 2), Shop.event("well", 1));
            await().until(() -> figures.count() == 3 && mails.count() == 1);
            mails.recover();
            await().until(() -> node.pending() == 0);
            assertThat(mails.count()).isEqualTo(3);
            assertThat(figures.count()).isEqualTo(3);
        }
    }

    @Test
    void more_failing_subjects_than_may_be_held_lose_nothing() throws Exception {
        var bad = IntStream.range(0, 250)
                .mapToObj(i -> Shop.event("sick-" + i, 1))
                .toArray(Event[]::new);
        for (var event : bad) {
            mails.failOn(event.id());
        }
        node.append(bad);
        var books = OutboxBooks.of(database.of("shop"));
        try (var delivery = node.deliverTo(mails)) {
            await().until(() -> books.backlog().stuck() >= 100);
            mails.recover();
            await().until(() -> node.pending() == 0);
            assertThat(mails.count()).isEqualTo(250);
        }
    }

    @Test
    void a_consumers_database_that_goes_away_blames_no_event() throws Exception {
        var cut = new AtomicInteger();
        try (var bus = new LocalBus(List.of(mails), List.of(), Shop.QUICK)) {
            bus.open();
            var cutting = new Meddling(bus, () -> {
                if (cut.getAndIncrement() < 3) {
                    database.execute("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname ="
                            + " current_database() AND application_name = 'holdfast consumer mails'");
                }
            });
            try (var relay = new OutboxRelay(node.jdbcOutbox(), cutting, Shop.QUICK, EventsListener.NONE).start()) {
                for (int i = 1; i <= 5; i++) {
                    node.change("a");
                    int expected = i;
                    await().until(() -> mails.count() == expected && node.pending() == 0);
                }
                assertThat(Shop.query(database, "SELECT attempts::text FROM shop.outbox"))
                        .isEmpty();
            }
        }
        assertThat(mails.sequencesOf("a")).containsExactly("1", "2", "3", "4", "5");
    }

    private void changeMany(Shop shop, int count) throws Exception {
        try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
            IntStream.range(0, count).forEach(i -> writers.submit(() -> shop.change("many-" + i)));
        }
    }

    private List<String> owners() {
        return Shop.query(
                database,
                "SELECT count(*)::text FROM shop.outbox_buckets JOIN shop.outbox_relays USING (relay)"
                        + " WHERE lease_until > clock_timestamp() GROUP BY relay");
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
