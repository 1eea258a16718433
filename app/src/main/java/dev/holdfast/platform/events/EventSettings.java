package dev.holdfast.platform.events;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// How events travel, `holdfast.events.*`.
///
/// @param lease how long a relay that has died keeps its buckets. A relay renews after a third of it. 500 ms to 5
///     min, default 5 s. Shorter finds a dead relay sooner; a page that takes longer than this is delivered twice,
///     which inboxes ignore
/// @param gather the pause between two pages while events keep coming: events that arrive meanwhile share a page
///     and its transactions. 1 ms to 1 s, default 8 ms. Part of the time from commit to handler. A relay that waits
///     for a commit looks four times as often
/// @param sweep how often a relay looks without having been told of anything: finds what another process wrote and
///     died before telling of. 50 ms to 1 min, default 1 s; under load it takes up to three times as long, because
///     it tells what is forgotten from what is on its way by its age
/// @param pageSize events delivered at a time, or read at a time. 1 to 10,000, default 1,000
/// @param pageBytes payload read at a time at most (one event always is), in bytes. From 1,024, default 8 MiB
/// @param stuckAfter failed attempts after which an event is marked STUCK and an alert raised. 1 or more, default 5
/// @param retryFirst the pause after an event's first failed attempt; it doubles. 1 ms or more, default 500 ms
/// @param retryMost the longest pause between attempts, also of stuck events. Default 1 min
/// @param heldMost subjects a relay holds back at once because their event fails; at this number it reads nothing
///     new until one is tried again, so its memory stays bounded. 1 to 10,000, default 1,000
/// @param handlerTimeout how long one delivery's transaction may take in the consumer's database before it is
///     cancelled. Default 30 s
/// @param partition the time span of one partition of an outbox. 1 min to 1 day, default 1 h
/// @param partitionsAhead partitions created before they are needed, 1 to 48, default 3
/// @param inboxKept how long a consumer remembers a subject it hears nothing more of. At least 2 days, default 30
/// @param upkeep how often partitions, backlog figures and old inbox rows are seen to. Default 15 s
/// @param rate events per second that leave each outbox by this process at most. For consumers that bear no more: a
///     broker with a quota, a database that others need too. What comes faster waits in the outbox, so watch
///     `holdfast.outbox.pending` and `holdfast.outbox.oldest.seconds`, and leave room above what comes in, or the
///     backlog never ends. Several processes with relays on one database have this rate each. 0 to 1,000,000,
///     default 0: no limit
@ConfigurationProperties("holdfast.events")
public record EventSettings(
        @DefaultValue("5s") Duration lease,
        @DefaultValue("8ms") Duration gather,
        @DefaultValue("1s") Duration sweep,
        @DefaultValue("1000") int pageSize,
        @DefaultValue("8388608") int pageBytes,
        @DefaultValue("5") int stuckAfter,
        @DefaultValue("500ms") Duration retryFirst,
        @DefaultValue("1m") Duration retryMost,
        @DefaultValue("1000") int heldMost,
        @DefaultValue("30s") Duration handlerTimeout,
        @DefaultValue("1h") Duration partition,
        @DefaultValue("3") int partitionsAhead,
        @DefaultValue("30d") Duration inboxKept,
        @DefaultValue("15s") Duration upkeep,
        @DefaultValue("0") int rate) {

    public EventSettings {
        between("lease", lease, Duration.ofMillis(500), Duration.ofMinutes(5));
        between("gather", gather, Duration.ofMillis(1), Duration.ofSeconds(1));
        between("sweep", sweep, Duration.ofMillis(50), Duration.ofMinutes(1));
        between("page-size", pageSize, 1, 10_000);
        between("page-bytes", pageBytes, 1_024, 1 << 30);
        between("stuck-after", stuckAfter, 1, 1_000);
        between("retry-first", retryFirst, Duration.ofMillis(1), Duration.ofHours(1));
        between("retry-most", retryMost, retryFirst, Duration.ofDays(1));
        between("held-most", heldMost, 1, 10_000);
        between("handler-timeout", handlerTimeout, Duration.ofSeconds(1), Duration.ofMinutes(10));
        between("partition", partition, Duration.ofMinutes(1), Duration.ofDays(1));
        between("partitions-ahead", partitionsAhead, 1, 48);
        between("inbox-kept", inboxKept, Duration.ofDays(2), Duration.ofDays(3_650));
        between("upkeep", upkeep, Duration.ofMillis(100), Duration.ofHours(1));
        between("rate", rate, 0, 1_000_000);
    }

    /// The defaults.
    public static EventSettings defaults() {
        return new EventSettings(
                Duration.ofSeconds(5),
                Duration.ofMillis(8),
                Duration.ofSeconds(1),
                1_000,
                8 << 20,
                5,
                Duration.ofMillis(500),
                Duration.ofMinutes(1),
                1_000,
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                3,
                Duration.ofDays(30),
                Duration.ofSeconds(15),
                0);
    }

    private static <T extends Comparable<T>> void between(String setting, T value, T least, T most) {
        if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "holdfast.events." + setting + " must be " + least + " to " + most + ", not " + value);
        }
    }
}
