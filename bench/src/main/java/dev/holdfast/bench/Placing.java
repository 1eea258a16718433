package dev.holdfast.bench;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.flows.Flows;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Trace;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaStatus;
import dev.holdfast.saga.StartRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/// Hands priced orders to the engine of a shop, as its door does, and follows each to its end.
final class Placing {

    static final Duration LONGEST = Duration.ofMinutes(2);

    private final SagaEngine engine;
    private final SagaDefinition<CheckoutOrder> flow;
    private final Random random = new Random(2);

    /// @param acceptedToEnd from the moment the checkout was durable to the moment its end was
    record Placed(Duration acceptedToEnd, SagaStatus status) {

        boolean completed() {
            return status == SagaStatus.COMPLETED;
        }
    }

    private Placing(SagaEngine engine, SagaDefinition<CheckoutOrder> flow) {
        this.engine = engine;
        this.flow = flow;
    }

    /// By the flow that checkouts take by default.
    static Placing at(BenchShop shop) {
        return new Placing(
                shop.bean(SagaEngine.class), shop.bean(Flows.class).all().getFirst());
    }

    /// By a flow of this name.
    static Placing at(BenchShop shop, String flow) {
        return new Placing(
                shop.bean(SagaEngine.class), shop.bean(Flows.class).named(flow).orElseThrow());
    }

    /// @return empty when it was refused or has not ended in time, which is told
    Optional<Placed> place(CheckoutOrder order) {
        var sagaId = Ids.next("saga_chk_");
        try {
            engine.start(flow, startOf(sagaId, order));
            var accepted = System.nanoTime();
            var ended = engine.await(sagaId, LONGEST);
            var took = Duration.ofNanos(System.nanoTime() - accepted);
            if (ended.isPresent() && ended.get().status().ended()) {
                return Optional.of(new Placed(took, ended.get().status()));
            }
            System.err.println(sagaId + " did not end: " + ended);
        } catch (RuntimeException e) {
            System.err.println(sagaId + " was refused: " + e);
        }
        return Optional.empty();
    }

    private StartRequest<CheckoutOrder> startOf(String sagaId, CheckoutOrder order) {
        return new StartRequest<>(
                sagaId,
                order,
                "checkout",
                order.orderId(),
                IdempotencyKey.digest(order),
                "cart:" + order.cartId(),
                "order:" + order.orderId(),
                Trace.begin(random).traceparent());
    }
}
