package dev.holdfast.flows;

import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.payment.PaymentApi;
import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.CaptureRequest;
import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.StepSpec;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;

/// What the flows ask of payment.
final class PaymentSteps {

    private static final Duration TIME_LIMIT = Duration.ofSeconds(30);

    /// Inventory's word for a hold that became a sale.
    private static final String SOLD = "reservation-committed";

    private final Participants services;
    private final PaymentApi payment;

    PaymentSteps(Participants services) {
        this.services = services;
        this.payment = services.payment();
    }

    Consumer<StepSpec<CheckoutOrder>> authorize(String stage) {
        return step -> step.owner(Teams.PAYMENTS, "payment")
                .customerSees(stage)
                .succeedsWhen("the whole amount is authorized on one of the payment methods")
                .failsWhen("every payment method is declined, or the hold lapsed while payment was retried")
                .does(this::authorize)
                .undoneBy(this::undo)
                .compensatedAt(Teams.PAYMENT_SERVICE)
                .within(TIME_LIMIT);
    }

    Consumer<StepSpec<CheckoutOrder>> capture(String stage) {
        return step -> step.owner(Teams.PAYMENTS, "payment")
                .customerSees(stage)
                .succeedsWhen("the authorized amount is captured")
                .failsWhen("the provider refuses the capture for good")
                .does(this::capture)
                .within(TIME_LIMIT);
    }

    Consumer<StepSpec<CheckoutOrder>> charge(String stage) {
        return step -> step.owner(Teams.PAYMENTS, "payment")
                .customerSees(stage)
                .succeedsWhen("the whole amount is captured on one of the payment methods")
                .failsWhen("every payment method is declined")
                .does(this::charge)
                .within(TIME_LIMIT);
    }

    private Outcome authorize(CheckoutOrder order, StepCall call) {
        return authorize(order, call, false);
    }

    private Outcome charge(CheckoutOrder order, StepCall call) {
        return authorize(order, call, true);
    }

    private Outcome capture(CheckoutOrder order, StepCall call) {
        var request = new CaptureRequest(null, order.orderId(), call.key(), null, call.notAfter());
        return Calls.outcomeOf(() -> switch (payment.capture(request)) {
            case PaymentApi.Captured captured -> new Outcome.Done(Map.of("payment_id", captured.paymentId()));
            case PaymentApi.Refused refused -> Calls.refused(refused.code(), refused.message());
        });
    }

    /// Takes back whatever the step's key may have done: voids, or refunds what was captured.
    private Outcome undo(CheckoutOrder order, StepCall call) {
        return Calls.outcomeOf(() -> switch (payment.undo(order.orderId(), call.doKey(), call.key())) {
            case PaymentApi.Undone undone -> Outcome.Done.done();
            case PaymentApi.Refused refused -> Calls.refused(refused.code(), refused.message());
        });
    }

    private Outcome authorize(CheckoutOrder order, StepCall call, boolean capture) {
        return Calls.outcomeOf(() -> {
            var lost = call.attempt() > 0 && !capture ? lost(order) : null;
            if (lost != null) {
                return lost.equals(SOLD) ? new Outcome.Unclear("an attempt of long ago") : turnBack(order, call);
            }
            var request = new AuthorizeRequest(
                    order.orderId(), call.key(), order.total(), order.paymentMethodIds(), capture, call.notAfter());
            return switch (payment.authorize(request)) {
                case PaymentApi.Authorized done ->
                    new Outcome.Done(Map.of("payment_id", done.paymentId(), "provider", done.provider()));
                case PaymentApi.Declined declined -> new Outcome.Refused("payment-declined", declined.message());
                case PaymentApi.Refused refused -> Calls.refused(refused.code(), refused.message());
            };
        });
    }

    /// A payment that is retried must not meet a world that moved on: its hold gets a fresh deadline first.
    ///
    /// A hold that is sold was not lost: then this attempt stood still somewhere, another one went through, and the
    /// checkout with it. Were it taken for lost, a node that wakes long after would give the money back of an order
    /// that is confirmed. Nobody waits for what such an attempt reports.
    ///
    /// @return why the hold is gone, `null` while it is there
    private String lost(CheckoutOrder order) {
        var until = services.clock().instant().plus(services.holdTtl());
        return switch (services.inventory().extend(InventorySteps.reservation(order), until)) {
            case InventoryApi.Held _ -> null;
            case InventoryApi.Refused refused -> refused.code();
        };
    }

    /// The stock went to somebody else while the payment was retried. An earlier attempt may have authorized all
    /// the same, and a refusal clears an unclear step; so the refusal is given only once payment has undone the key
    /// and will refuse it.
    private Outcome turnBack(CheckoutOrder order, StepCall call) {
        return switch (payment.undo(order.orderId(), call.key(), call.key() + ":undo")) {
            case PaymentApi.Undone undone ->
                new Outcome.Refused("reservation-lapsed", "the reservation expired while the payment was retried");
            case PaymentApi.Refused refused -> new Outcome.Unclear(refused.message());
        };
    }
}
