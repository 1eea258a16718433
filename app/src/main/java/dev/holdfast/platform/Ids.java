package dev.holdfast.platform;

import com.github.f4b6a3.uuid.UuidCreator;

/// Time-ordered identifiers: a prefix that says what it names, and a UUID of version 7 (RFC 9562).
public final class Ids {

    private Ids() {}

    /// @param prefix such as `ord_`
    /// @return for example `ord_0198c2a4-7d1e-7c3a-9d0f-3b1c5a7e9f21`
    public static String next(String prefix) {
        return prefix + UuidCreator.getTimeOrderedEpoch();
    }
}
