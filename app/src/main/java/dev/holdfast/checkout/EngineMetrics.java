package dev.holdfast.checkout;

import dev.holdfast.groupcommit.BatchListener;
import dev.holdfast.saga.SagaEvent;
import dev.holdfast.saga.SagaListener;
import dev.holdfast.saga.SagaStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The engine's figures for Prometheus, `holdfast.saga.*`.
final class EngineMetrics implements SagaListener {

    private final MeterRegistry metrics;
    private final BatchListener batches;

    /// By id, because a saga may be named again: when it is taken up after a restart, or tried anew.
    private final Set<String> attention = ConcurrentHashMap.newKeySet();

    EngineMetrics(MeterRegistry metrics, BatchListener batches) {
        this.metrics = metrics;
        this.batches = batches;
        metrics.gaugeCollectionSize("holdfast.saga.attention", Tags.empty(), attention);
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
