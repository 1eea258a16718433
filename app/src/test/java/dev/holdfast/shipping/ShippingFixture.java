package dev.holdfast.shipping;

import dev.holdfast.platform.Address;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.shipping.ShippingApi.LabelRequest;
import dev.holdfast.testing.Reach;
import dev.holdfast.testing.RecordedEvents;
import dev.holdfast.testing.TestDatabase;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Shipping and its simulated carriers on a database of their own. Nobody sleeps: pauses are noted and time is
/// moved by hand.
final class ShippingFixture implements AutoCloseable {

    static final Instant NOW = Instant.parse("2025-08-05T14:23:00Z");
    static final Address ADDRESS = new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US");
    static final Address UNDELIVERABLE =
            new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", SimulatedCarrier.UNDELIVERABLE, "US");
    static final ShippingSettings SETTINGS = new ShippingSettings(
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4)),
            Duration.ZERO,
            Duration.ofSeconds(1),
            BigDecimal.TEN,
            new BigDecimal(8),
            new BigDecimal(4),
            "inches",
            BigDecimal.ONE,
            "lbs");

    final TestDatabase database = TestDatabase.with("shipping", "carriers_sandbox");
    final RecordedEvents events = new RecordedEvents(database, "/shipping");
    final HandClock clock = new HandClock();
    final ConcurrentLinkedQueue<Duration> pauses = new ConcurrentLinkedQueue<>();
    final ShippingBooks books = new SqlShippingBooks(database.dataSource(), database.dataSource());
    final JdbcClient jdbc = JdbcClient.create(database.dataSource());
    final ShippingBatch batch = new ShippingBatch(clock, events);
    final Node node;

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final Reach reach;

    ShippingFixture() {
        this(FaultRates.NONE);
    }

    ShippingFixture(Reach reach) {
        this(reach, UnaryOperator.identity());
    }

    /// @param around what stands between shipping and FedEx
    ShippingFixture(Reach reach, UnaryOperator<Carrier> around) {
        this(reach, FaultRates.NONE, around);
    }

    ShippingFixture(FaultRates rates) {
        this(rates, UnaryOperator.identity());
    }

    /// @param around what stands between shipping and FedEx
    ShippingFixture(FaultRates rates, UnaryOperator<Carrier> around) {
        this(Reach.IN_PROCESS, rates, around);
    }

    private ShippingFixture(Reach reach, FaultRates rates, UnaryOperator<Carrier> around) {
        this.reach = reach;
        node = node(rates, around);
    }

    /// One process: a lane, its way to the carriers, its sweeper.
    record Node(ShippingApi shipping, Cancellations cancellations) {}

    Node node(FaultRates rates, UnaryOperator<Carrier> aroundFedex) {
        return node(rates, aroundFedex, UnaryOperator.identity());
    }

    Node node(FaultRates rates, UnaryOperator<Carrier> aroundFedex, UnaryOperator<Carrier> aroundUps) {
        var books = database.open("carriers_sandbox", database.of("carriers_sandbox"), new CarrierSandbox());
        Sleeper sleeper = pauses::add;
        Sleeper none = _ -> {};
        var fedex = new SimulatedCarrier("fedex", TrackingNumbers::fedex, books, rates, Duration.ZERO, none, true);
        var ups = new SimulatedCarrier("ups", TrackingNumbers::ups, books, rates, Duration.ZERO, none, false);
        var carriers = new Carriers(
                List.of(aroundFedex.apply(fedex), aroundUps.apply(ups)), SETTINGS.carrierBackoff(), sleeper);
        var lane = database.open("shipping", database.of("shipping"), new ShippingBatch(clock, events));
        var cancellations = new Cancellations(lane, carriers, database.dataSource(), clock);
        var shipping = new Shipping(lane, carriers, cancellations, new ShippingReads(database.dataSource()), SETTINGS);
        var reached =
                reach.reach(shipping, () -> ShippingWire.offer(shipping, this.books), RemoteShipping::new, opened);
        return new Node(reached, cancellations);
    }

    static LabelRequest request(String orderId) {
        return request(orderId, ADDRESS, null, null);
    }

    static LabelRequest request(String orderId, Address destination, String carrier, Instant notAfter) {
        return new LabelRequest(orderId, key(orderId), destination, null, null, carrier, null, notAfter);
    }

    static String key(String orderId) {
        return "saga_" + orderId + ":create-label";
    }

    /// Sweeps with everything due that will ever be.
    void sweepAll() {
        clock.advance(Duration.ofHours(1));
        node.cancellations.sweep();
    }

    /// The attempts of an order's shipment, `fedex created`.
    List<String> attempts(String orderId) {
        return jdbc.sql("""
                SELECT coalesce(a.carrier, s.asking) || ' ' || coalesce(a.status, s.status) AS attempt
                  FROM shipping.shipments s
                  LEFT JOIN shipping.carrier_attempts a USING (shipping_id)
                 WHERE s.order_id = ?
                   AND (a.carrier IS NOT NULL OR s.status = 'pending')
                 ORDER BY attempt
                """).param(orderId).query(String.class).list();
    }

    /// What is live in the carriers' own books for an order.
    List<String> liveAtCarriers(String orderId) {
        return jdbc.sql("SELECT carrier FROM carriers_sandbox.labels WHERE order_id = ? AND status = 'live'")
                .param(orderId)
                .query(String.class)
                .list();
    }

    @Override
    public void close() throws Exception {
        Reach.close(opened);
        database.close();
    }

    static final class HandClock extends Clock {
        private final AtomicReference<Instant> now = new AtomicReference<>(NOW);

        void advance(Duration by) {
            now.updateAndGet(instant -> instant.plus(by));
        }

        @Override
        public Instant instant() {
            return now.get();
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
