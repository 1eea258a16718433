package dev.holdfast.flows;

import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaView;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The flows a checkout may take, by name.
public final class Flows {

    /// The signal that brings another payment method: its id.
    public static final String PAYMENT_METHOD = "payment-method";

    /// For checkouts that began when a wait was set and go on now that none is.
    private static final Duration WAIT_OF_OLD = Duration.ofMinutes(10);

    private final List<SagaDefinition<CheckoutOrder>> definitions;

    public Flows(Participants services) {
        this(services, Duration.ZERO);
    }

    /// @param paymentMethodWait how long a new checkout waits for another payment method after a decline; zero: a
    ///     decline ends it
    public Flows(Participants services, Duration paymentMethodWait) {
        boolean waits = paymentMethodWait.isPositive();
        var ending = CheckoutFlow.define(services);
        var asking = CheckoutFlow.asking(services, waits ? paymentMethodWait : WAIT_OF_OLD);
        var orderFirst = OrderFirstFlow.define(services);
        var orderFirstBefore = OrderFirstFlow.defineFirst(services);
        definitions = waits
                ? List.of(asking, ending, orderFirst, orderFirstBefore)
                : List.of(ending, asking, orderFirst, orderFirstBefore);
    }

    /// Every version that may be in flight. The first one is the default; the first of a name is the one that new
    /// checkouts take.
    public List<SagaDefinition<CheckoutOrder>> all() {
        return definitions;
    }

    /// The version that new checkouts take.
    public Optional<SagaDefinition<CheckoutOrder>> named(String name) {
        return definitions.stream()
                .filter(definition -> definition.name().equals(name))
                .findFirst();
    }

    /// What a saga is a run of.
    public Optional<SagaDefinition<CheckoutOrder>> of(SagaView saga) {
        return definitions.stream()
                .filter(each -> each.name().equals(saga.definition()) && each.version() == saga.version())
                .findFirst();
    }

    /// Which order a saga of any version of these flows is about; empty for another saga. Read from the one member
    /// of the payload, which may be of a release that this one does not know.
    public Optional<String> orderIdOf(SagaView saga) {
        return named(saga.definition()).map(_ -> OrderCodec.orderIdIn(saga.payload()));
    }
}
