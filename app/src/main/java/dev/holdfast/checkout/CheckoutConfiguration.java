package dev.holdfast.checkout;

import dev.holdfast.cart.CartApi;
import dev.holdfast.catalog.CatalogApi;
import dev.holdfast.customers.CustomersApi;
import dev.holdfast.flows.Flows;
import dev.holdfast.flows.Participants;
import dev.holdfast.flows.StepTimes;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.orders.OrdersApi;
import dev.holdfast.payment.PaymentApi;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.Periodic;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.Trace;
import dev.holdfast.platform.remote.Roles;
import dev.holdfast.platform.remote.ServicesSettings;
import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.RetentionSettings;
import dev.holdfast.saga.SagaDesk;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaSchema;
import dev.holdfast.saga.SagaSettings;
import dev.holdfast.shipping.ShippingApi;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.core.env.Environment;

/// The engine with its flows, and the entry to it.
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EngineSettings.class)
class CheckoutConfiguration {

    /// Its data folder is locked by one process, so whoever starts on it comes after the one before, and need not
    /// wait for that one's lease.
    private static final String EMBEDDED_NODE = "embedded";

    /// Between freezing a cart and the end of the start of its saga: 10 s of patience with the lane, 30 s for a
    /// lost COMMIT.
    private static final Duration START_HERE = Duration.ofSeconds(45);

    private static final Duration COUNT_EVERY = Duration.ofSeconds(10);

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
    Flows flows(Participants participants, PaymentMethodWait wait, Roles roles, ServicesSettings services) {
        if (!roles.elsewhere().isEmpty()) {
            StepTimes.require(services.patience());
        }
        return new Flows(participants, wait.atMost());
    }

    @Bean
    PaymentMethodWait paymentMethodWait(@Value("${holdfast.checkout.payment-method-wait:0}") Duration wait) {
        return new PaymentMethodWait(wait);
    }

    /// Reads the engine's tables, which are there once it has started.
    @Bean
    @DependsOn("sagaEngine")
    SagaDesk sagaDesk(ServiceDatabases databases) {
        return new SagaDesk(databases.of("saga").pool());
    }

    /// An index of a few rows is counted, so this costs nothing; the last figure stands while the database is away.
    @Bean
    Periodic putDownCounter(SagaDesk desk, EngineMetrics figures) {
        return Periodic.every(COUNT_EVERY, "put-down-counter", () -> figures.putDown(desk.putDown()));
    }

    @Bean
    OtherPaymentMethods otherPaymentMethods(SagaEngine engine, CheckoutStatuses statuses, SagaDesk desk) {
        return new OtherPaymentMethods(engine, statuses, desk);
    }

    /// A process whose node was fenced off runs no checkout any more: it says that it should be restarted.
    @Bean
    EngineMetrics engineMetrics(MeterRegistry metrics, Lanes lanes, Clock clock, ApplicationContext context) {
        return new EngineMetrics(
                metrics,
                lanes.meters("saga"),
                clock,
                () -> AvailabilityChangeEvent.publish(context, LivenessState.BROKEN));
    }

    /// Starting takes up every saga that was in flight. Closed before the services it calls.
    @Bean(destroyMethod = "close")
    SagaEngine sagaEngine(Flows flows, ServiceDatabases databases, Lanes lanes, EngineMetrics figures, NodeName name) {
        var database = databases.of("saga");
        SagaSchema.create(database.direct());
        figures.announce(flows.all());
        var builder = SagaEngine.builder(database.pool())
                .laneConnections(lanes.connections(database))
                .settings(SagaSettings.DEFAULTS
                        .withMaxInFlight(name.settings().maxInFlight())
                        .withLease(name.settings().lease()))
                .tracing(CheckoutConfiguration::inTrace)
                .listener(figures);
        flows.all().forEach(builder::register);
        if (!keep.isZero()) {
            builder.retention(RetentionSettings.keeping(keep, Checkouts.SAGA_PREFIX));
        }
        name.chosen().ifPresent(builder::node);
        var engine = builder.start();
        figures.watch(engine, name.settings().maxInFlight());
        figures.watchPauses(engine, flows.all());
        return engine;
    }

    /// @param chosen empty for one that nobody else has
    record NodeName(EngineSettings settings, Optional<String> chosen) {}

    @Bean
    NodeName nodeName(EngineSettings settings, Environment environment) {
        boolean embedded = environment
                        .getProperty("holdfast.datasource.url", "")
                        .isBlank()
                && environment.getProperty("holdfast.saga.datasource.url", "").isBlank();
        var chosen = settings.isNamed() ? settings.node() : embedded ? EMBEDDED_NODE : null;
        return new NodeName(settings, Optional.ofNullable(chosen));
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
    FrozenCarts frozenCarts(SagaEngine engine, Roles roles, ServicesSettings services) {
        return new FrozenCarts(carts, engine, clock, startTakes(roles, services.patience()));
    }

    /// Where services are in other processes, the answer to the freezing has to come back, and the customer, the
    /// prices and the stock are asked for in between, each for as long as it is waited for.
    static Duration startTakes(Roles roles, ServicesSettings.Times patience) {
        return roles.elsewhere().isEmpty()
                ? START_HERE
                : START_HERE.plus(patience.others().multipliedBy(3)).plus(patience.inventory());
    }
}
