package dev.holdfast.saga;

import java.time.Duration;

/// The settings of an engine.
///
/// @param maxInFlight sagas that may be in flight at once; one more is refused at the door. Sagas taken over from a
///     node that died count, and are never refused. 1 to 1,000,000, default 10,000; each takes a virtual thread and
///     a few KB
/// @param drainGrace how long [SagaEngine#close()] lets running attempts finish before they are interrupted.
///     Positive, default 10 s; the longest `within` of the definitions is a good value
/// @param startKeysKept how long an idempotency key is kept at least. Positive, default 7 days; must outlive the
///     saga and every client that might repeat its request
/// @param sweepEvery how often the engine looks for sagas that are recorded as its own but not running, which a
///     commit with an unclear end can leave behind. Positive, default 30 s
/// @param lease how long a node may show no sign of life before the others take its sagas over. 500 ms to 10 min,
///     default 3 s; the same on all nodes. Longer than any pause of a process that is to be survived as the same
///     node (garbage collection, a moved virtual machine); a shorter one costs more beats, six a lease
public record SagaSettings(
        int maxInFlight, Duration drainGrace, Duration startKeysKept, Duration sweepEvery, Duration lease) {

    private static final Duration SHORTEST_LEASE = Duration.ofMillis(500);
    private static final Duration LONGEST_LEASE = Duration.ofMinutes(10);

    /// The defaults.
    public static final SagaSettings DEFAULTS = new SagaSettings(
            10_000, Duration.ofSeconds(10), Duration.ofDays(7), Duration.ofSeconds(30), Duration.ofSeconds(3));

    public SagaSettings {
        if (maxInFlight < 1 || maxInFlight > 1_000_000) {
            throw new IllegalArgumentException("maxInFlight must be 1 to 1,000,000, not " + maxInFlight);
        }
        positive("drainGrace", drainGrace);
        positive("startKeysKept", startKeysKept);
        positive("sweepEvery", sweepEvery);
        if (lease == null || lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("lease must be 500 ms to 10 min, not " + lease);
        }
    }

    public SagaSettings withMaxInFlight(int maxInFlight) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withDrainGrace(Duration drainGrace) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withStartKeysKept(Duration startKeysKept) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withSweepEvery(Duration sweepEvery) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withLease(Duration lease) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery, lease);
    }

    private static void positive(String setting, Duration value) {
        if (value == null || !value.isPositive()) {
            throw new IllegalArgumentException(setting + " must be positive, not " + value);
        }
    }
}
