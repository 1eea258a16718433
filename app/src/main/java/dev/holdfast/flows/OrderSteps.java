package dev.holdfast.flows;

import dev.holdfast.orders.OrdersApi;
import dev.holdfast.orders.OrdersApi.CreateRequest;
import dev.holdfast.orders.OrdersApi.OrderResult;
import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.StepSpec;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What the flows ask of orders.
final class OrderSteps {

    private final OrdersApi orders;

    OrderSteps(OrdersApi orders) {
        this.orders = orders;
    }

    Consumer<StepSpec<CheckoutOrder>> createReserved(String stage) {
        return step -> step.owner(Teams.ORDERING, "orders")
                .customerSees(stage)
                .succeedsWhen("the order is written as created and reserved")
                .failsWhen("the order id was cancelled before")
                .does(this::createReserved)
                .undoneBy(this::cancel)
                .compensatedAt(Teams.ORDER_SERVICE)
                .within(StepTimes.ORDERS);
    }

    Consumer<StepSpec<CheckoutOrder>> create(String stage) {
        return step -> step.owner(Teams.ORDERING, "orders")
                .customerSees(stage)
                .succeedsWhen("the order is written as created")
                .failsWhen("the order id was cancelled before")
                .does(this::create)
                .undoneBy(this::cancel)
                .compensatedAt(Teams.ORDER_SERVICE)
                .within(StepTimes.ORDERS);
    }

    Consumer<StepSpec<CheckoutOrder>> reserve(String stage) {
        return step -> step.owner(Teams.ORDERING, "orders")
                .customerSees(stage)
                .succeedsWhen("the order is written as reserved")
                .failsWhen("the order was cancelled meanwhile")
                .does(this::reserve)
                .needsNoUndo("undone with the order itself, by create-order")
                .within(StepTimes.ORDERS);
    }

    Consumer<StepSpec<CheckoutOrder>> confirm(String stage) {
        return step -> step.owner(Teams.ORDERING, "orders")
                .customerSees(stage)
                .succeedsWhen("the order is confirmed")
                .failsWhen("never: repeated until it succeeds")
                .does(this::confirm)
                .within(StepTimes.ORDERS);
    }

    /// Where the stock is held already: created and reserved at once.
    private Outcome createReserved(CheckoutOrder order, StepCall call) {
        return outcomeOf(() -> orders.create(requestOf(order, call, true)));
    }

    private Outcome create(CheckoutOrder order, StepCall call) {
        return outcomeOf(() -> orders.create(requestOf(order, call, false)));
    }

    private Outcome reserve(CheckoutOrder order, StepCall call) {
        return outcomeOf(() -> orders.reserve(order.orderId(), call.notAfter()));
    }

    private Outcome confirm(CheckoutOrder order, StepCall call) {
        return outcomeAtAnyTime(() -> orders.confirm(order.orderId()));
    }

    private Outcome cancel(CheckoutOrder order, StepCall call) {
        return outcomeAtAnyTime(() -> orders.cancel(order.orderId(), "the checkout was turned back"));
    }

    private static CreateRequest requestOf(CheckoutOrder order, StepCall call, boolean reserved) {
        return new CreateRequest(
                order.orderId(),
                order.userId(),
                call.key(),
                order.lines(),
                order.total(),
                order.shippingAddress(),
                call.facts()
                        .getOrDefault(
                                "authorize-payment.payment_method",
                                order.paymentMethodIds().getFirst()),
                reserved,
                call.notAfter());
    }

    /// Of what has no deadline: nothing can be late there.
    private static Outcome outcomeAtAnyTime(Supplier<OrderResult> call) {
        return Calls.outcomeOf(() -> switch (call.get()) {
            case OrdersApi.Accepted accepted -> Outcome.Done.done();
            case OrdersApi.Refused refused -> new Outcome.Refused(refused.code(), refused.message());
        });
    }

    private static Outcome outcomeOf(Supplier<OrderResult> call) {
        return Calls.outcomeOf(() -> switch (call.get()) {
            case OrdersApi.Accepted accepted -> Outcome.Done.done();
            case OrdersApi.Refused refused -> Calls.refusal(refused.code(), refused.message());
        });
    }
}
