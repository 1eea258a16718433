package dev.holdfast.flows;

import dev.holdfast.saga.SagaDefinition;

/// The order is there from the first moment: it is created, its stock held, its payment charged at once. No label
/// is made: the parcel is somebody else's business later. While payment is retried the order stays reserved.
final class OrderFirstFlow {

    static final String NAME = "order-first";

    private OrderFirstFlow() {}

    static SagaDefinition<CheckoutOrder> define(Participants services) {
        var inventory = new InventorySteps(services.inventory());
        var payment = new PaymentSteps(services);
        var orders = new OrderSteps(services.orders());
        return SagaDefinition.named(NAME)
                .version(1)
                .carrying(OrderCodec.INSTANCE)
                .step("create-order", orders.create(Stages.STARTED))
                .step("reserve-inventory", inventory.reserve(Stages.STARTED))
                .step("reserve-order", orders.reserve(Stages.INVENTORY_RESERVED))
                .step("pin-reservation", inventory.pinUndoneWithHold(Stages.INVENTORY_RESERVED))
                .pivot("charge-payment", payment.charge(Stages.PAYMENT_PENDING))
                .retriable("commit-inventory", inventory.commit(Stages.PAYMENT_CONFIRMED))
                .retriable("confirm-order", orders.confirm(Stages.PAYMENT_CONFIRMED))
                .closing(new Closing(services))
                .build();
    }
}
