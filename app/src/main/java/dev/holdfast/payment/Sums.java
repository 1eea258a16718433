package dev.holdfast.payment;

/// What became of an amount, in minor units of its currency. The `-ing` sums are intents recorded before the
/// provider is asked: money under way is spoken for, so two captures or refunds at once can never take it twice.
///
/// @param amount what was asked for
/// @param captured taken, including what was refunded since
/// @param released set free again without being taken
record Sums(long amount, long captured, long capturing, long refunded, long refunding, long released, long releasing) {

    Sums {
        if (captured < 0 || capturing < 0 || refunded < 0 || refunding < 0 || released < 0 || releasing < 0) {
            throw new IllegalArgumentException("a sum is below zero");
        }
        if (refunded + refunding > captured || captured + capturing + released + releasing > amount) {
            throw new IllegalArgumentException("more refunded than captured, or more captured than authorized");
        }
    }

    static Sums untouched(long amount) {
        return new Sums(amount, 0, 0, 0, 0, 0, 0);
    }

    static Sums taken(long amount) {
        return new Sums(amount, amount, 0, 0, 0, 0, 0);
    }

    /// What can still be captured, or voided.
    long free() {
        return amount - captured - capturing - released - releasing;
    }

    /// What can still be refunded.
    long refundable() {
        return captured - refunded - refunding;
    }

    Sums reserve(OperationKind kind, long part) {
        return switch (kind) {
            case CAPTURE -> new Sums(amount, captured, capturing + part, refunded, refunding, released, releasing);
            case VOID -> new Sums(amount, captured, capturing, refunded, refunding, released, releasing + part);
            case REFUND -> new Sums(amount, captured, capturing, refunded, refunding + part, released, releasing);
        };
    }

    Sums settle(OperationKind kind, long part) {
        return switch (kind) {
            case CAPTURE ->
                new Sums(amount, captured + part, capturing - part, refunded, refunding, released, releasing);
            case VOID -> new Sums(amount, captured, capturing, refunded, refunding, released + part, releasing - part);
            case REFUND ->
                new Sums(amount, captured, capturing, refunded + part, refunding - part, released, releasing);
        };
    }

    Sums giveBack(OperationKind kind, long part) {
        return reserve(kind, -part);
    }

    /// The status these sums amount to, once the provider has said yes to the authorization.
    PaymentStatus status() {
        if (captured == 0) {
            return released == amount ? PaymentStatus.VOIDED : PaymentStatus.AUTHORIZED;
        }
        return refunded == captured && captured + released == amount ? PaymentStatus.REFUNDED : PaymentStatus.COMPLETED;
    }
}
