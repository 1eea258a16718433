package dev.holdfast.inventory;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

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

    private static final Map<String, Status> BY_CODE =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(Status::code, Function.identity()));

    private final String code = name().toLowerCase(Locale.ROOT);

    boolean live() {
        return this == HELD || this == PINNED;
    }

    /// As the table and the API have it.
    String code() {
        return code;
    }

    static Status of(String code) {
        var status = BY_CODE.get(code);
        if (status == null) {
            throw new IllegalArgumentException("no status of a reservation: '" + code + "'");
        }
        return status;
    }
}
