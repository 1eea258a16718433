package dev.holdfast.flows;

import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.StepSpec;
import java.util.function.Consumer;

/// The order is there from the first moment: it is created, its stock held, its payment charged at once. No label
/// is made: the parcel is somebody else's business later. While payment is retried the order stays reserved.
final class OrderFirstFlow {

    static final String NAME = "order-first";

    private OrderFirstFlow() {}

    /// Undoing the pin is undoing the hold, which comes next here.
    static SagaDefinition<CheckoutOrder> define(Participants services) {
        var inventory = new InventorySteps(services.inventory());
        return define(2, services, inventory, inventory.pinUndoneWithHold(Stages.INVENTORY_RESERVED));
    }

    /// Released the stock twice when it turned back. No new checkout takes it; those that did go on with it.
    static SagaDefinition<CheckoutOrder> defineFirst(Participants services) {
        var inventory = new InventorySteps(services.inventory());
        return define(1, services, inventory, inventory.pin(Stages.INVENTORY_RESERVED));
    }

    private static SagaDefinition<CheckoutOrder> define(
            int version, Participants services, InventorySteps inventory, Consumer<StepSpec<CheckoutOrder>> pin) {
        var payment = new PaymentSteps(services);
        var orders = new OrderSteps(services.orders());
        return SagaDefinition.named(NAME)
                .version(version)
                .carrying(OrderCodec.INSTANCE)
                .step("create-order", orders.create(Stages.STARTED))
                .step("reserve-inventory", inventory.reserve(Stages.STARTED))
                .step("reserve-order", orders.reserve(Stages.INVENTORY_RESERVED))
                .step("pin-reservation", pin)
                .pivot("charge-payment", payment.charge(Stages.PAYMENT_PENDING))
                .retriable("commit-inventory", inventory.commit(Stages.PAYMENT_CONFIRMED))
                .retriable("confirm-order", orders.confirm(Stages.PAYMENT_CONFIRMED))
                .closing(new Closing(services))
                .build();
    }
}
