package dev.holdfast.inventory;

import java.util.Locale;

/// What a movement of stock does to the counters, per piece. The whole arithmetic of stock is this table: the
/// counters are kept by it, and rebuilt from the ledger by it.
enum Kind {
    RECEIVED(1, 0, 0),
    HELD(-1, 1, 0),
    RELEASED(1, -1, 0),
    EXPIRED(1, -1, 0),
    COMMITTED(0, -1, 1),
    /// The parcel left. It moves nothing: the pieces were taken out of `available` when they were held.
    SHIPPED(0, 0, 0),
    /// Adds to what is available and leaves `committed`, which says what was ever made final.
    RETURNED(1, 0, 0),
    /// The only kind whose quantity may be negative.
    CORRECTED(1, 0, 0);

    final int available;
    final int reserved;
    final int committed;
    private final String code = name().toLowerCase(Locale.ROOT);

    Kind(int available, int reserved, int committed) {
        this.available = available;
        this.reserved = reserved;
        this.committed = committed;
    }

    /// As the ledger has it.
    String code() {
        return code;
    }
}
