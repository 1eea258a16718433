package dev.holdfast.inventory;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The settings of stock, under `holdfast.inventory`.
///
/// @param holdTtl `hold-ttl`: how long a hold keeps its pieces when nobody extends, pins or settles it. Default 10
///     minutes, 1 ms or more. A flow extends the hold while it retries a payment, so this is what an abandoned
///     checkout costs in stock that nobody else can buy
/// @param sweepInterval `sweep-interval`: how often lapsed holds are looked for. Default 5 seconds, 1 ms or more.
///     Nobody waits for it: readers and holds count a lapsed hold as available before it is swept. It bounds how
///     much there is to count, and how late the event of an expiry is
@ConfigurationProperties("holdfast.inventory")
record InventorySettings(
        @DefaultValue("10m") Duration holdTtl,
        @DefaultValue("5s") Duration sweepInterval) {

    InventorySettings {
        positive("holdfast.inventory.hold-ttl", holdTtl);
        positive("holdfast.inventory.sweep-interval", sweepInterval);
    }

    private static void positive(String setting, Duration value) {
        if (value == null || value.toMillis() < 1) {
            throw new IllegalArgumentException(setting + " must be 1 ms or more, not " + value);
        }
    }
}
