package dev.holdfast.payment;

import dev.holdfast.platform.Money;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Money. Two layers of idempotency: the own table first, then the provider's key. The intent is recorded before a
/// provider is called, the answer after; a provider is never called inside a transaction.
///
/// Every call may throw, besides what is said there: [dev.holdfast.platform.EffectUnclearException] (the provider
/// did not answer: repeat under the same key), [dev.holdfast.platform.NoEffectException] (surely nothing happened),
/// a `GroupCommitException`, [dev.holdfast.platform.KeyReusedException] (the key came with another request).
public interface PaymentApi {

    /// Authorizes the amount on the first payment method that takes it; the n-th method or provider has the key
    /// `{key}:{n}` and a row of its own, and is asked only after a definite no of the one before. With `capture`
    /// the money is taken at once.
    AuthorizeResult authorize(AuthorizeRequest request);

    /// Takes authorized money.
    CaptureResult capture(CaptureRequest request);

    /// Undoes all that `authorizeKey` may have done: voids what is authorized, refunds what is captured, finds out
    /// first about an open provider call, and refuses the authorization should it arrive later. Of nothing, and
    /// twice: succeeds.
    ///
    /// [Undone] says that no money of it is known to be left: `voided`, `refunded` or `failed`; or `pending`, when
    /// the provider has not heard of the call and it may still arrive. What it then sets aside or takes goes back
    /// without anybody asking again. With money that is known and not back yet, the undo is refused (the provider
    /// said no) or unclear.
    ///
    /// @param orderId whose payment
    /// @param authorizeKey the key of the authorize to undo
    /// @param key the key of this undo; the undo is idempotent by `authorizeKey`, whose row it marks for good
    UndoResult undo(String orderId, String authorizeKey, String key);

    /// Voids one payment (`POST /v1/payments/{id}/void`).
    UndoResult cancel(String paymentId, String key);

    /// Gives captured money back, in part or whole.
    RefundResult refund(RefundRequest request);

    Optional<PaymentView> find(String paymentId);

    /// @param key idempotency key, ≤ 255 characters
    /// @param paymentMethodIds one or more, tried in order
    /// @param capture authorize and capture in one provider call (a charge)
    /// @param notAfter refused later than this by the database's clock; null: no limit
    record AuthorizeRequest(
            String orderId,
            String key,
            Money amount,
            List<String> paymentMethodIds,
            boolean capture,
            Instant notAfter) {}

    /// @param paymentId the payment, or null: the order's live authorization
    /// @param orderId the order, or null when `paymentId` is given
    /// @param amount null: all that is authorized and not captured
    record CaptureRequest(String paymentId, String orderId, String key, Money amount, Instant notAfter) {}

    /// @param amount null: all that is captured and not refunded
    record RefundRequest(String paymentId, String key, Money amount, String reason) {}

    sealed interface AuthorizeResult permits Authorized, Declined, Refused {}

    sealed interface CaptureResult permits Captured, Refused {}

    sealed interface UndoResult permits Undone, Refused {}

    sealed interface RefundResult permits Refunded, Refused {}

    /// @param status `authorized`, or `completed` when captured at once
    record Authorized(String paymentId, String status, String provider, String providerId) implements AuthorizeResult {}

    /// Every method was declined; the code is the last one's.
    record Declined(String declineCode, String message) implements AuthorizeResult {}

    record Captured(String paymentId, Money captured, String providerId) implements CaptureResult {}

    /// `paymentId` is null when there was nothing to undo.
    record Undone(String paymentId, String status) implements UndoResult {}

    record Refunded(String refundId, String paymentId, Money amount, String status) implements RefundResult {}

    /// The code of an authorization under the key of another order's.
    String KEY_OF_ANOTHER_ORDER = "key-of-another-order";

    /// Codes: `payment-undone` (an undo came before), `key-of-another-order`, `order-already-paid` (the order has a
    /// live payment under another key), `too-late` (past `not_after`), `not-authorized` (nothing to capture),
    /// `amount-too-large`, `currency-mismatch`, `not-captured` (nothing to refund), `already-captured` (nothing to
    /// void: refund), `operation-open` (a capture or void is under way), `not-found`, and what the provider
    /// refused: `capture-declined`, `void-declined`, `refund-declined`.
    record Refused(String code, String message) implements AuthorizeResult, CaptureResult, UndoResult, RefundResult {}

    /// @param status pending, authorized, completed, voided, failed, refunded
    record PaymentView(
            String paymentId,
            String orderId,
            String status,
            Money amount,
            Money captured,
            Money refunded,
            String provider,
            String providerId,
            Instant createdAt,
            Instant completedAt) {}
}
