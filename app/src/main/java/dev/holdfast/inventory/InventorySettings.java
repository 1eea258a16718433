package dev.holdfast.inventory;

import java.time.Duration;
import java.util.Map;
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
/// @param strategy `strategy`: how requests come to their stock rows, one of [Strategy]. Default `queue`
/// @param strategyOf `strategy-of.{product}`: another one for holds of certain products, which matters where one
///     sells out of all proportion. A hold of products with different strategies takes the common one. All
///     strategies may be at work on the same rows, on one node or several. Default none
/// @param connections `connections`: transactions that `optimistic` and `pessimistic` have under way at once, each
///     on a connection of its own, 1 to 100. Default 16; all of a node's connections, times the nodes, must fit
///     into the server's `max_connections`
/// @param poolLanes `pool-lanes`: lanes of this node where a product is under `pools`, each with a connection of
///     its own, 1 to 32. Default 4. A lane keeps a core of the database busy, so more than it has gain nothing
/// @param poolParts `pool-parts`: parts that a product under `pools` is split in at most, 1 to 1,000. Default 16.
///     At best the lanes of all nodes together; with fewer, some share a part and wait for each other
@ConfigurationProperties("holdfast.inventory")
record InventorySettings(
        @DefaultValue("10m") Duration holdTtl,
        @DefaultValue("5s") Duration sweepInterval,
        @DefaultValue("queue") Strategy strategy,
        @DefaultValue Map<String, Strategy> strategyOf,
        @DefaultValue("16") int connections,
        @DefaultValue("4") int poolLanes,
        @DefaultValue("16") int poolParts) {

    InventorySettings {
        strategyOf = Map.copyOf(strategyOf);
        within("holdfast.inventory.connections", connections, 100);
        within("holdfast.inventory.pool-lanes", poolLanes, 32);
        within("holdfast.inventory.pool-parts", poolParts, 1_000);
        positive("holdfast.inventory.hold-ttl", holdTtl);
        positive("holdfast.inventory.sweep-interval", sweepInterval);
    }

    /// How this product is sold.
    Strategy of(String product) {
        return strategyOf.getOrDefault(product, strategy);
    }

    boolean uses(Strategy wanted) {
        return strategy == wanted || strategyOf.containsValue(wanted);
    }

    private static void within(String setting, int value, int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(setting + " must be 1 to " + most + ", not " + value);
        }
    }

    private static void positive(String setting, Duration value) {
        if (value == null || value.toMillis() < 1) {
            throw new IllegalArgumentException(setting + " must be 1 ms or more, not " + value);
        }
    }
}
