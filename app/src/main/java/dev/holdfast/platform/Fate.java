package dev.holdfast.platform;

import java.nio.charset.StandardCharsets;

/// What chance has in store for an order: draws in [0, 1) that depend on the order id and the purpose alone, so
/// that an injected failure hits the same orders in every run, on every node and in a browser.
///
/// The generator is mulberry32 (Tommy Ettinger, public domain) seeded by FNV-1a 32 over the id's UTF-8
/// (draft-eastlake-fnv, 32-bit prime 16777619). The draw for a purpose is the generator's n-th number, n being the
/// purpose's place in [Purpose]: mulberry32 only ever adds a constant to its state, so the n-th number is computed
/// directly and the order in which purposes are asked does not matter.
public final class Fate {

    /// What may go wrong with an order. The place in this list decides the draw: append, never insert or reorder.
    public enum Purpose {
        DECLINE,
        LOST_PAYMENT_REPLY,
        CARRIER_DOWN,
        LOST_LABEL_REPLY,
        LOST_REQUEST
    }

    private static final int FNV_OFFSET = 0x811c9dc5;
    private static final int FNV_PRIME = 0x01000193;
    private static final int MULBERRY_STEP = 0x6d2b79f5;

    private final int seed;

    private Fate(int seed) {
        this.seed = seed;
    }

    public static Fate of(String orderId) {
        return new Fate(fnv1a(orderId));
    }

    /// @return the order's number for this purpose, 0 inclusive to 1 exclusive, the same every time
    public double draw(Purpose purpose) {
        return mulberry32(seed, purpose.ordinal() + 1);
    }

    /// Whether a failure of the given rate (0 never, 1 always) befalls the order. Raising the rate only adds
    /// orders.
    public boolean strikes(Purpose purpose, double rate) {
        return draw(purpose) < rate;
    }

    /// FNV-1a, 32 bits, as an unsigned number in an int.
    static int fnv1a(String text) {
        int hash = FNV_OFFSET;
        for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (octet & 0xff)) * FNV_PRIME;
        }
        return hash;
    }

    /// @param n 1 for the first number after seeding
    static double mulberry32(int seed, int n) {
        int state = seed + n * MULBERRY_STEP;
        int mixed = (state ^ (state >>> 15)) * (state | 1);
        mixed ^= mixed + (mixed ^ (mixed >>> 7)) * (mixed | 61);
        return Integer.toUnsignedLong(mixed ^ (mixed >>> 14)) / 4294967296.0;
    }
}
