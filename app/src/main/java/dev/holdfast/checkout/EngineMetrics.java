package dev.holdfast.checkout;

import dev.holdfast.groupcommit.BatchListener;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaEvent;
import dev.holdfast.saga.SagaListener;
import dev.holdfast.saga.SagaStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// The engine's figures for Prometheus, `holdfast.saga.*`.
final class EngineMetrics implements SagaListener {

    private final MeterRegistry metrics;
    private final BatchListener batches;
    private final Clock clock;
    private final Runnable fencedOff;

    /// By id, because a saga may be named again: when it is taken up after a restart, or tried anew.
    private final Set<String> attention = ConcurrentHashMap.newKeySet();

    private final AtomicLong putDown = new AtomicLong();

    /// @param fencedOff run when this node was fenced off
    EngineMetrics(MeterRegistry metrics, BatchListener batches, Clock clock, Runnable fencedOff) {
        this.metrics = metrics;
        this.batches = batches;
        this.clock = clock;
        this.fencedOff = fencedOff;
        metrics.gauge("holdfast.saga.put.down", putDown);
        metrics.gaugeCollectionSize("holdfast.saga.attention", Tags.empty(), attention);
    }

    /// Counters that are there before the first thing to count: an alarm on "it rose" misses the first otherwise.
    void announce(List<? extends SagaDefinition<?>> definitions) {
        metrics.counter("holdfast.saga.fenced");
        metrics.counter("holdfast.saga.taken.over");
        for (var definition : definitions) {
            metrics.counter("holdfast.saga.started", "definition", definition.name());
            metrics.counter("holdfast.saga.refused", "definition", definition.name());
            for (var step : definition.steps()) {
                metrics.counter("holdfast.saga.dead.letters", "definition", definition.name(), "step", step.name());
            }
        }
    }

    /// A gauge for each definition whether an operator has paused it. Known in memory.
    void watchPauses(SagaEngine engine, List<? extends SagaDefinition<?>> definitions) {
        definitions.stream().map(SagaDefinition::name).distinct().forEach(name -> Gauge.builder(
                        "holdfast.saga.paused", engine, e -> e.operator().isPaused(name) ? 1 : 0)
                .tag("definition", name)
                .register(metrics));
    }

    /// Counted by a statement and not in memory, so it is told here from time to time and not asked for by a
    /// scrape.
    void putDown(long sagas) {
        putDown.set(sagas);
    }

    /// Gauges of what is in flight. Looked up in memory when they are scraped, so they do without the database.
    void watch(SagaEngine engine, int limit) {
        Gauge.builder("holdfast.saga.in.flight", engine, SagaEngine::inFlight).register(metrics);
        Gauge.builder("holdfast.saga.in.flight.limit", () -> limit).register(metrics);
        Gauge.builder("holdfast.saga.oldest.seconds", engine, e -> age(e.load().oldest()))
                .register(metrics);
        Gauge.builder("holdfast.saga.compensating", engine, e -> e.load().compensating())
                .register(metrics);
        Gauge.builder(
                        "holdfast.saga.compensating.oldest.seconds",
                        engine,
                        e -> age(e.load().compensatingSince()))
                .register(metrics);
    }

    private double age(Optional<Instant> since) {
        return since.map(then -> Duration.between(then, clock.instant()).toMillis() / 1e3)
                .map(seconds -> Math.max(0, seconds))
                .orElse(0.0);
    }

    @Override
    public void refused(String definition) {
        metrics.counter("holdfast.saga.refused", "definition", definition).increment();
    }

    @Override
    public void fenced(String node) {
        metrics.counter("holdfast.saga.fenced").increment();
        fencedOff.run();
    }

    @Override
    public void tookOver(String node, int sagas) {
        metrics.counter("holdfast.saga.taken.over").increment(sagas);
    }

    @Override
    public BatchListener batches() {
        return batches;
    }

    @Override
    public void started(String sagaId, String definition) {
        metrics.counter("holdfast.saga.started", "definition", definition).increment();
    }

    @Override
    public void stepEnded(String sagaId, String definition, String step, SagaEvent event, Duration duration) {
        metrics.timer("holdfast.saga.step", "definition", definition, "step", step, "outcome", event.name())
                .record(duration);
    }

    @Override
    public void ended(String sagaId, String definition, SagaStatus status, Duration duration) {
        metrics.timer("holdfast.saga.ended", "definition", definition, "status", status.name())
                .record(duration);
    }

    @Override
    public void deadLetter(String sagaId, String definition, String step, String error) {
        metrics.counter("holdfast.saga.dead.letters", "definition", definition, "step", step)
                .increment();
    }

    @Override
    public void attention(String sagaId, String definition, boolean needed) {
        if (needed) {
            attention.add(sagaId);
        } else {
            attention.remove(sagaId);
        }
    }
}
