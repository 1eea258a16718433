package dev.holdfast.orders;

import dev.holdfast.platform.Address;
import dev.holdfast.platform.Money;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Orders and their lifecycle: created → reserved → confirmed → shipped → delivered → refund_pending → refunded,
/// and cancelled from created, reserved and confirmed. Each transition is a row of `order_events` in the same
/// transaction.
///
/// Calls may throw a `GroupCommitException` and [dev.holdfast.platform.KeyReusedException].
public interface OrdersApi {

    /// Creates the order. With `reserved` it is written as created and reserved in one transaction (its stock is
    /// held already). The order row is the guard: the same order again answers its state; after an undo it is
    /// refused.
    ///
    /// @throws dev.holdfast.platform.KeyReusedException the key came with another request
    OrderResult create(CreateRequest request);

    /// created → reserved. Again: the same answer, however late.
    ///
    /// @param notAfter refused (`too-late`) later than this by the database's clock; null: no limit
    OrderResult reserve(String orderId, Instant notAfter);

    /// reserved → confirmed. Again: the same answer. Without a deadline: whoever confirms has been paid, and what
    /// is never undone is welcome at any time.
    OrderResult confirm(String orderId);

    /// created, reserved or confirmed → cancelled. Of an order that is not there: records a tombstone, so that a
    /// create that arrives later is refused.
    OrderResult cancel(String orderId, String reason);

    /// Tells that a checkout ended without an order: the event CheckoutFailed, once per order id. Does nothing when
    /// the order exists (its own OrderCancelled tells it).
    void checkoutFailed(String orderId, String userId, String code, String message);

    Optional<Order> find(String orderId);

    List<OrderEvent> history(String orderId);

    /// @param after the last order id of the page before, or null
    /// @param status or null: all
    /// @param limit 1 to 200
    List<Order> list(String after, String status, int limit);

    /// @param userId null for a guest
    /// @param total the sum of the lines
    /// @param notAfter refused later than this by the database's clock; null: no limit
    record CreateRequest(
            String orderId,
            String userId,
            String key,
            List<OrderLine> lines,
            Money total,
            Address shippingAddress,
            String paymentMethod,
            boolean reserved,
            Instant notAfter) {}

    /// @param unitPrice per piece, in the order's currency
    record OrderLine(String productId, String name, int quantity, Money unitPrice) {}

    sealed interface OrderResult permits Accepted, Refused {}

    /// @param status the order's state now
    record Accepted(String orderId, String status) implements OrderResult {}

    /// Codes: `order-cancelled` (an undo came before), `order-id-taken` (the order exists, made under another key),
    /// `invalid-transition`, `too-late`, `not-found`.
    record Refused(String code, String message) implements OrderResult {}

    record Order(
            String orderId,
            String userId,
            String status,
            Money total,
            Address shippingAddress,
            String paymentMethod,
            List<OrderLine> items,
            Instant createdAt,
            Instant updatedAt) {}

    /// @param fromState null for the first
    record OrderEvent(String eventId, String eventType, String fromState, String toState, Instant createdAt) {}
}
