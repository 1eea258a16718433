package dev.holdfast.payment;

import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.events.Outboxes;
import dev.holdfast.platform.remote.Offer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({PaymentSettings.class, FaultRates.class})
class PaymentConfiguration {

    private static final String SERVICE = "payment";

    /// A system outside, though it lives in a schema beside ours: with a database of its own it would be the same.
    private static final String SANDBOX = "sandbox";

    @Bean
    PaymentProvider simulatedProvider(
            ServiceDatabases databases, Lanes lanes, PaymentSettings settings, FaultRates faults) {
        var database = databases.of(SANDBOX);
        database.migrate();
        var books = new SandboxBooks();
        var lane = lanes.open(SANDBOX, database, books);
        var random = new Random(); // of all threads that call
        return new SimulatedProvider(
                lane, books, database, () -> settings.simulated().drawn(random), () -> faults);
    }

    @Bean
    Providers paymentProviders(List<PaymentProvider> providers, MeterRegistry metrics) {
        return new Providers(providers.stream()
                .<PaymentProvider>map(provider -> new MeteredProvider(provider, metrics))
                .toList());
    }

    @Bean
    ProviderCalls providerCalls(
            PaymentLane lane, Providers providers, PaymentSettings settings, MeterRegistry metrics) {
        return new ProviderCalls(lane, providers, settings.inFlight(), metrics);
    }

    /// A bean, so that service and sweeper write through the same.
    @Bean
    PaymentLane paymentLane(ServiceDatabases databases, Lanes lanes, Outboxes outboxes) {
        var database = databases.of(SERVICE);
        database.migrate();
        return new PaymentLane(lanes.open(SERVICE, database, new PaymentBatch(outboxes.of(database))));
    }

    @Bean
    PaymentService paymentService(
            PaymentLane lane, Providers providers, ProviderCalls calls, ServiceDatabases databases) {
        return new PaymentService(lane, providers, calls, new PaymentReads(databases.of(SERVICE)));
    }

    /// Takes the lane so that the tables are there.
    @Bean
    PaymentBooks paymentBooks(PaymentLane migratedFirst, ServiceDatabases databases, Providers providers) {
        return new Books(databases.of(SERVICE), providers);
    }

    @Bean
    PaymentSweeper paymentSweeper(
            PaymentLane lane, ProviderCalls calls, ServiceDatabases databases, PaymentSettings settings, Clock clock) {
        var unsettled = new UnsettledOrders(databases.of(SERVICE), settings.sweepAfter(), clock);
        return new PaymentSweeper(lane, calls, unsettled, settings.sweepInterval(), settings.sweepAfter());
    }

    @Bean
    Offer paymentOffer(PaymentApi payments, PaymentBooks books) {
        return PaymentWire.offer(payments, books);
    }
}
