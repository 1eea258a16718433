package dev.holdfast.platform.events;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// How events travel, as meters: `holdfast.outbox.*`, each tagged with its `source`.
///
/// Worth an alert: `oldest.seconds` that rises (nobody delivers), `stuck` above 0 (a person should look), and
/// `interruptions` that go on.
final class EventMetrics implements EventsListener {

    private final MeterRegistry meters;
    private final Clock clock;
    private final Supplier<List<String>> consumers;
    private final Map<String, Backlog> backlogs = new ConcurrentHashMap<>();

    /// The last measurement of one source. Gauges read it when they are scraped.
    private static final class Backlog {
        private volatile double pending;
        private volatile double stuck;
        private volatile double oldestSeconds;
    }

    /// @param consumers their names, asked once delivery has begun
    EventMetrics(MeterRegistry meters, Clock clock, Supplier<List<String>> consumers) {
        this.meters = meters;
        this.clock = clock;
        this.consumers = consumers;
    }

    @Override
    public void delivered(String source, int events, Duration took) {
        var tags = Tags.of("source", source);
        meters.counter("holdfast.outbox.delivered", tags).increment(events);
        meters.timer("holdfast.outbox.page", tags).record(took);
    }

    @Override
    public void arrived(String source, Instant happenedAt) {
        var lag = Duration.between(happenedAt, clock.instant());
        meters.timer("holdfast.outbox.lag", "source", source).record(lag.isNegative() ? Duration.ZERO : lag);
    }

    @Override
    public void failed(String source, String consumer, int attempts, boolean stuck) {
        meters.counter("holdfast.outbox.failures", "source", source, "consumer", consumer)
                .increment();
    }

    @Override
    public void interrupted(String source, Throwable cause) {
        meters.counter("holdfast.outbox.interruptions", "source", source).increment();
    }

    @Override
    public void backlog(String source, long pending, long stuck, Duration oldest) {
        var backlog = backlogs.computeIfAbsent(source, this::register);
        backlog.pending = pending;
        backlog.stuck = stuck;
        backlog.oldestSeconds = oldest.toMillis() / 1e3;
    }

    private Backlog register(String source) {
        var backlog = new Backlog();
        // There before the first thing to count: an alarm on "it rose" misses the first otherwise.
        meters.counter("holdfast.outbox.interruptions", "source", source);
        for (var consumer : consumers.get()) {
            meters.counter("holdfast.outbox.failures", "source", source, "consumer", consumer);
        }
        var tags = Tags.of("source", source);
        meters.gauge("holdfast.outbox.pending", tags, backlog, b -> b.pending);
        meters.gauge("holdfast.outbox.stuck", tags, backlog, b -> b.stuck);
        meters.gauge("holdfast.outbox.oldest.seconds", tags, backlog, b -> b.oldestSeconds);
        return backlog;
    }
}
