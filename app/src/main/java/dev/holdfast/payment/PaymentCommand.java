package dev.holdfast.payment;

import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.platform.Money;
import java.time.Duration;
import java.time.Instant;

/// What the lane is asked to write. Each command is one local transaction of one order, and idempotent by the rows
/// it finds.
sealed interface PaymentCommand {

    String orderId();

    /// A command and the trace of who asked (a W3C `traceparent`, or null): the lane works on a thread of its own,
    /// and the events that follow lead back.
    record Asked(PaymentCommand command, String traceparent) {}

    /// Records the intent to authorize, or finds what is on record.
    ///
    /// @param provider asked first
    record Begin(AuthorizeRequest request, String hash, String provider) implements PaymentCommand {
        @Override
        public String orderId() {
            return request.orderId();
        }
    }

    /// Records what a provider answered to an attempt.
    ///
    /// @param goOn how the authorization goes on after a no, or null: nobody waits for it, a repeat will go on
    record Answer(String orderId, String paymentId, Verdict verdict, GoOn goOn) implements PaymentCommand {}

    /// @param firstProvider asked for the next method
    /// @param nextProvider asked when this one cannot be reached, or null: there is none
    record GoOn(AuthorizeRequest request, String firstProvider, String nextProvider) {}

    /// Takes back all that an authorization did or may still do.
    record Undo(String orderId, String authorizeKey) implements PaymentCommand {}

    /// Records the intent of a capture, void or refund, or finds what is on record.
    ///
    /// @param paymentId or null: the order's live authorization
    /// @param amount null: all that is left
    record Open(
            String orderId,
            String paymentId,
            OperationKind kind,
            String key,
            String hash,
            Money amount,
            String reason,
            Instant notAfter)
            implements PaymentCommand {}

    /// Records what the provider answered to an operation.
    record Settle(String orderId, String operationId, PaymentProvider.OperationAnswer answer)
            implements PaymentCommand {}

    /// Takes back the intent of an operation whose call surely never reached the provider.
    record Withdraw(String orderId, String operationId) implements PaymentCommand {}

    /// Lists what an order still has open: undoing that is not finished, and calls without an answer.
    ///
    /// @param age calls younger than this are left to those who make them
    record Chase(String orderId, Duration age) implements PaymentCommand {}

    /// What is known about an attempt.
    sealed interface Verdict {}

    record Yes(String providerId) implements Verdict {}

    record No(String code) implements Verdict {}

    /// This call surely did nothing (another one under the same key may have).
    ///
    /// @param asked the how-manieth caller of the attempt made it
    /// @param alone that caller was alone with the attempt when it went
    record Unreachable(int asked, boolean alone) implements Verdict {}

    /// The provider knew nothing of the key when it was asked.
    ///
    /// @param asOf the database's time before it was asked
    /// @param inFlight a call may still be under way this long after the attempt was given up
    /// @param keyMemory a call that old has certainly ended
    record Unknown(Instant asOf, Duration inFlight, Duration keyMemory) implements Verdict {}
}
