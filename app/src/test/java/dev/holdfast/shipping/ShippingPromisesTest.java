package dev.holdfast.shipping;

import static dev.holdfast.shipping.ShippingFixture.ADDRESS;
import static dev.holdfast.shipping.ShippingFixture.key;
import static dev.holdfast.shipping.ShippingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.shipping.ShippingApi.Cancelled;
import dev.holdfast.shipping.ShippingApi.LabelResult;
import dev.holdfast.shipping.ShippingApi.Labelled;
import dev.holdfast.shipping.ShippingApi.Refused;
import dev.holdfast.testing.Reach;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What the owner of a saga's step promises, promise by promise.
@ParameterizedClass(name = "{0}")
@EnumSource(Reach.class)
class ShippingPromisesTest {

    private final Reach reach;

    ShippingPromisesTest(Reach reach) {
        this.reach = reach;
    }

    @Test
    void the_same_key_twice_gives_the_same_label() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            var first = fixture.node.shipping().createLabel(request("ord_1"));
            assertThat(first).isInstanceOf(Labelled.class);
            assertThat(fixture.node.shipping().createLabel(request("ord_1"))).isEqualTo(first);
            assertThat(fixture.liveAtCarriers("ord_1")).containsExactly("fedex");
            assertThat(fixture.events.told("ord_1")).containsExactly("LabelCreated 1");
        }
    }

    @Test
    void the_same_key_twice_gives_the_same_refusal() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            var request = request("ord_1", ShippingFixture.UNDELIVERABLE, null, null);
            assertThat(code(fixture.node.shipping().createLabel(request))).isEqualTo("label-refused");
            assertThat(code(fixture.node.shipping().createLabel(request))).isEqualTo("label-refused");
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex refused");
            assertThat(fixture.liveAtCarriers("ord_1")).isEmpty();
        }
    }

    @Test
    void another_body_under_the_key_is_an_error_that_says_so() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            fixture.node.shipping().createLabel(request("ord_1"));
            assertThatThrownBy(() -> fixture.node.shipping().createLabel(request("ord_1", ADDRESS, "ups", null)))
                    .isInstanceOf(KeyReusedException.class);
        }
    }

    @Test
    void the_key_of_another_orders_label_is_refused_and_that_label_left_alone() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            var shipping = fixture.node.shipping();
            var first = shipping.createLabel(request("ord_1"));
            var foreign = new ShippingApi.LabelRequest("ord_2", key("ord_1"), ADDRESS, null, null, null, null, null);
            assertThat(code(shipping.createLabel(foreign))).isEqualTo("key-of-another-order");
            assertThat(fixture.liveAtCarriers("ord_2")).isEmpty();
            assertThat(shipping.createLabel(request("ord_1"))).isEqualTo(first);
        }
    }

    @Test
    void undo_before_do_leaves_a_tombstone_that_refuses_the_do() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            var shipping = fixture.node.shipping();
            assertThat(shipping.undo("ord_1", key("ord_1"), "undo")).isEqualTo(new Cancelled(null));
            assertThat(code(shipping.createLabel(request("ord_1")))).isEqualTo("label-cancelled");
            assertThat(fixture.attempts("ord_1")).isEmpty();
            assertThat(fixture.events.told("ord_1")).isEmpty();
        }
    }

    @Test
    void an_undo_behind_a_do_that_came_too_late_leaves_its_tombstone() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            var request = request("ord_1", ADDRESS, null, Instant.now().minusSeconds(1));
            var late = new ShippingCommand.Begin(request, "hash", java.util.List.of("fedex"), "{}");
            var undo = new ShippingCommand.Undo("ord_1", key("ord_1"), null);
            try (var db = fixture.database.dataSource().getConnection()) {
                var answers = fixture.batch.run(db, java.util.List.of(late, undo));
                assertThat(answers.getFirst())
                        .isInstanceOfSatisfying(
                                ShippingCommand.Known.class,
                                known -> assertThat(known.result()).isInstanceOf(Refused.class));
                assertThat(answers.getLast()).isEqualTo(new ShippingCommand.Undone(null, java.util.List.of()));
            }
            assertThat(code(fixture.node.shipping().createLabel(request("ord_1"))))
                    .isEqualTo("label-cancelled");
        }
    }

    @Test
    void an_undo_under_the_key_of_another_order_is_an_error_and_leaves_its_label_alone() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            fixture.node.shipping().createLabel(request("ord_1"));
            assertThatThrownBy(() -> fixture.node.shipping().undo("ord_2", key("ord_1"), "undo"))
                    .isInstanceOf(KeyReusedException.class);
            assertThat(fixture.liveAtCarriers("ord_1")).containsExactly("fedex");
        }
    }

    @Test
    void undo_cancels_the_label_at_the_carrier_and_twice_succeeds() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            var shipping = fixture.node.shipping();
            var label = (Labelled) shipping.createLabel(request("ord_1"));
            for (int i = 0; i < 2; i++) {
                assertThat(shipping.undo("ord_1", key("ord_1"), "undo")).isEqualTo(new Cancelled(label.shippingId()));
            }
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancelled");
            assertThat(fixture.liveAtCarriers("ord_1")).isEmpty();
            assertThat(fixture.events.told("ord_1")).containsExactly("LabelCreated 1", "LabelCancelled 2");
            assertThat(code(shipping.createLabel(request("ord_1")))).isEqualTo("label-cancelled");
        }
    }

    @Test
    void a_second_label_of_an_order_goes_on_counting_its_events() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            fixture.node.shipping().createLabel(request("ord_1"));
            var second = new ShippingApi.LabelRequest("ord_1", "another key", ADDRESS, null, null, "ups", null, null);
            fixture.node.shipping().createLabel(second);
            assertThat(fixture.events.told("ord_1")).containsExactly("LabelCreated 1", "LabelCreated 2");
        }
    }

    @Test
    void a_do_after_its_deadline_is_refused_and_asks_no_carrier() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            var late = request("ord_1", ADDRESS, null, Instant.now().minusSeconds(1));
            assertThat(code(fixture.node.shipping().createLabel(late))).isEqualTo("too-late");
            assertThat(fixture.attempts("ord_1")).isEmpty();
        }
    }

    @Test
    void a_repeated_do_after_its_deadline_gives_up_the_label_that_may_have_been_made() throws Exception {
        UnaryOperator<Carrier> repliesLost = fedex -> new Wrapped(fedex) {
            @Override
            public LabelAnswer create(String key, Parcel parcel) {
                super.create(key, parcel);
                throw new EffectUnclearException("the reply got lost", null);
            }
        };
        try (var fixture = new ShippingFixture(reach, repliesLost)) {
            assertThatThrownBy(() -> fixture.node.shipping().createLabel(request("ord_1", ADDRESS, "fedex", null)))
                    .isInstanceOf(EffectUnclearException.class);
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex unclear");
            var late = request("ord_1", ADDRESS, "fedex", Instant.now().minusSeconds(1));
            assertThat(code(fixture.node.shipping().createLabel(late))).isEqualTo("too-late");
            fixture.sweepAll();
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancelled");
            assertThat(fixture.liveAtCarriers("ord_1")).isEmpty();
        }
    }

    @Test
    void an_undo_while_the_carriers_answer_is_open_ends_without_a_label() throws Exception {
        var made = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        UnaryOperator<Carrier> slow = fedex -> new Wrapped(fedex) {
            @Override
            public LabelAnswer create(String key, Parcel parcel) {
                var label = super.create(key, parcel);
                made.countDown();
                await(answer);
                return label;
            }
        };
        try (var fixture = new ShippingFixture(reach, slow);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var label = threads.submit(() -> fixture.node.shipping().createLabel(request("ord_1")));
            await(made);
            assertThat(fixture.node.shipping().undo("ord_1", key("ord_1"), "undo"))
                    .isInstanceOf(Cancelled.class);
            assertThat(fixture.liveAtCarriers("ord_1")).isEmpty();
            answer.countDown();
            assertThat(code(label.get())).isEqualTo("label-cancelled");
            assertThat(fixture.events.told("ord_1")).isEmpty();
            fixture.sweepAll();
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancelled");
            assertThat(fixture.books.unsettled()).isEmpty();
        }
    }

    @Test
    void an_undo_that_overtakes_the_request_to_the_carrier_refuses_it_there() throws Exception {
        var begun = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        UnaryOperator<Carrier> slow = fedex -> new Wrapped(fedex) {
            @Override
            public LabelAnswer create(String key, Parcel parcel) {
                begun.countDown();
                await(go);
                return super.create(key, parcel);
            }
        };
        try (var fixture = new ShippingFixture(reach, slow);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var label = threads.submit(() -> fixture.node.shipping().createLabel(request("ord_1")));
            await(begun);
            assertThat(fixture.node.shipping().undo("ord_1", key("ord_1"), "undo"))
                    .isInstanceOf(Cancelled.class);
            go.countDown();
            assertThat(code(label.get())).isEqualTo("label-cancelled");
            assertThat(fixture.liveAtCarriers("ord_1")).isEmpty();
        }
    }

    @Test
    void an_answer_recorded_onto_an_undone_shipment_cancels_the_label_again() throws Exception {
        try (var fixture = new ShippingFixture(reach)) {
            fixture.node.shipping().createLabel(request("ord_1"));
            fixture.node.shipping().undo("ord_1", key("ord_1"), "undo");
            // A carrier that forgot the cancellation, and a reply that was on its way all the time.
            fixture.database.execute("UPDATE carriers_sandbox.labels SET status = 'live'");
            var lane = fixture.database.open("late", fixture.database.of("shipping"), fixture.batch);
            var plan = java.util.List.of("fedex", "ups");
            lane.submit(new ShippingCommand.Report(
                    key("ord_1"), "fedex", new ShippingCommand.Made("700000000015"), plan, null));
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancel_pending");
            fixture.sweepAll();
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancelled");
            assertThat(fixture.liveAtCarriers("ord_1")).isEmpty();
        }
    }

    @Test
    void do_and_undo_racing_on_two_nodes_end_in_undone() throws Exception {
        try (var fixture = new ShippingFixture(reach);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var other = fixture.node(FaultRates.NONE, UnaryOperator.identity());
            for (int i = 0; i < 60; i++) {
                var id = "ord_" + i;
                var start = new CyclicBarrier(2);
                var label = threads.submit(() -> {
                    start.await();
                    return fixture.node.shipping().createLabel(request(id));
                });
                var undone = threads.submit(() -> {
                    start.await();
                    return other.shipping().undo(id, key(id), "undo");
                });
                label.get();
                assertThat(undone.get()).isInstanceOf(Cancelled.class);
            }
            fixture.sweepAll();
            assertThat(fixture.books.live(null, 100)).isEmpty();
            assertThat(fixture.books.liveAtCarriers(null, 100)).isEmpty();
            assertThat(fixture.books.shipments().broken()).isZero();
            assertThat(fixture.books.unsettled()).isEmpty();
        }
    }

    @Test
    void two_nodes_asking_under_one_key_at_once_get_one_label() throws Exception {
        try (var fixture = new ShippingFixture(reach);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var other = fixture.node(FaultRates.NONE, UnaryOperator.identity());
            for (int i = 0; i < 60; i++) {
                var id = "ord_" + i;
                var start = new CyclicBarrier(2);
                var one = threads.submit(() -> {
                    start.await();
                    return fixture.node.shipping().createLabel(request(id));
                });
                var two = threads.submit(() -> {
                    start.await();
                    return other.shipping().createLabel(request(id));
                });
                assertThat(one.get()).isInstanceOf(Labelled.class).isEqualTo(two.get());
                assertThat(fixture.events.told(id)).containsExactly("LabelCreated 1");
            }
            assertThat(fixture.books.shipmentsAtCarriers().broken()).isZero();
        }
    }

    @Test
    void an_undo_whose_carrier_does_not_answer_says_so_and_is_driven_on() throws Exception {
        var down = new java.util.concurrent.atomic.AtomicBoolean(true);
        UnaryOperator<Carrier> dead = fedex -> new Wrapped(fedex) {
            @Override
            public void cancel(String key) {
                if (down.get()) {
                    throw new dev.holdfast.platform.NoEffectException("fedex is down", null);
                }
                super.cancel(key);
            }
        };
        try (var fixture = new ShippingFixture(reach, dead)) {
            fixture.node.shipping().createLabel(request("ord_1"));
            assertThatThrownBy(() -> fixture.node.shipping().undo("ord_1", key("ord_1"), "undo"))
                    .isInstanceOf(EffectUnclearException.class)
                    .hasMessageContaining("not yet at fedex");
            assertThat(code(fixture.node.shipping().createLabel(request("ord_1"))))
                    .isEqualTo("label-cancelled");
            fixture.sweepAll();
            assertThat(fixture.books.unsettled()).containsEntry("cancel_pending", 1L);
            down.set(false);
            fixture.sweepAll();
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancelled");
            assertThat(fixture.node.shipping().undo("ord_1", key("ord_1"), "undo"))
                    .isInstanceOf(Cancelled.class);
            assertThat(fixture.books.shipments().broken()).isZero();
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(20, java.util.concurrent.TimeUnit.SECONDS)) {
                throw new AssertionError("nobody came");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    static String code(LabelResult result) {
        return switch (result) {
            case Refused(String code, String _) -> code;
            case Labelled labelled -> labelled.toString();
        };
    }

    /// A carrier with something in between.
    abstract static class Wrapped implements Carrier {
        private final Carrier carrier;

        Wrapped(Carrier carrier) {
            this.carrier = carrier;
        }

        @Override
        public String name() {
            return carrier.name();
        }

        @Override
        public LabelAnswer create(String key, Parcel parcel) {
            return carrier.create(key, parcel);
        }

        @Override
        public void cancel(String key) {
            carrier.cancel(key);
        }
    }
}
