package dev.holdfast.orders;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.orders.OrdersCommand.Advance;
import dev.holdfast.orders.OrdersCommand.Answer;
import dev.holdfast.orders.OrdersCommand.Answered;
import dev.holdfast.orders.OrdersCommand.Cancel;
import dev.holdfast.orders.OrdersCommand.CheckoutFailed;
import dev.holdfast.orders.OrdersCommand.Create;
import dev.holdfast.orders.OrdersCommand.Noted;
import dev.holdfast.orders.OrdersCommand.Reused;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.Trace;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Orders as the rest of the system sees them: every write goes through the one lane, reads go past it.
final class Orders implements OrdersApi {

    private static final int LONGEST_ID = 64;
    private static final int MOST_LINES = 2_000;
    private static final int MOST_PIECES = 1_000_000;
    private static final int LONGEST_REASON = 500;

    private final GroupCommit<OrdersCommand, Answer> lane;
    private final OrderReads reads;

    Orders(GroupCommit<OrdersCommand, Answer> lane, OrderReads reads) {
        this.lane = lane;
        this.reads = reads;
    }

    @Override
    public OrderResult create(CreateRequest request) {
        check(request);
        return answered(
                request.orderId(), lane.submit(new Create(request, digest(request), Trace.currentTraceparent())));
    }

    @Override
    public OrderResult reserve(String orderId, Instant notAfter) {
        return answered(orderId, advance(orderId, OrderState.RESERVED, notAfter));
    }

    @Override
    public OrderResult confirm(String orderId) {
        return answered(orderId, advance(orderId, OrderState.CONFIRMED, null));
    }

    @Override
    public OrderResult cancel(String orderId, String reason) {
        return answered(
                orderId, lane.submit(new Cancel(checked(orderId), shortened(reason), Trace.currentTraceparent())));
    }

    @Override
    public void checkoutFailed(String orderId, String userId, String code, String message) {
        Objects.requireNonNull(code, "code");
        var trace = Trace.currentTraceparent();
        lane.submit(new CheckoutFailed(checked(orderId), userId, code, shortened(message), trace));
    }

    @Override
    public Optional<Order> find(String orderId) {
        return reads.find(orderId);
    }

    @Override
    public List<OrderEvent> history(String orderId) {
        return reads.history(orderId);
    }

    @Override
    public List<Order> list(String after, String status, int limit) {
        if (limit < 1 || limit > 200) {
            throw new IllegalArgumentException("limit must be 1 to 200, not " + limit);
        }
        return reads.list(after, status == null ? null : OrderState.of(status), limit);
    }

    private Answer advance(String orderId, OrderState to, Instant notAfter) {
        return lane.submit(new Advance(checked(orderId), to, notAfter, Trace.currentTraceparent()));
    }

    /// The deadline is no part of what is asked: it moves with every attempt, and a repeated request must be
    /// recognised.
    private static String digest(CreateRequest request) {
        return IdempotencyKey.digest(new CreateRequest(
                request.orderId(),
                request.userId(),
                request.key(),
                request.lines(),
                request.total(),
                request.shippingAddress(),
                request.paymentMethod(),
                request.reserved(),
                null));
    }

    private static OrderResult answered(String orderId, Answer answer) {
        return switch (answer) {
            case Answered(OrderResult result) -> result;
            case Reused() -> throw new KeyReusedException(orderId);
            case Noted() -> throw new IllegalStateException("the lane answered a question that was not asked");
        };
    }

    private static String checked(String orderId) {
        if (orderId == null || orderId.isBlank() || orderId.length() > LONGEST_ID) {
            throw new IllegalArgumentException("an order id is 1 to 64 characters, not '" + orderId + "'");
        }
        return orderId;
    }

    /// Nonsense is refused before it is recorded: a total that is not the sum of its lines would be charged.
    private static void check(CreateRequest request) {
        checked(request.orderId());
        Objects.requireNonNull(request.key(), "key");
        var lines = request.lines();
        if (lines == null || lines.isEmpty() || lines.size() > MOST_LINES) {
            throw new IllegalArgumentException(
                    "an order has 1 to 2,000 lines, not " + (lines == null ? "none" : lines.size()));
        }
        var sum = new Money(0, request.total().currency());
        for (var line : lines) {
            if (line.quantity() < 1
                    || line.quantity() > MOST_PIECES
                    || line.unitPrice().amount() < 0) {
                throw new IllegalArgumentException(
                        "a line has 1 to 1,000,000 pieces at a price of 0 or more, not " + line);
            }
            sum = sum.plus(line.unitPrice().times(line.quantity()));
        }
        if (!sum.equals(request.total())) {
            throw new IllegalArgumentException(
                    "the lines of order '" + request.orderId() + "' sum up to " + sum + ", not to " + request.total());
        }
    }

    /// A reason is for people; a long one must never keep an undo from happening.
    private static String shortened(String reason) {
        return reason == null || reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON);
    }
}
