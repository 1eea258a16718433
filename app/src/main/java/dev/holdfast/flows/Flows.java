package dev.holdfast.flows;

import dev.holdfast.saga.SagaDefinition;
import java.util.List;
import java.util.Optional;

/// The flows a checkout may take, by name.
public final class Flows {

    private final List<SagaDefinition<CheckoutOrder>> definitions;

    public Flows(Participants services) {
        definitions = List.of(CheckoutFlow.define(services), OrderFirstFlow.define(services));
    }

    /// The first one is the default.
    public List<SagaDefinition<CheckoutOrder>> all() {
        return definitions;
    }

    public Optional<SagaDefinition<CheckoutOrder>> named(String name) {
        return definitions.stream()
                .filter(definition -> definition.name().equals(name))
                .findFirst();
    }

    /// Reads the payload of a saga of any of these flows.
    public CheckoutOrder orderOf(String payload) {
        return OrderCodec.INSTANCE.fromJson(payload);
    }
}
