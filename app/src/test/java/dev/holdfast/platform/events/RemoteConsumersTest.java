package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.events.EventBus.Setback;
import dev.holdfast.platform.events.RemoteConsumers.Receiver;
import dev.holdfast.platform.remote.OverHttp;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.testing.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A relay in one process, the consumer in another, on a database of its own.
class RemoteConsumersTest {

    private final TestDatabase here = TestDatabase.fresh();
    private final TestDatabase there = TestDatabase.fresh();
    private final Shop shop = new Shop(here);
    private final Recorder mails = new Recorder(there, "mails", "notification");
    private final LocalBus bus = new LocalBus(List.of(mails), List.of(), Shop.QUICK);

    RemoteConsumersTest() {
        bus.open();
    }

    @AfterEach
    void close() throws Exception {
        bus.close();
        shop.close();
        here.close();
        there.close();
    }

    @FunctionalInterface
    private interface Trial {
        void run() throws Exception;
    }

    /// Delivers while the trial runs.
    private void delivering(Role role, Receiver receiver, Trial trial) throws Exception {
        try (var other = OverHttp.serving(RemoteConsumers.offer(role, receiver));
                var delivery = EventDelivery.start(
                        shop.outboxes(),
                        new LocalBus(List.of(), List.of(new RemoteConsumers(other.service())), Shop.QUICK),
                        Shop.QUICK,
                        EventsListener.NONE)) {
            trial.run();
        }
    }

    @Test
    void what_a_consumer_elsewhere_wants_arrives_in_order_and_everything_leaves_the_outbox() throws Exception {
        delivering(Role.NOTIFICATION, bus::receive, () -> {
            for (int sequence = 1; sequence <= 40; sequence++) {
                var type = sequence % 4 == 0 ? "OrderReserved" : "OrderConfirmed";
                shop.append(Shop.event("a", sequence, type), Shop.event("b", sequence, type));
            }
            await().until(() -> shop.pending() == 0);
        });
        var wanted = IntStream.rangeClosed(1, 40)
                .filter(sequence -> sequence % 4 != 0)
                .mapToObj(Integer::toString)
                .toList();
        assertThat(mails.sequencesOf("a")).isEqualTo(wanted);
        assertThat(mails.sequencesOf("b")).isEqualTo(wanted);
    }

    @Test
    void while_the_other_process_cannot_take_them_events_wait_and_come_once_when_it_can() throws Exception {
        var away = new AtomicBoolean(true);
        var tried = new CountDownLatch(3);
        Receiver receiver = (role, source, events) -> {
            tried.countDown();
            if (away.get()) {
                throw new BusUnavailableException("not now", null);
            }
            return bus.receive(role, source, events);
        };
        delivering(Role.NOTIFICATION, receiver, () -> {
            shop.append(Shop.event("a", 1, "OrderConfirmed"));
            tried.await();
            assertThat(shop.pending()).isEqualTo(1);
            away.set(false);
            await().until(() -> shop.pending() == 0);
        });
        assertThat(mails.sequencesOf("a")).containsExactly("1");
    }

    @Test
    void a_page_that_was_taken_and_whose_answer_was_lost_is_taken_once() throws Exception {
        var lost = new AtomicBoolean();
        Receiver receiver = (role, source, events) -> {
            var answer = bus.receive(role, source, events);
            if (!lost.getAndSet(true)) {
                throw new IllegalStateException("killed before it could answer");
            }
            return answer;
        };
        delivering(Role.NOTIFICATION, receiver, () -> {
            shop.append(Shop.event("a", 1, "OrderConfirmed"), Shop.event("a", 2, "OrderShipped"));
            await().until(() -> shop.pending() == 0);
        });
        assertThat(mails.sequencesOf("a")).containsExactly("1", "2");
    }

    @Test
    void an_event_that_a_consumer_elsewhere_fails_on_holds_back_its_subject_only() throws Exception {
        var bad = Shop.event("sick", 1, "OrderConfirmed");
        mails.failOn(bad.id());
        delivering(Role.NOTIFICATION, bus::receive, () -> {
            shop.append(bad, Shop.event("sick", 2, "OrderShipped"), Shop.event("well", 1, "OrderConfirmed"));
            await().until(() -> OutboxBooks.of(here.of("shop")).backlog().stuck() == 1);
            assertThat(mails.sequencesOf("well")).containsExactly("1");
            assertThat(mails.sequencesOf("sick")).isEmpty();
            assertThat(OutboxBooks.of(here.of("shop")).stuck(1).getFirst().lastError())
                    .startsWith("mails: ");
            mails.recover();
            await().until(() -> shop.pending() == 0);
        });
        assertThat(mails.sequencesOf("sick")).containsExactly("1", "2");
    }

    @Test
    void an_event_is_not_taken_for_delivered_by_a_process_that_has_nobody_to_hear_it() throws Exception {
        var tried = new CountDownLatch(2);
        Receiver receiver = (role, source, events) -> {
            tried.countDown();
            return bus.receive(role, source, events);
        };
        delivering(Role.INVENTORY, receiver, () -> {
            shop.append(Shop.event("a", 1, "OrderShipped"));
            tried.await();
            assertThat(shop.pending()).isEqualTo(1);
        });
    }

    @Test
    void what_travels_comes_out_as_it_went_in() throws Exception {
        var sent = new Event(
                "evt_1",
                "OrderConfirmed",
                "/orders",
                "ö\"\\\n",
                "k",
                7,
                "00-t-01",
                java.time.Instant.now(),
                "{\"a\":1.50}");
        try (var other = OverHttp.serving(RemoteConsumers.offer(Role.NOTIFICATION, (role, source, events) -> {
            assertThat(events).containsExactly(sent);
            return Map.of("ö\"\\\n", new Setback(7, "mails", source));
        }))) {
            assertThat(new RemoteConsumers(other.service()).deliver("/orders", List.of(sent)))
                    .isEqualTo(Map.of("ö\"\\\n", new Setback(7, "mails", "/orders")));
        }
    }
}
