package dev.holdfast.inventory;

import java.util.Locale;

/// The states of a reservation. `HELD` and `PINNED` are live; from there it is committed, released or (`HELD` only)
/// expires, and none of these three is ever left. `REFUSED` holds nothing: it keeps the answer for the repetition,
/// and becomes `RELEASED` by an undo, or held by a new attempt under a new key.
enum Status {
    HELD,
    PINNED,
    COMMITTED,
    RELEASED,
    EXPIRED,
    REFUSED;

    boolean live() {
        return this == HELD || this == PINNED;
    }

    /// As the table and the API have it.
    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Status of(String code) {
        return valueOf(code.toUpperCase(Locale.ROOT));
    }
}
