package dev.holdfast.saga;

import java.time.Duration;

/// The settings of an engine.
///
/// @param maxInFlight sagas that may be in flight at once; one more is refused at the door. Sagas taken over from a
///     node that died count, and are never refused; those that are put down do not count. 1 to 1,000,000, default
///     10,000; each takes a virtual thread and a few KB
/// @param maxPayload characters of JSON a saga may carry; one more is refused at the door. 1 to 10,000,000, default
///     1,000,000. A saga in flight keeps its payload in memory
/// @param maxLogRows rows the log of a saga may have; then it is parked for a person to look, and has as many again
///     when it is tried anew. 100 to 1,000,000, default 10,000: a step that fails for ever makes about 3,000 a day
/// @param putDownAfter from which pause on a saga is put down: it leaves its thread and its memory and is picked up
///     when it is due or a signal comes. Positive, default 1 min. Below a second it costs more than it saves
/// @param drainGrace how long [SagaEngine#close()] lets running attempts finish before they are interrupted.
///     Positive, a day at most, default 10 s; the longest `within` of the definitions is a good value
/// @param startKeysKept how long an idempotency key is kept at least. Positive, 3,650 days at most, default 7 days;
///     must outlive the saga and every client that might repeat its request
/// @param sweepEvery how often the engine looks for sagas that are recorded as its own but not running, which a
///     commit with an unclear end can leave behind. Positive, default 30 s
/// @param lease how long a node may show no sign of life before the others take its sagas over. 500 ms to 10 min,
///     default 3 s; the same on all nodes. Longer than any pause of a process that is to be survived as the same
///     node (garbage collection, a moved virtual machine); a shorter one costs more beats, six a lease
public record SagaSettings(
        int maxInFlight,
        int maxPayload,
        int maxLogRows,
        Duration putDownAfter,
        Duration drainGrace,
        Duration startKeysKept,
        Duration sweepEvery,
        Duration lease) {

    private static final Duration SHORTEST_LEASE = Duration.ofMillis(500);
    private static final Duration LONGEST_LEASE = Duration.ofMinutes(10);
    private static final Duration LONGEST_DRAIN = Duration.ofDays(1);
    private static final Duration LONGEST_KEPT = Duration.ofDays(3_650);

    /// The defaults.
    public static final SagaSettings DEFAULTS = new SagaSettings(
            10_000,
            1_000_000,
            10_000,
            Duration.ofMinutes(1),
            Duration.ofSeconds(10),
            Duration.ofDays(7),
            Duration.ofSeconds(30),
            Duration.ofSeconds(3));

    public SagaSettings {
        within("maxInFlight", maxInFlight, 1, 1_000_000);
        within("maxPayload", maxPayload, 1, 10_000_000);
        within("maxLogRows", maxLogRows, 100, 1_000_000);
        positive("putDownAfter", putDownAfter);
        positive("drainGrace", drainGrace);
        positive("startKeysKept", startKeysKept);
        positive("sweepEvery", sweepEvery);
        atMost("drainGrace", drainGrace, LONGEST_DRAIN);
        atMost("startKeysKept", startKeysKept, LONGEST_KEPT);
        if (lease == null || lease.compareTo(SHORTEST_LEASE) < 0 || lease.compareTo(LONGEST_LEASE) > 0) {
            throw new IllegalArgumentException("lease must be 500 ms to 10 min, not " + lease);
        }
    }

    public SagaSettings withMaxInFlight(int most) {
        return new SagaSettings(
                most, maxPayload, maxLogRows, putDownAfter, drainGrace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withMaxPayload(int most) {
        return new SagaSettings(
                maxInFlight, most, maxLogRows, putDownAfter, drainGrace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withMaxLogRows(int most) {
        return new SagaSettings(
                maxInFlight, maxPayload, most, putDownAfter, drainGrace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withPutDownAfter(Duration pause) {
        return new SagaSettings(
                maxInFlight, maxPayload, maxLogRows, pause, drainGrace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withDrainGrace(Duration grace) {
        return new SagaSettings(
                maxInFlight, maxPayload, maxLogRows, putDownAfter, grace, startKeysKept, sweepEvery, lease);
    }

    public SagaSettings withStartKeysKept(Duration kept) {
        return new SagaSettings(maxInFlight, maxPayload, maxLogRows, putDownAfter, drainGrace, kept, sweepEvery, lease);
    }

    public SagaSettings withSweepEvery(Duration pause) {
        return new SagaSettings(
                maxInFlight, maxPayload, maxLogRows, putDownAfter, drainGrace, startKeysKept, pause, lease);
    }

    public SagaSettings withLease(Duration longest) {
        return new SagaSettings(
                maxInFlight, maxPayload, maxLogRows, putDownAfter, drainGrace, startKeysKept, sweepEvery, longest);
    }

    private static void within(String setting, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s must be %,d to %,d, not %d".formatted(setting, least, most, value));
        }
    }

    private static void atMost(String setting, Duration value, Duration most) {
        if (value.compareTo(most) > 0) {
            throw new IllegalArgumentException(setting + " must be " + most + " at most, not " + value);
        }
    }

    private static void positive(String setting, Duration value) {
        if (value == null || !value.isPositive()) {
            throw new IllegalArgumentException(setting + " must be positive, not " + value);
        }
    }
}
