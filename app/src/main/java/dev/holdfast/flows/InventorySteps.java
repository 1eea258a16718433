package dev.holdfast.flows;

import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.StepSpec;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// What the flows ask of inventory. The reservation has the order's id in every flow.
final class InventorySteps {

    private final InventoryApi inventory;

    InventorySteps(InventoryApi inventory) {
        this.inventory = inventory;
    }

    Consumer<StepSpec<CheckoutOrder>> reserve(String stage) {
        return step -> step.owner(Teams.FULFILMENT, "inventory")
                .customerSees(stage)
                .succeedsWhen("every line is held until the hold's deadline")
                .failsWhen("a line is out of stock")
                .does(this::hold)
                .undoneBy(this::release)
                .compensatedAt(Teams.INVENTORY_SERVICE)
                .within(StepTimes.INVENTORY);
    }

    /// Undone by itself, before whatever else there is to undo: a hold without a deadline must not wait for a
    /// carrier that cannot be reached.
    Consumer<StepSpec<CheckoutOrder>> pin(String stage) {
        return step -> pinning(step, stage).undoneBy(this::release).compensatedAt(Teams.INVENTORY_SERVICE);
    }

    /// Where undoing the hold is what comes next anyway.
    Consumer<StepSpec<CheckoutOrder>> pinUndoneWithHold(String stage) {
        return step -> pinning(step, stage).needsNoUndo("undone with the hold itself, by reserve-inventory");
    }

    private StepSpec<CheckoutOrder> pinning(StepSpec<CheckoutOrder> step, String stage) {
        return step.owner(Teams.FULFILMENT, "inventory")
                .customerSees(stage)
                .succeedsWhen("the hold has no deadline any more, so that nothing but this flow touches it")
                .failsWhen("the hold lapsed")
                .does(this::pin)
                .within(StepTimes.INVENTORY);
    }

    Consumer<StepSpec<CheckoutOrder>> commit(String stage) {
        return step -> step.owner(Teams.FULFILMENT, "inventory")
                .customerSees(stage)
                .succeedsWhen("the held stock is sold")
                .failsWhen("never: repeated until it succeeds")
                .does(this::commit)
                .within(StepTimes.INVENTORY);
    }

    /// A hold that came too late is on record as refused, so that is as definite as any other refusal here.
    private Outcome hold(CheckoutOrder order, StepCall call) {
        var lines = order.lines().stream()
                .map(line -> new HoldLine(line.productId(), line.quantity()))
                .toList();
        var country = order.shippingAddress().country();
        var request =
                new HoldRequest(order.orderId(), call.sagaId(), call.key(), call.notAfter(), false, country, lines);
        return Calls.outcomeOf(() -> switch (inventory.hold(request)) {
            case InventoryApi.Held held -> new Outcome.Done(Map.of("expires_at", String.valueOf(held.expiresAt())));
            case InventoryApi.OutOfStock missing -> new Outcome.Refused("out-of-stock", describe(missing));
            case InventoryApi.Refused refused -> new Outcome.Refused(refused.code(), refused.message());
        });
    }

    private Outcome pin(CheckoutOrder order, StepCall call) {
        return Calls.outcomeOf(() -> switch (inventory.pin(reservation(order), call.notAfter())) {
            case InventoryApi.Held held -> Outcome.Done.done();
            case InventoryApi.Refused refused -> Calls.refusal(refused.code(), refused.message());
        });
    }

    private Outcome commit(CheckoutOrder order, StepCall call) {
        return Calls.outcomeOf(() -> switch (inventory.commit(reservation(order))) {
            case InventoryApi.Committed committed -> Outcome.Done.done();
            case InventoryApi.Refused refused -> new Outcome.Refused(refused.code(), refused.message());
        });
    }

    private Outcome release(CheckoutOrder order, StepCall call) {
        return Calls.outcomeOf(() -> switch (inventory.release(reservation(order))) {
            case InventoryApi.Released released -> Outcome.Done.done();
            case InventoryApi.Refused refused -> new Outcome.Refused(refused.code(), refused.message());
        });
    }

    static ReservationRef reservation(CheckoutOrder order) {
        return ReservationRef.reservation(order.orderId());
    }

    private static String describe(InventoryApi.OutOfStock missing) {
        return missing.items().stream()
                .map(item ->
                        "%s: %d asked for, %d available".formatted(item.itemId(), item.requested(), item.available()))
                .limit(5)
                .collect(Collectors.joining("; "));
    }
}
