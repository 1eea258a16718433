package dev.holdfast.shipping;

import static dev.holdfast.shipping.ShippingFixture.key;
import static dev.holdfast.shipping.ShippingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.shipping.ShippingApi.Cancelled;
import dev.holdfast.shipping.ShippingApi.Labelled;
import dev.holdfast.shipping.ShippingBooks.CarrierLabel;
import dev.holdfast.shipping.ShippingBooks.LiveLabel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/// Labels asked for, repeated and undone in random order while both carriers do everything a carrier can do: lose
/// requests, lose replies, take requests late, and the node dying in the middle of a call. Whatever happened, when
/// all is quiet the carriers' own books hold exactly the labels that ours say are live.
class ShippingChaosTest {

    /// Nobody catches it, as nobody survives a kill.
    private static final class NodeDied extends Error {}

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final List<Runnable> underWay = new ArrayList<>();
    private boolean healthy;

    @Test
    void the_carriers_hold_exactly_the_labels_that_count() throws Exception {
        try (var fixture = new ShippingFixture()) {
            var node = fixture.node(FaultRates.NONE, Unreliable::new, Unreliable::new);
            var ids = new ArrayList<String>();
            var undone = new HashSet<String>();
            for (int round = 0; round < 400; round++) {
                if (round % 8 == 0) {
                    ids.add("ord_%03d".formatted(round));
                }
                var id = ids.get(Math.max(0, ids.size() - 1 - random.nextInt(4)));
                act(fixture, node, id, undone);
            }
            healthy = true;
            underWay.forEach(Runnable::run);
            for (var id : ids) {
                settle(node, id, undone.contains(id));
            }
            fixture.sweepAll();
            check(fixture, ids, undone);
        }
    }

    private void act(ShippingFixture fixture, ShippingFixture.Node node, String id, Set<String> undone) {
        switch (random.nextInt(10)) {
            case 0 -> {
                undone.add(id);
                attempt(() -> node.shipping().undo(id, key(id), "undo"));
            }
            case 1 -> {
                fixture.clock.advance(Duration.ofSeconds(random.nextInt(5)));
                attempt(node.cancellations()::sweep);
            }
            case 2 -> {
                if (!underWay.isEmpty()) {
                    underWay.remove(random.nextInt(underWay.size())).run();
                }
            }
            default -> attempt(() -> node.shipping().createLabel(request(id)));
        }
    }

    private void settle(ShippingFixture.Node node, String id, boolean undone) {
        if (undone) {
            assertThat(node.shipping().undo(id, key(id), "undo")).isInstanceOf(Cancelled.class);
        } else {
            assertThat(node.shipping().createLabel(request(id)))
                    .as("seed %s, %s", seed, id)
                    .isInstanceOf(Labelled.class);
        }
    }

    private void check(ShippingFixture fixture, List<String> ids, Set<String> undone) {
        var live = fixture.books.live(null, 1_000);
        assertThat(live.stream().map(LiveLabel::orderId))
                .as("seed %s", seed)
                .containsExactlyInAnyOrderElementsOf(
                        ids.stream().filter(id -> !undone.contains(id)).toList());
        assertThat(fixture.books.liveAtCarriers(null, 1_000).stream().map(ShippingChaosTest::shown))
                .as("seed %s", seed)
                .containsExactlyInAnyOrderElementsOf(live.stream()
                        .map(label -> label.shippingId() + " " + label.carrier())
                        .toList());
        assertThat(fixture.books.shipments().broken()).as("seed %s", seed).isZero();
        assertThat(fixture.books.unsettled()).as("seed %s", seed).isEmpty();
        assertThat(fixture.books.shipmentsAtCarriers().broken())
                .as("seed %s", seed)
                .isZero();
    }

    private static String shown(CarrierLabel label) {
        return label.shippingId() + " " + label.carrier();
    }

    private static void attempt(Callable<?> work) {
        try {
            work.call();
        } catch (EffectUnclearException | NoEffectException | NodeDied expected) {
            // The caller comes again, or somebody else does.
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private final class Unreliable extends ShippingPromisesTest.Wrapped {

        Unreliable(Carrier carrier) {
            super(carrier);
        }

        @Override
        public LabelAnswer create(String key, Parcel parcel) {
            if (healthy) {
                return super.create(key, parcel);
            }
            switch (random.nextInt(12)) {
                case 0, 1, 2, 3 -> throw new NoEffectException("connection refused", null);
                case 4, 5 -> {
                    super.create(key, parcel);
                    throw new EffectUnclearException("the reply got lost", null);
                }
                case 6, 7 -> {
                    underWay.add(() -> super.create(key, parcel));
                    throw new EffectUnclearException("timed out, and the request arrives later", null);
                }
                case 8 -> {
                    super.create(key, parcel);
                    throw new NodeDied();
                }
                case 9 -> throw new NodeDied();
                default -> {
                    return super.create(key, parcel);
                }
            }
        }

        @Override
        public void cancel(String key) {
            if (!healthy && random.nextInt(3) == 0) {
                if (random.nextBoolean()) {
                    super.cancel(key);
                }
                throw new EffectUnclearException("timed out", null);
            }
            super.cancel(key);
        }
    }
}
