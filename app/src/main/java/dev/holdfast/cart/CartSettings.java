package dev.holdfast.cart;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The cart's settings, `holdfast.cart.*`.
///
/// @param expiresAfter how long after its last change a cart is gone, above 0. Default 30 days. A frozen cart does
///     not expire; given back it begins anew. The cookie of a guest's cart lives as long.
/// @param sweepEvery the pause between two walks over all carts that delete expired ones, above 0. Default 1 hour.
///     An expired cart cannot be read or changed whether it is deleted or not, so this bounds disk space only.
@ConfigurationProperties("holdfast.cart")
record CartSettings(
        @DefaultValue("30d") Duration expiresAfter,
        @DefaultValue("1h") Duration sweepEvery) {

    CartSettings {
        positive("expires-after", expiresAfter);
        positive("sweep-every", sweepEvery);
    }

    private static void positive(String setting, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("holdfast.cart." + setting + " must be above 0, not " + value);
        }
    }
}
