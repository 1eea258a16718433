package dev.holdfast.payment;

import dev.holdfast.platform.Money;
import java.time.Instant;
import java.util.Locale;

/// A capture, void or refund: recorded before the provider is asked, answered after.
///
/// @param key the caller's idempotency key, or one of ours for what undoing opens
/// @param requestHash tells a repeat from another request under the same key
/// @param reason why, for refunds; may be null
/// @param asked callers that went to the provider with it
/// @param providerRef the provider's id of what it did, or null
/// @param declineCode why the provider refused, or null
record Operation(
        String operationId,
        String paymentId,
        String orderId,
        OperationKind kind,
        String key,
        String requestHash,
        Money amount,
        String reason,
        State state,
        int asked,
        String providerRef,
        String declineCode,
        Instant createdAt,
        Instant completedAt) {

    /// Where an operation stands: asked at the provider, or answered.
    enum State {
        PENDING,
        DONE,
        REFUSED;

        String code() {
            return name().toLowerCase(Locale.ROOT);
        }

        static State of(String code) {
            return valueOf(code.toUpperCase(Locale.ROOT));
        }
    }

    boolean pending() {
        return state == State.PENDING;
    }

    /// The key the provider is asked under. Callers' keys are visible characters without a space, so keys with one
    /// are ours alone and never meet a key of an authorization or of another kind of operation.
    String providerKey() {
        return key + " " + kind.code();
    }

    Operation askedAgain() {
        return new Operation(
                operationId,
                paymentId,
                orderId,
                kind,
                key,
                requestHash,
                amount,
                reason,
                state,
                asked + 1,
                null,
                null,
                createdAt,
                null);
    }

    Operation done(String ref, Instant at) {
        return answered(State.DONE, ref, null, at);
    }

    Operation refused(String code, Instant at) {
        return answered(State.REFUSED, null, code, at);
    }

    private Operation answered(State answer, String ref, String code, Instant at) {
        return new Operation(
                operationId,
                paymentId,
                orderId,
                kind,
                key,
                requestHash,
                amount,
                reason,
                answer,
                asked,
                ref,
                code,
                createdAt,
                at);
    }
}
