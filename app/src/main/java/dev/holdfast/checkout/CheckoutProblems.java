package dev.holdfast.checkout;

import dev.holdfast.platform.ProblemException;

/// Why a checkout was not accepted, and what the customer's storefront can do about it.
final class CheckoutProblems {

    /// A pause is of minutes, not of moments.
    private static final int PAUSED_RETRY_SECONDS = 30;

    private CheckoutProblems() {}

    static ProblemException empty() {
        return new ProblemException(409, "cart-empty", "Cart empty", "there is nothing in this cart; add something");
    }

    static ProblemException ofAnother() {
        return new ProblemException(
                409, "cart-of-another", "Cart of another customer", "this cart belongs to another customer");
    }

    static ProblemException stillRunning() {
        return new ProblemException(
                409,
                "still-running",
                "Still running",
                "another request for this cart is being accepted right now; send this one again with the same key");
    }

    static ProblemException inProgress(String cartId, String sagaId) {
        return new ProblemException(
                        409,
                        "checkout-in-progress",
                        "Checkout in progress",
                        "cart '" + cartId + "' is being checked out already; follow that checkout at /v1/checkout/"
                                + sagaId)
                .with("saga_id", sagaId);
    }

    static ProblemException ordered(String sagaId) {
        return new ProblemException(
                        409,
                        "cart-already-ordered",
                        "Cart already ordered",
                        "this cart became an order; see /v1/checkout/" + sagaId + ". A new order needs a new cart")
                .with("saga_id", sagaId);
    }

    static ProblemException notWaiting(String sagaId) {
        return new ProblemException(
                409,
                "not-waiting",
                "Not waiting",
                "this checkout does not wait for a payment method, so nothing was recorded; see /v1/checkout/"
                        + sagaId);
    }

    static ProblemException paused(String flow) {
        return new ProblemException(
                        503,
                        "checkout-paused",
                        "Checkout paused",
                        "an operator has paused new checkouts of the flow '" + flow + "'; nothing was recorded and the"
                                + " cart is as it was. Send this request again with the same key: it is taken once"
                                + " the flow is resumed")
                .with("flow", flow)
                .with("retry_after", PAUSED_RETRY_SECONDS);
    }

    static ProblemException orderIdTaken(String orderId) {
        return new ProblemException(
                409,
                "order-id-taken",
                "Order id taken",
                "order id '" + orderId + "' was used by another checkout; choose another, or leave it out");
    }
}
