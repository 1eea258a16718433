package dev.holdfast.shipping;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.events.Outboxes;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.shipping.ShippingCommand.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ShippingConfiguration {

    static final String SCHEMA = "shipping";
    static final String CARRIERS = "carriers_sandbox";

    /// FedEx is asked first, then UPS.
    @Bean
    Carriers carriers(
            ServiceDatabases databases,
            Lanes lanes,
            FaultRates rates,
            ShippingSettings settings,
            MeterRegistry metrics) {
        var database = databases.of(CARRIERS);
        database.migrate();
        var books = lanes.open(CARRIERS, database, new CarrierSandbox());
        var latency = settings.carrierLatency();
        return new Carriers(
                Stream.of(
                                new SimulatedCarrier(
                                        "fedex", TrackingNumbers::fedex, books, rates, latency, Thread::sleep, true),
                                new SimulatedCarrier(
                                        "ups", TrackingNumbers::ups, books, rates, latency, Thread::sleep, false))
                        .<Carrier>map(carrier -> new MeteredCarrier(carrier, metrics))
                        .toList(),
                settings.carrierBackoff(),
                Thread::sleep);
    }

    @Bean
    GroupCommit<ShippingCommand, Answer> shippingLane(
            ServiceDatabases databases, Lanes lanes, Clock clock, Outboxes outboxes) {
        var database = databases.of(SCHEMA);
        database.migrate();
        return lanes.open(SCHEMA, database, new ShippingBatch(clock, outboxes.of(database)));
    }

    @Bean
    Cancellations cancellations(
            GroupCommit<ShippingCommand, Answer> shippingLane,
            Carriers carriers,
            ServiceDatabases databases,
            Clock clock) {
        return new Cancellations(shippingLane, carriers, databases.of(SCHEMA).pool(), clock);
    }

    @Bean
    CancellationSweeper cancellationSweeper(Cancellations cancellations, ShippingSettings settings) {
        return new CancellationSweeper(cancellations, settings.sweepEvery());
    }

    @Bean
    ShippingApi shipping(
            GroupCommit<ShippingCommand, Answer> shippingLane,
            Carriers carriers,
            Cancellations cancellations,
            ServiceDatabases databases,
            ShippingSettings settings) {
        var reads = new ShippingReads(databases.of(SCHEMA).pool());
        return new Shipping(shippingLane, carriers, cancellations, reads, settings);
    }

    /// After the lane and the carriers, which have brought their schemas up to date.
    @Bean
    ShippingBooks shippingBooks(
            ServiceDatabases databases, GroupCommit<ShippingCommand, Answer> shippingLane, Carriers carriers) {
        return new SqlShippingBooks(
                databases.of(SCHEMA).pool(), databases.of(CARRIERS).pool());
    }

    @Bean
    Offer shippingOffer(ShippingApi shipping, ShippingBooks books) {
        return ShippingWire.offer(shipping, books);
    }
}
