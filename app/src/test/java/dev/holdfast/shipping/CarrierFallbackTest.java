package dev.holdfast.shipping;

import static dev.holdfast.shipping.ShippingFixture.ADDRESS;
import static dev.holdfast.shipping.ShippingFixture.request;
import static dev.holdfast.shipping.ShippingPromisesTest.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.shipping.ShippingApi.Labelled;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CarrierFallbackTest {

    /// Nobody catches it, as nobody survives a kill.
    private static final class NodeDied extends Error {}

    private static final FaultRates FEDEX_DOWN = new FaultRates(0, 0, 0, 1, 0);
    private static final FaultRates REPLIES_LOST = new FaultRates(0, 0, 0, 0, 1);
    private static final FaultRates REQUESTS_LOST = new FaultRates(0, 0, 1, 0, 0);

    @Test
    void fedex_comes_first() throws Exception {
        try (var fixture = new ShippingFixture()) {
            var label = (Labelled) fixture.node.shipping().createLabel(request("ord_1"));
            assertThat(label.carrier()).isEqualTo("fedex");
            assertThat(label.trackingNumber()).matches("\\d{12}");
            assertThat(fixture.pauses).isEmpty();
        }
    }

    @Test
    void fedex_is_tried_again_after_1_2_and_4_seconds_then_ups_ships() throws Exception {
        try (var fixture = new ShippingFixture(FEDEX_DOWN)) {
            var label = (Labelled) fixture.node.shipping().createLabel(request("ord_1"));
            assertThat(label.carrier()).isEqualTo("ups");
            assertThat(label.trackingNumber()).startsWith("1Z").hasSize(18);
            assertThat(fixture.pauses)
                    .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex refused", "ups created");
        }
    }

    @Test
    void a_lost_reply_is_found_out_under_the_same_key() throws Exception {
        try (var fixture = new ShippingFixture(REPLIES_LOST)) {
            var label = (Labelled) fixture.node.shipping().createLabel(request("ord_1"));
            assertThat(label.carrier()).isEqualTo("fedex");
            assertThat(fixture.liveAtCarriers("ord_1")).containsExactly("fedex");
            assertThat(fixture.pauses).containsExactly(Duration.ofSeconds(1));
        }
    }

    @Test
    void a_lost_request_is_sent_again() throws Exception {
        try (var fixture = new ShippingFixture(REQUESTS_LOST)) {
            var label = (Labelled) fixture.node.shipping().createLabel(request("ord_1"));
            assertThat(label.carrier()).isEqualTo("fedex");
            assertThat(fixture.pauses).hasSize(1);
        }
    }

    @Test
    void a_carrier_asked_for_by_name_is_asked_alone() throws Exception {
        try (var fixture = new ShippingFixture(FEDEX_DOWN)) {
            var ups = (Labelled) fixture.node.shipping().createLabel(request("ord_1", ADDRESS, "ups", null));
            assertThat(ups.carrier()).isEqualTo("ups");
            assertThatThrownBy(() -> fixture.node.shipping().createLabel(request("ord_2", ADDRESS, "fedex", null)))
                    .isInstanceOf(NoEffectException.class);
            assertThat(fixture.attempts("ord_2")).containsExactly("fedex refused");
        }
    }

    @Test
    void a_refused_address_is_not_tried_at_the_other_carrier() throws Exception {
        try (var fixture = new ShippingFixture()) {
            var request = request("ord_1", ShippingFixture.UNDELIVERABLE, null, null);
            assertThat(code(fixture.node.shipping().createLabel(request))).isEqualTo("label-refused");
            assertThat(fixture.pauses).isEmpty();
        }
    }

    /// FedEx makes the label on the first try, never says so, and cannot be reached afterwards.
    @Test
    void an_unclear_fedex_label_is_cancelled_so_that_the_one_of_ups_stays_alone() throws Exception {
        try (var fixture = new ShippingFixture(FaultRates.NONE, unclearThenDown())) {
            var label = (Labelled) fixture.node.shipping().createLabel(request("ord_1"));
            assertThat(label.carrier()).isEqualTo("ups");
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancel_pending", "ups created");
            assertThat(fixture.books.shipmentsAtCarriers().broken()).isEqualTo(1);
            assertThat(fixture.books.shipments().broken()).isZero();
            fixture.node.cancellations().sweep();
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancelled", "ups created");
            assertThat(fixture.liveAtCarriers("ord_1")).containsExactly("ups");
            assertThat(fixture.books.shipmentsAtCarriers().broken()).isZero();
        }
    }

    @Test
    void an_unclear_label_without_another_carrier_stays_unclear_and_is_found_out_later() throws Exception {
        var calls = new AtomicInteger();
        UnaryOperator<Carrier> around = fedex -> new ShippingPromisesTest.Wrapped(fedex) {
            @Override
            public LabelAnswer create(String key, Parcel parcel) {
                var answer = super.create(key, parcel);
                if (calls.incrementAndGet() <= 4) {
                    throw new EffectUnclearException("timed out", null);
                }
                return answer;
            }
        };
        try (var fixture = new ShippingFixture(FaultRates.NONE, around)) {
            var request = request("ord_1", ADDRESS, "fedex", null);
            assertThatThrownBy(() -> fixture.node.shipping().createLabel(request))
                    .isInstanceOf(EffectUnclearException.class);
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex unclear");
            assertThat(fixture.node.shipping().createLabel(request)).isInstanceOf(Labelled.class);
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex created");
        }
    }

    @Test
    void a_carrier_that_fails_in_an_unknown_way_counts_as_unclear() throws Exception {
        UnaryOperator<Carrier> broken = fedex -> new ShippingPromisesTest.Wrapped(fedex) {
            @Override
            public LabelAnswer create(String key, Parcel parcel) {
                super.create(key, parcel);
                throw new IllegalStateException("unreadable answer");
            }
        };
        try (var fixture = new ShippingFixture(FaultRates.NONE, broken)) {
            var label = (Labelled) fixture.node.shipping().createLabel(request("ord_1"));
            assertThat(label.carrier()).isEqualTo("ups");
            fixture.node.cancellations().sweep();
            assertThat(fixture.liveAtCarriers("ord_1")).containsExactly("ups");
        }
    }

    /// The node died after FedEx made the label and before that was recorded; then FedEx is down.
    @Test
    void an_attempt_left_open_by_a_dead_node_is_unclear_however_clean_the_next_tries_are() throws Exception {
        try (var fixture = new ShippingFixture()) {
            UnaryOperator<Carrier> dying = fedex -> new ShippingPromisesTest.Wrapped(fedex) {
                @Override
                public LabelAnswer create(String key, Parcel parcel) {
                    super.create(key, parcel);
                    throw new NodeDied();
                }
            };
            var dead = fixture.node(FaultRates.NONE, dying);
            assertThatThrownBy(() -> dead.shipping().createLabel(request("ord_1")))
                    .isInstanceOf(NodeDied.class);
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex pending");
            var survivor = fixture.node(FEDEX_DOWN, UnaryOperator.identity());
            var label = (Labelled) survivor.shipping().createLabel(request("ord_1"));
            assertThat(label.carrier()).isEqualTo("ups");
            survivor.cancellations().sweep();
            assertThat(fixture.liveAtCarriers("ord_1")).containsExactly("ups");
        }
    }

    /// One caller waits for FedEx; another under the same key has given FedEx up and is at UPS when FedEx answers.
    @Test
    void a_label_that_comes_after_its_carrier_was_given_up_never_counts() throws Exception {
        var calls = new AtomicInteger();
        var fedexMade = new CountDownLatch(1);
        var fedexAnswers = new CountDownLatch(1);
        var atUps = new CountDownLatch(1);
        UnaryOperator<Carrier> slowFedex = fedex -> new ShippingPromisesTest.Wrapped(fedex) {
            @Override
            public LabelAnswer create(String key, Parcel parcel) {
                if (calls.incrementAndGet() > 1) {
                    throw new EffectUnclearException("timed out", null);
                }
                var label = super.create(key, parcel);
                fedexMade.countDown();
                ShippingPromisesTest.await(fedexAnswers);
                return label;
            }
        };
        try (var fixture = new ShippingFixture();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var node = fixture.node(FaultRates.NONE, slowFedex, timingOutOnce(atUps));
            var slow = threads.submit(() -> node.shipping().createLabel(request("ord_1")));
            ShippingPromisesTest.await(fedexMade);
            var quick = threads.submit(() -> node.shipping().createLabel(request("ord_1")));
            ShippingPromisesTest.await(atUps);
            fedexAnswers.countDown();
            assertThat(slow.get()).isEqualTo(quick.get());
            assertThat(((Labelled) quick.get()).carrier()).isEqualTo("ups");
            fixture.sweepAll();
            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancelled", "ups created");
            assertThat(fixture.liveAtCarriers("ord_1")).containsExactly("ups");
            assertThat(fixture.books.shipments().broken()).isZero();
        }
    }

    @Test
    void the_sweeper_cancels_on_a_thread_of_its_own_until_it_is_stopped() throws Exception {
        try (var fixture = new ShippingFixture(FaultRates.NONE, unclearThenDown())) {
            var sweeper = new CancellationSweeper(fixture.node.cancellations(), Duration.ofMillis(20));
            sweeper.start();
            fixture.node.shipping().createLabel(request("ord_1"));
            org.awaitility.Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(fixture.attempts("ord_1")).containsExactly("fedex cancelled", "ups created"));
            sweeper.stop();
            assertThat(sweeper.isRunning()).isFalse();
        }
    }

    private static UnaryOperator<Carrier> timingOutOnce(CountDownLatch asked) {
        return ups -> new ShippingPromisesTest.Wrapped(ups) {
            @Override
            public LabelAnswer create(String key, Parcel parcel) {
                if (asked.getCount() > 0) {
                    asked.countDown();
                    throw new EffectUnclearException("timed out", null);
                }
                return super.create(key, parcel);
            }
        };
    }

    private static UnaryOperator<Carrier> unclearThenDown() {
        var calls = new AtomicInteger();
        return fedex -> new ShippingPromisesTest.Wrapped(fedex) {
            @Override
            public LabelAnswer create(String key, Parcel parcel) {
                if (calls.incrementAndGet() > 1) {
                    throw new NoEffectException("connection refused", null);
                }
                super.create(key, parcel);
                throw new EffectUnclearException("timed out", null);
            }
        };
    }
}
