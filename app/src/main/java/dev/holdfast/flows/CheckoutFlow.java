package dev.holdfast.flows;

import dev.holdfast.saga.SagaDefinition;
import java.time.Duration;

/// The default checkout. Money is taken only once stock is held, the order exists and a label is made; from then on
/// the order is finished, whatever it takes. What each step promises, who owns it and what takes it back stands
/// with the service it calls: [InventorySteps], [PaymentSteps], [OrderSteps], [ShippingSteps].
final class CheckoutFlow {

    static final String NAME = "checkout";

    private CheckoutFlow() {}

    /// A decline ends the checkout.
    static SagaDefinition<CheckoutOrder> define(Participants services) {
        return define(1, services, new PaymentSteps(services));
    }

    /// A decline waits for another payment method first. A version of its own, because it does something else at
    /// the same step; both stay registered, so a checkout goes on as it began whatever the setting says meanwhile.
    static SagaDefinition<CheckoutOrder> asking(Participants services, Duration wait) {
        return define(2, services, PaymentSteps.asking(services, wait));
    }

    private static SagaDefinition<CheckoutOrder> define(int version, Participants services, PaymentSteps payment) {
        var inventory = new InventorySteps(services.inventory());
        var orders = new OrderSteps(services.orders());
        var shipping = new ShippingSteps(services.shipping());
        return SagaDefinition.named(NAME)
                .version(version)
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
