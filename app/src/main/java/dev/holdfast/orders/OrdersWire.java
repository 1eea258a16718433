package dev.holdfast.orders;

import dev.holdfast.orders.OrderBooks.OpenOrder;
import dev.holdfast.orders.OrderBooks.OrderTotals;
import dev.holdfast.orders.OrderBooks.Standing;
import dev.holdfast.orders.OrdersApi.Accepted;
import dev.holdfast.orders.OrdersApi.CreateRequest;
import dev.holdfast.orders.OrdersApi.Order;
import dev.holdfast.orders.OrdersApi.OrderEvent;
import dev.holdfast.orders.OrdersApi.OrderResult;
import dev.holdfast.orders.OrdersApi.Refused;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.Page;
import dev.holdfast.platform.remote.Refusal;
import dev.holdfast.platform.remote.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/// [OrdersApi] and [OrderBooks] as they travel between processes.
final class OrdersWire {

    private static final Duration PAGE = Duration.ofMinutes(1);

    static final Operation<CreateRequest, OrderResult> CREATE = result("create", CreateRequest.class);
    static final Operation<Reserving, OrderResult> RESERVE = result("reserve", Reserving.class);
    static final Operation<String, OrderResult> CONFIRM = result("confirm", String.class);
    static final Operation<Cancelling, OrderResult> CANCEL = result("cancel", Cancelling.class);
    static final Operation<FailedCheckout, Boolean> CHECKOUT_FAILED =
            Operation.of("checkout-failed", FailedCheckout.class, Boolean.class);
    static final Operation<String, Order> FIND = Operation.of("find", String.class, Order.class);
    static final Operation<String, List<OrderEvent>> HISTORY =
            Operation.of("history", String.class, new TypeReference<>() {});
    static final Operation<Listing, List<Order>> LIST = Operation.of("list", Listing.class, new TypeReference<>() {});
    static final Operation<String, Long> BROKEN =
            Operation.<String, Long>of("broken", String.class, Long.class).lasting(Duration.ofMinutes(5));
    static final Operation<Page, List<OpenOrder>> OPEN = Operation.<Page, List<OpenOrder>>of(
                    "open", Page.class, new TypeReference<>() {})
            .lasting(PAGE);
    static final Operation<Page, List<OrderTotals>> TOTALS = Operation.<Page, List<OrderTotals>>of(
                    "totals", Page.class, new TypeReference<>() {})
            .lasting(PAGE);
    static final Operation<List<String>, Map<String, Map<String, Long>>> PIECES =
            Operation.<List<String>, Map<String, Map<String, Long>>>of(
                            "pieces", new TypeReference<>() {}, new TypeReference<>() {})
                    .lasting(PAGE);
    static final Operation<List<String>, Map<String, Standing>> STANDING =
            Operation.<List<String>, Map<String, Standing>>of(
                            "standing", new TypeReference<>() {}, new TypeReference<>() {})
                    .lasting(PAGE);
    static final Operation<String, Map<String, Long>> COUNT_BY_STATUS = Operation.<String, Map<String, Long>>of(
                    "count-by-status", String.class, new TypeReference<>() {})
            .lasting(PAGE);

    private OrdersWire() {}

    record Reserving(String orderId, Instant notAfter) {}

    record Cancelling(String orderId, String reason) {}

    record FailedCheckout(String orderId, String userId, String code, String message) {}

    record Listing(String after, String status, int limit) {}

    static Offer offer(OrdersApi orders, OrderBooks books) {
        return Offer.of(Role.ORDERS)
                .on(CREATE, orders::create)
                .on(RESERVE, asked -> orders.reserve(asked.orderId(), asked.notAfter()))
                .on(CONFIRM, orders::confirm)
                .on(CANCEL, asked -> orders.cancel(asked.orderId(), asked.reason()))
                .on(CHECKOUT_FAILED, asked -> {
                    orders.checkoutFailed(asked.orderId(), asked.userId(), asked.code(), asked.message());
                    return true;
                })
                .on(FIND, id -> orders.find(id).orElse(null))
                .on(HISTORY, orders::history)
                .on(LIST, asked -> orders.list(asked.after(), asked.status(), asked.limit()))
                .on(BROKEN, _ -> books.broken())
                .on(OPEN, page -> books.open(page.after(), page.limit()))
                .on(TOTALS, page -> books.totals(page.after(), page.limit()))
                .on(PIECES, books::pieces)
                .on(STANDING, books::standing)
                .on(COUNT_BY_STATUS, _ -> books.countByStatus());
    }

    private static <Q> Operation<Q, OrderResult> result(String name, Class<Q> asked) {
        return Operation.<Q, OrderResult>of(name, asked, Accepted.class)
                .refusing(OrdersWire::refusal, refusal -> refusal.as(Refused::new));
    }

    private static Refusal refusal(OrderResult result) {
        return switch (result) {
            case Accepted _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }
}
