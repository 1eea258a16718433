package dev.holdfast.platform.remote;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.IntSupplier;

/// How calls to other processes go, `holdfast.remote.*`, and when each service was last heard of.
final class RemoteMetrics {

    private static final String NO_EFFECT = "no-effect";
    private static final String UNCLEAR = "unclear";

    private final MeterRegistry metrics;
    private final Clock clock;
    private final Map<Role, Last> last = new EnumMap<>(Role.class);

    /// @param fault what was heard instead of an answer, without the words of exceptions; or null
    /// @param since when that, or its contrary, was heard first
    record Last(String fault, Instant since) {}

    RemoteMetrics(MeterRegistry metrics, Clock clock) {
        this.metrics = metrics;
        this.clock = clock;
    }

    void watch(Role role, IntSupplier queued, IntSupplier open, ServicesSettings limits) {
        gauge("queued", "calls that wait to be sent", role, queued);
        gauge("queue.limit", "calls that may wait; one more is refused", role, limits::maxQueued);
        gauge("open", "requests whose answers are not complete", role, open);
        gauge("open.limit", "requests that may be open; more wait", role, limits::mostOpen);
        // There before the first thing to count: an alarm on "it rose" misses the first otherwise.
        for (var outcome : new String[] {NO_EFFECT, UNCLEAR}) {
            faults(role, outcome);
        }
        batch(role);
    }

    void sent(Role role, int calls) {
        batch(role).record(calls);
    }

    void took(Role role, String operation, Duration took) {
        Timer.builder("holdfast.remote.call")
                .description("a call, from being queued to its answer or the end of the caller's patience")
                .tag("service", role.word())
                .tag("operation", operation)
                .register(metrics)
                .record(took);
    }

    void answered(Role role) {
        note(role, null);
    }

    /// See [Meaning], which decides that it is that.
    void noEffect(Role role, Heard heard) {
        faults(role, NO_EFFECT).increment();
        note(role, heard.inShort());
    }

    /// See [Meaning], which decides that it is that.
    void unclear(Role role, Heard heard) {
        faults(role, UNCLEAR).increment();
        note(role, heard.inShort());
    }

    /// What was heard of each service last; a service that was never called is missing.
    synchronized Map<Role, Last> last() {
        return new EnumMap<>(last);
    }

    private synchronized void note(Role role, String fault) {
        var before = last.get(role);
        if (before == null || (before.fault() == null) != (fault == null)) {
            last.put(role, new Last(fault, clock.instant()));
        }
    }

    private Counter faults(Role role, String outcome) {
        return Counter.builder("holdfast.remote.faults")
                .description("calls without effect, or of unclear effect")
                .tag("service", role.word())
                .tag("outcome", outcome)
                .register(metrics);
    }

    private DistributionSummary batch(Role role) {
        return DistributionSummary.builder("holdfast.remote.batch.size")
                .description("calls a request carried")
                .tag("service", role.word())
                .serviceLevelObjectives(1, 2, 5, 10, 20, 50, 100, 200, 500)
                .register(metrics);
    }

    private void gauge(String what, String description, Role role, IntSupplier value) {
        Gauge.builder("holdfast.remote." + what, value::getAsInt)
                .description(description)
                .tag("service", role.word())
                .register(metrics);
    }
}
