package dev.holdfast.saga.guard;

import java.util.Locale;

/// What is known of one key.
enum KeyState {
    /// Nothing was asked under it, or what was asked surely had no effect.
    NONE,
    /// Begun, without an answer.
    OPEN,
    DONE,
    REFUSED,
    UNDONE;

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static KeyState of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
