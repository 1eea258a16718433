package dev.holdfast.checkout;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// The settings of the saga engine, `holdfast.saga.*`.
///
/// @param maxInFlight sagas at once on this node; one more is answered 503. 1 to 1,000,000, default 10,000
/// @param node this node's name among those on its database, up to 40 characters. Who starts under the name of
///     another fences that one off at once, so no two processes that run at the same time may share one. Default:
///     a name of its own for every process; `embedded` on the embedded database, of which there is one process
/// @param lease how long a node may show no sign of life before the others take its sagas over. 500 ms to 10 min,
///     default 3 s, the same on all nodes. `holdfast.lanes.transaction` and `holdfast.lanes.idle-in-transaction`
///     must stay below half of it, or a take-over waits for the locks of a frozen node
@ConfigurationProperties("holdfast.saga")
record EngineSettings(
        @DefaultValue("10000") int maxInFlight,
        String node,
        @DefaultValue("3s") Duration lease) {

    boolean isNamed() {
        return node != null && !node.isBlank();
    }
}
