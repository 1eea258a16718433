package dev.holdfast.shipping;

import dev.holdfast.platform.Address;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Trouble;
import dev.holdfast.testing.Untold;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The real shipping with simulated carriers, for exploring what faults do to it.
public final class ExploredShipping {

    private final Trouble trouble;
    private final ShippingApi shipping;
    private final Cancellations cancellations;
    private final ShippingBooks books;
    private final JdbcClient sql;
    private boolean declining;
    private volatile boolean recording = true;

    public ExploredShipping(TestDatabase database, Trouble trouble) {
        this.trouble = trouble;
        this.sql = JdbcClient.create(database.dataSource());
        this.books = new SqlShippingBooks(database.dataSource(), database.dataSource());
        var sandbox = database.open("carriers_sandbox", database.of("carriers_sandbox"), new CarrierSandbox());
        Sleeper sleeper = trouble::pass;
        var carriers = new Carriers(
                List.of(
                        new Troubled(new SimulatedCarrier(
                                "fedex",
                                TrackingNumbers::fedex,
                                sandbox,
                                FaultRates.NONE,
                                Duration.ZERO,
                                sleeper,
                                true)),
                        new Troubled(new SimulatedCarrier(
                                "ups", TrackingNumbers::ups, sandbox, FaultRates.NONE, Duration.ZERO, sleeper, false))),
                List.of(Duration.ofSeconds(1)),
                sleeper);
        var batch = new ShippingBatch(trouble.clock(), new Untold("/shipping"));
        var lane = database.<ShippingCommand, ShippingCommand.Answer>open(
                "shipping", database.of("shipping"), (db, commands) -> {
                    if (!recording && commands.stream().anyMatch(ShippingCommand.Report.class::isInstance)) {
                        throw new IllegalStateException("there is no room for what a carrier answered");
                    }
                    return batch.run(db, commands);
                });
        var tomorrow = Clock.offset(trouble.clock(), Duration.ofDays(1));
        this.cancellations = new Cancellations(lane, carriers, database.dataSource(), tomorrow);
        this.shipping = new Shipping(
                lane, carriers, cancellations, new ShippingReads(database.dataSource()), ShippingFixture.SETTINGS);
        database.execute("CREATE INDEX explored ON carriers_sandbox.labels (order_id)");
    }

    public ShippingApi api() {
        return shipping;
    }

    /// A new schedule begins: no carrier declines, and what they answer can be recorded.
    public void begin() {
        declining = false;
        recording = true;
    }

    /// From now on the carriers do not deliver to anybody new.
    public void decline() {
        declining = true;
    }

    /// As of tomorrow, so that everything counts as due.
    public void sweep() {
        cancellations.sweep();
    }

    /// Labels of an order that the carriers would collect a parcel for.
    public long atCarriers(String orderId) {
        return sql.sql("SELECT count(*) FROM carriers_sandbox.labels WHERE order_id = ? AND status = 'live'")
                .param(orderId)
                .query(Long.class)
                .single();
    }

    /// Live labels of an order in the books of this service.
    ///
    /// @param before the order id before it
    public long live(String before, String orderId) {
        return books.live(before, 1).stream()
                .filter(label -> label.orderId().equals(orderId))
                .count();
    }

    /// Shipments whose books contradict themselves, here or at the carriers.
    public long broken() {
        return books.shipments().broken() + books.shipmentsAtCarriers().broken();
    }

    /// A carrier that can be made to decline, and whose calls may get lost.
    private final class Troubled implements Carrier {

        private final Carrier carrier;

        Troubled(Carrier carrier) {
            this.carrier = carrier;
        }

        @Override
        public String name() {
            return carrier.name();
        }

        @Override
        public LabelAnswer create(String key, Parcel parcel) {
            reached("label");
            var answer = carrier.create(key, declining ? undeliverable(parcel) : parcel);
            answered("label");
            if (recording && trouble.happens("shipping can record no more what carriers answer")) {
                recording = false;
            }
            return answer;
        }

        @Override
        public void cancel(String key) {
            reached("cancellation");
            carrier.cancel(key);
            answered("cancellation");
        }

        private void reached(String what) {
            if (trouble.happens("%s cannot be reached for a %s".formatted(name(), what))) {
                throw new NoEffectException(name() + " cannot be reached", null);
            }
        }

        private void answered(String what) {
            if (trouble.happens("%s does not answer to a %s it made".formatted(name(), what))) {
                throw new EffectUnclearException(name() + " does not answer", null);
            }
        }

        private static Parcel undeliverable(Parcel parcel) {
            var to = parcel.destination();
            var nowhere = new Address(
                    to.name(),
                    to.address1(),
                    null,
                    to.city(),
                    to.state(),
                    SimulatedCarrier.UNDELIVERABLE,
                    to.country());
            return new Parcel(
                    parcel.reference(),
                    parcel.orderId(),
                    nowhere,
                    parcel.dimensions(),
                    parcel.weight(),
                    parcel.deliveryPreference());
        }
    }
}
