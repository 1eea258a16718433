package dev.holdfast.payment;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/// The life of one payment row.
enum PaymentStatus {
    /// The provider is being asked; whether it did anything is not known.
    PENDING,
    /// Money is set aside at the provider, nothing is taken.
    AUTHORIZED,
    /// Some or all of it is taken.
    COMPLETED,
    /// Nothing is set aside any more and nothing was taken.
    VOIDED,
    /// The provider said no, or was surely not reached.
    FAILED,
    /// All that was taken was given back and nothing is set aside any more.
    REFUNDED;

    /// The transition table. A closed row becomes live again only when the provider's yes arrives after we had
    /// given up on it; such a row is undone at once. It becomes pending again when its provider was not reached and
    /// the request is repeated.
    Set<PaymentStatus> next() {
        return switch (this) {
            case PENDING -> EnumSet.of(AUTHORIZED, COMPLETED, VOIDED, FAILED);
            case AUTHORIZED -> EnumSet.of(COMPLETED, VOIDED);
            case COMPLETED -> EnumSet.of(REFUNDED);
            case VOIDED -> EnumSet.of(AUTHORIZED, COMPLETED);
            case FAILED -> EnumSet.of(PENDING, AUTHORIZED, COMPLETED);
            case REFUNDED -> EnumSet.noneOf(PaymentStatus.class);
        };
    }

    /// As the table and the answers spell it.
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PaymentStatus of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
