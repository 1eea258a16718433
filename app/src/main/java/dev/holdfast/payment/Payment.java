package dev.holdfast.payment;

import dev.holdfast.platform.Money;
import java.time.Instant;

/// One row of `payment.payments`: one attempt to get an order's money from one method at one provider.
///
/// @param ordinal the how-manieth row of its order; row 1 is the order's lock and counts its events
/// @param amount null for a tombstone
/// @param takesAtOnce a charge: authorized and captured in one provider call
record Payment(
        String paymentId,
        String orderId,
        int ordinal,
        Attempt attempt,
        String requestHash,
        Money amount,
        boolean takesAtOnce,
        Sums sums,
        Standing standing,
        Instant createdAt) {

    /// @param key the row's idempotency key, which is also the provider's
    /// @param authorizationKey the key of the whole authorization
    /// @param number 1 for the first row of the authorization
    /// @param methodNo which of the request's methods, from 1
    /// @param methodCount how many methods the request has
    record Attempt(
            String key,
            String authorizationKey,
            int number,
            int methodNo,
            int methodCount,
            String method,
            String provider) {}

    /// @param undoneAt since when all money of this row is to go back; null: it is not
    /// @param undoCount operations opened by undoing
    /// @param asked callers that went to the provider with this row
    /// @param eventSeq the last event's number, counted on row 1 of the order
    record Standing(
            PaymentStatus status,
            String providerId,
            String declineCode,
            Instant undoneAt,
            int undoCount,
            int asked,
            long eventSeq,
            Instant completedAt) {}

    PaymentStatus status() {
        return standing.status();
    }

    boolean undone() {
        return standing.undoneAt() != null;
    }

    boolean tombstone() {
        return amount == null;
    }

    /// Money is set aside or taken, and not given back.
    boolean live() {
        return status() == PaymentStatus.AUTHORIZED || status() == PaymentStatus.COMPLETED;
    }

    /// The provider is being asked, or there is money left to capture.
    boolean goesOn() {
        return status() == PaymentStatus.PENDING || live() && sums.captured() + sums.released() < sums.amount();
    }

    Money money(long minor) {
        return new Money(minor, amount.currency());
    }

    Payment approved(String providerId, Instant at) {
        var now = takesAtOnce ? Sums.taken(sums.amount()) : sums;
        return with(now).with(to(now.status(), providerId, null, takesAtOnce ? at : null));
    }

    Payment failed(String code, Instant at) {
        return with(to(PaymentStatus.FAILED, null, code, at));
    }

    /// The provider was surely not reached, and one caller asks it again. The count goes on, so that an answer to
    /// the caller before, should it be recorded once more, is not taken for this one's.
    Payment reopened() {
        return with(to(PaymentStatus.PENDING, null, null, null)).askedAgain();
    }

    /// Closed without the provider ever having set anything aside.
    Payment voided(Instant at) {
        return with(to(PaymentStatus.VOIDED, null, null, at));
    }

    Payment reserve(OperationKind kind, long part) {
        return with(sums.reserve(kind, part));
    }

    Payment giveBack(OperationKind kind, long part) {
        return with(sums.giveBack(kind, part));
    }

    Payment settle(OperationKind kind, long part, Instant at) {
        var now = sums.settle(kind, part);
        var closedAt = standing.completedAt() == null && now.status() != PaymentStatus.AUTHORIZED
                ? at
                : standing.completedAt();
        return with(now).with(to(now.status(), standing.providerId(), null, closedAt));
    }

    Payment undone(Instant at) {
        return undone()
                ? this
                : with(new Standing(
                        standing.status(),
                        standing.providerId(),
                        standing.declineCode(),
                        at,
                        standing.undoCount(),
                        standing.asked(),
                        standing.eventSeq(),
                        standing.completedAt()));
    }

    Payment counting(int undoCount, int asked, long eventSeq) {
        return with(new Standing(
                standing.status(),
                standing.providerId(),
                standing.declineCode(),
                standing.undoneAt(),
                undoCount,
                asked,
                eventSeq,
                standing.completedAt()));
    }

    Payment askedAgain() {
        return counting(standing.undoCount(), standing.asked() + 1, standing.eventSeq());
    }

    /// As the database has it from this time on. A tombstone is undone by the database's clock.
    Payment recorded(Instant at) {
        var now = tombstone() ? undone(at) : this;
        return new Payment(
                paymentId, orderId, ordinal, attempt, requestHash, amount, takesAtOnce, sums, now.standing(), at);
    }

    private Standing to(PaymentStatus next, String providerId, String code, Instant completedAt) {
        if (next != status() && !status().next().contains(next)) {
            throw new IllegalStateException("payment " + paymentId + " cannot go from " + status() + " to " + next);
        }
        return new Standing(
                next,
                providerId,
                code,
                standing.undoneAt(),
                standing.undoCount(),
                standing.asked(),
                standing.eventSeq(),
                completedAt);
    }

    private Payment with(Sums now) {
        return new Payment(
                paymentId, orderId, ordinal, attempt, requestHash, amount, takesAtOnce, now, standing, createdAt);
    }

    private Payment with(Standing now) {
        return new Payment(
                paymentId, orderId, ordinal, attempt, requestHash, amount, takesAtOnce, sums, now, createdAt);
    }
}
