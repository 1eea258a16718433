package dev.holdfast.flows;

import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.payment.PaymentApi;
import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.CaptureRequest;
import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.StepSpec;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// What the flows ask of payment.
final class PaymentSteps {

    /// Inventory's word for a hold that became a sale.
    private static final String SOLD = "reservation-committed";

    /// More cards than anybody tries in earnest; whoever tries cards on stolen numbers is stopped here too.
    private static final int OTHER_METHODS = 10;

    private static final String DECLINED = "payment-declined";

    private final Participants services;
    private final PaymentApi payment;
    private final Duration wait;

    PaymentSteps(Participants services) {
        this(services, Duration.ZERO);
    }

    private PaymentSteps(Participants services, Duration wait) {
        this.services = services;
        this.payment = services.payment();
        this.wait = wait;
    }

    /// After a decline the authorization waits for another payment method.
    ///
    /// @param wait how long, each time
    static PaymentSteps asking(Participants services, Duration wait) {
        return new PaymentSteps(services, wait);
    }

    Consumer<StepSpec<CheckoutOrder>> authorize(String stage) {
        return step -> {
            step.owner(Teams.PAYMENTS, "payment")
                    .customerSees(stage)
                    .succeedsWhen("the whole amount is authorized on one of the payment methods")
                    .failsWhen("every payment method is declined, or the hold lapsed while payment was retried")
                    .does(this::authorize)
                    .undoneBy(this::undo)
                    .compensatedAt(Teams.PAYMENT_SERVICE)
                    .within(wait.isPositive() ? StepTimes.PAYMENT_ASKING : StepTimes.PAYMENT);
            if (wait.isPositive()) {
                step.asksFor(Flows.PAYMENT_METHOD, wait, OTHER_METHODS, DECLINED);
            }
        };
    }

    Consumer<StepSpec<CheckoutOrder>> capture(String stage) {
        return step -> step.owner(Teams.PAYMENTS, "payment")
                .customerSees(stage)
                .succeedsWhen("the authorized amount is captured")
                .failsWhen("the provider refuses the capture for good")
                .does(this::capture)
                .within(StepTimes.PAYMENT);
    }

    Consumer<StepSpec<CheckoutOrder>> charge(String stage) {
        return step -> step.owner(Teams.PAYMENTS, "payment")
                .customerSees(stage)
                .succeedsWhen("the whole amount is captured on one of the payment methods")
                .failsWhen("every payment method is declined")
                .does(this::charge)
                .within(StepTimes.PAYMENT);
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
            case PaymentApi.Refused refused -> Calls.refusal(refused.code(), refused.message());
        });
    }

    /// Takes back whatever the step's key may have done, with whatever payment method: voids, or refunds what was
    /// captured. Payment undoes a key together with all its generations, and refuses those that come later.
    private Outcome undo(CheckoutOrder order, StepCall call) {
        return Calls.outcomeOf(() -> switch (payment.undo(order.orderId(), call.doKey(), call.key())) {
            case PaymentApi.Undone undone -> Outcome.Done.done();
            case PaymentApi.Refused refused -> new Outcome.Refused(refused.code(), refused.message());
        });
    }

    private Outcome authorize(CheckoutOrder order, StepCall call, boolean capture) {
        return Calls.outcomeOf(() -> {
            var lost = capture || !call.repeated() ? null : lost(order, services.holdTtl());
            if (lost != null) {
                return lost.equals(SOLD) ? ofLongAgo() : turnBack(order, call);
            }
            var methods = methods(order, call);
            var request =
                    new AuthorizeRequest(order.orderId(), call.key(), order.total(), methods, capture, call.notAfter());
            return switch (payment.authorize(request)) {
                case PaymentApi.Authorized done -> new Outcome.Done(facts(done, methods, call));
                case PaymentApi.Declined declined -> declined(order, declined);
                case PaymentApi.Refused refused -> Calls.refusal(refused.code(), refused.message());
            };
        });
    }

    /// Those the customer came with; after a decline the one that was sent since. The same on every attempt under
    /// the same key.
    private static List<String> methods(CheckoutOrder order, StepCall call) {
        return call.generation() == 0
                ? order.paymentMethodIds()
                : List.of(call.signals().get(Flows.PAYMENT_METHOD));
    }

    /// A method that was not there at the beginning is told to the steps behind: the order names it.
    private static Map<String, String> facts(PaymentApi.Authorized done, List<String> methods, StepCall call) {
        var facts = new HashMap<>(Map.of("payment_id", done.paymentId(), "provider", done.provider()));
        if (call.generation() > 0) {
            facts.put("payment_method", methods.getFirst());
        }
        return facts;
    }

    /// Who is asked for another payment method keeps what is held as long as that is waited for, and as long as an
    /// attempt at the last moment takes. The hold is extended before the wait is recorded: died in between, the
    /// attempt is repeated, payment says the same again, and the hold is extended again.
    private Outcome declined(CheckoutOrder order, PaymentApi.Declined declined) {
        var lost = wait.isPositive() ? lost(order, wait.plus(services.holdTtl())) : null;
        if (lost != null) {
            return lost.equals(SOLD)
                    ? ofLongAgo()
                    : new Outcome.Refused(
                            "reservation-lapsed", "the reservation expired while the payment was declined");
        }
        return new Outcome.Refused(DECLINED, declined.message());
    }

    private static Outcome ofLongAgo() {
        return new Outcome.Unclear("an attempt of long ago");
    }

    /// A payment that is retried must not meet a world that moved on: its hold gets a fresh deadline first.
    ///
    /// A hold that is sold was not lost: then this attempt stood still somewhere, another one went through, and the
    /// checkout with it. Were it taken for lost, a node that wakes long after would give the money back of an order
    /// that is confirmed. Nobody waits for what such an attempt reports.
    ///
    /// @return why the hold is gone, `null` while it is there
    private String lost(CheckoutOrder order, Duration ttl) {
        var until = services.clock().instant().plus(ttl);
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
