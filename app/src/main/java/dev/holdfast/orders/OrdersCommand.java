package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.CreateRequest;
import java.time.Instant;

/// What the lane of this service is asked. Each command carries the trace context of its caller (a W3C
/// `traceparent`, or null), because the lane works on a thread of its own and the events must lead back.
sealed interface OrdersCommand {

    String orderId();

    String traceparent();

    /// @param hash the digest of the request, [dev.holdfast.platform.KeyReusedException] when another one came
    ///     first
    record Create(CreateRequest request, String hash, String traceparent) implements OrdersCommand {
        @Override
        public String orderId() {
            return request.orderId();
        }
    }

    /// Moves an order along the lifecycle to a state other than cancelled.
    ///
    /// @param notAfter not later than this by the database's clock; null: no limit
    record Advance(String orderId, OrderState to, Instant notAfter, String traceparent) implements OrdersCommand {}

    record Cancel(String orderId, String reason, String traceparent) implements OrdersCommand {}

    record CheckoutFailed(String orderId, String userId, String code, String message, String traceparent)
            implements OrdersCommand {}

    /// What the lane answers.
    sealed interface Answer {}

    record Answered(OrdersApi.OrderResult result) implements Answer {}

    /// The order exists, made by another request.
    record Reused() implements Answer {}

    record Noted() implements Answer {}
}
