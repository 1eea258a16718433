package dev.holdfast.checkout;

import dev.holdfast.cart.CartApi;
import dev.holdfast.catalog.CatalogApi;
import dev.holdfast.customers.CustomersApi;
import dev.holdfast.flows.Flows;
import dev.holdfast.flows.Participants;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.orders.OrdersApi;
import dev.holdfast.payment.PaymentApi;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.Trace;
import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.RetentionSettings;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaSchema;
import dev.holdfast.saga.SagaSettings;
import dev.holdfast.shipping.ShippingApi;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// The engine with its flows, and the entry to it.
@Configuration(proxyBeanMethods = false)
class CheckoutConfiguration {

    private final CartApi carts;
    private final Clock clock;
    private final Duration holdTtl;
    private final Duration keep;

    /// @param keep `holdfast.saga.keep`: how long checkouts that have ended are kept, with their logs. 0 for good,
    ///     or 7 days at least: for so long an idempotency key answers, and it answers how its checkout stands.
    ///     Default 30 days
    CheckoutConfiguration(
            CartApi carts,
            Clock clock,
            @Value("${holdfast.inventory.hold-ttl:10m}") Duration holdTtl,
            @Value("${holdfast.saga.keep:30d}") Duration keep) {
        if (!keep.isZero() && keep.compareTo(SagaSettings.DEFAULTS.startKeysKept()) < 0) {
            throw new IllegalArgumentException(
                    "holdfast.saga.keep must be 0 or at least " + SagaSettings.DEFAULTS.startKeysKept()
                            + ", as long as idempotency keys are good for, not " + keep);
        }
        this.carts = carts;
        this.clock = clock;
        this.holdTtl = holdTtl;
        this.keep = keep;
    }

    @Bean
    Participants participants(InventoryApi inventory, PaymentApi payment, OrdersApi orders, ShippingApi shipping) {
        return new Participants(inventory, payment, orders, shipping, carts, clock, holdTtl);
    }

    @Bean
    Flows flows(Participants participants) {
        return new Flows(participants);
    }

    @Bean
    EngineMetrics engineMetrics(MeterRegistry metrics, Lanes lanes, Clock clock) {
        return new EngineMetrics(metrics, lanes.meters("saga"), clock);
    }

    /// Starting takes up every saga that was in flight. Closed before the services it calls.
    @Bean(destroyMethod = "close")
    SagaEngine sagaEngine(
            Flows flows,
            ServiceDatabases databases,
            Lanes lanes,
            EngineMetrics figures,
            @Value("${holdfast.saga.max-in-flight:10000}") int maxInFlight) {
        var database = databases.of("saga");
        SagaSchema.create(database.direct());
        figures.announce(flows.all());
        var builder = SagaEngine.builder(database.pool())
                .laneConnections(lanes.connections(database))
                .settings(SagaSettings.DEFAULTS.withMaxInFlight(maxInFlight))
                .tracing(CheckoutConfiguration::inTrace)
                .listener(figures);
        flows.all().forEach(builder::register);
        if (!keep.isZero()) {
            builder.retention(RetentionSettings.keeping(keep, Checkouts.SAGA_PREFIX));
        }
        var engine = builder.start();
        figures.watch(engine, maxInFlight);
        return engine;
    }

    /// Services take the trace of what they record and tell from the thread that calls them.
    private static Outcome inTrace(String traceparent, Callable<Outcome> attempt) throws Exception {
        var trace = Trace.parse(traceparent);
        return trace.isPresent() ? trace.get().call(attempt::call) : attempt.call();
    }

    @Bean
    CheckoutStatuses checkoutStatuses(SagaEngine engine, Flows flows) {
        return new CheckoutStatuses(engine, flows);
    }

    @Bean
    Checkouts checkouts(CustomersApi customers, Pricing pricing, Flows flows, SagaEngine engine) {
        return new Checkouts(carts, customers, pricing, flows, engine);
    }

    @Bean
    Pricing pricing(CatalogApi catalog, InventoryApi inventory) {
        return new Pricing(catalog, inventory);
    }

    @Bean(initMethod = "start", destroyMethod = "close")
    FrozenCarts frozenCarts(SagaEngine engine) {
        return new FrozenCarts(carts, engine, clock);
    }
}
