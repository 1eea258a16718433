package dev.holdfast.flows;

import dev.holdfast.saga.SagaDefinition;

/// The default checkout. Money is taken only once stock is held, the order exists and a label is made; from then on
/// the order is finished, whatever it takes. What each step promises, who owns it and what takes it back stands
/// with the service it calls: [InventorySteps], [PaymentSteps], [OrderSteps], [ShippingSteps].
final class CheckoutFlow {

    static final String NAME = "checkout";

    private CheckoutFlow() {}

    static SagaDefinition<CheckoutOrder> define(Participants services) {
        var inventory = new InventorySteps(services.inventory());
        var payment = new PaymentSteps(services);
        var orders = new OrderSteps(services.orders());
        var shipping = new ShippingSteps(services.shipping());
        return SagaDefinition.named(NAME)
                .version(1)
                .carrying(OrderCodec.INSTANCE)
                .step("reserve-inventory", inventory.reserve(Stages.STARTED))
                .step("authorize-payment", payment.authorize(Stages.PAYMENT_PENDING))
                .step("create-order", orders.createReserved(Stages.PAYMENT_CONFIRMED))
                .step("create-label", shipping.createLabel(Stages.PAYMENT_CONFIRMED))
                .step("pin-reservation", inventory.pin(Stages.SHIPPING_INITIATED))
                .pivot("capture-payment", payment.capture(Stages.SHIPPING_INITIATED))
                .retriable("commit-inventory", inventory.commit(Stages.SHIPPING_INITIATED))
                .retriable("confirm-order", orders.confirm(Stages.SHIPPING_INITIATED))
                .closing(new Closing(services))
                .build();
    }
}
