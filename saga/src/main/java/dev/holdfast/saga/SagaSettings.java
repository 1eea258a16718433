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
public record SagaSettings(int maxInFlight, Duration drainGrace, Duration startKeysKept, Duration sweepEvery) {

    /// The defaults.
    public static final SagaSettings DEFAULTS =
            new SagaSettings(10_000, Duration.ofSeconds(10), Duration.ofDays(7), Duration.ofSeconds(30));

    public SagaSettings {
        if (maxInFlight < 1 || maxInFlight > 1_000_000) {
            throw new IllegalArgumentException("maxInFlight must be 1 to 1,000,000, not " + maxInFlight);
        }
        positive("drainGrace", drainGrace);
        positive("startKeysKept", startKeysKept);
        positive("sweepEvery", sweepEvery);
    }

    public SagaSettings withMaxInFlight(int maxInFlight) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery);
    }

    public SagaSettings withDrainGrace(Duration drainGrace) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery);
    }

    public SagaSettings withStartKeysKept(Duration startKeysKept) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery);
    }

    public SagaSettings withSweepEvery(Duration sweepEvery) {
        return new SagaSettings(maxInFlight, drainGrace, startKeysKept, sweepEvery);
    }

    private static void positive(String setting, Duration value) {
        if (value == null || !value.isPositive()) {
            throw new IllegalArgumentException(setting + " must be positive, not " + value);
        }
    }
}
