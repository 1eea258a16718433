package dev.holdfast.payment;

import java.util.Locale;

/// What is done with authorized money.
enum OperationKind {
    CAPTURE,
    VOID,
    REFUND;

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static OperationKind of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
