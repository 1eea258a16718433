package dev.holdfast.flows;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.StepSpec;
import dev.holdfast.shipping.ShippingApi;
import dev.holdfast.shipping.ShippingApi.LabelRequest;
import java.util.Map;
import java.util.function.Consumer;

/// What the flows ask of shipping.
final class ShippingSteps {

    private final ShippingApi shipping;

    ShippingSteps(ShippingApi shipping) {
        this.shipping = shipping;
    }

    Consumer<StepSpec<CheckoutOrder>> createLabel(String stage) {
        return step -> step.owner(Teams.FULFILMENT, "shipping")
                .customerSees(stage)
                .succeedsWhen("one carrier has made a label with a tracking number")
                .failsWhen("every carrier refuses the parcel")
                .does(this::createLabel)
                .undoneBy(this::cancelLabel)
                .compensatedAt(Teams.SHIPPING_SERVICE)
                .within(StepTimes.SHIPPING);
    }

    private Outcome createLabel(CheckoutOrder order, StepCall call) {
        var request = new LabelRequest(
                order.orderId(),
                call.key(),
                order.shippingAddress(),
                null,
                null,
                null,
                order.deliveryPreference(),
                call.notAfter());
        return Calls.outcomeOf(() -> switch (shipping.createLabel(request)) {
            case ShippingApi.Labelled label ->
                new Outcome.Done(Map.of("carrier", label.carrier(), "tracking_number", label.trackingNumber()));
            case ShippingApi.Refused refused -> Calls.refusal(refused.code(), refused.message());
        });
    }

    private Outcome cancelLabel(CheckoutOrder order, StepCall call) {
        return Calls.outcomeOf(() -> switch (shipping.undo(order.orderId(), call.doKey(), call.key())) {
            case ShippingApi.Cancelled cancelled -> Outcome.Done.done();
            case ShippingApi.Refused refused -> new Outcome.Refused(refused.code(), refused.message());
        });
    }
}
