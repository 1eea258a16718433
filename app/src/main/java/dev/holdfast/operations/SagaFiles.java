package dev.holdfast.operations;

import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.flows.Flows;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaDesk;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaEvent;
import dev.holdfast.saga.SagaOutlook;
import dev.holdfast.saga.SagaView;
import java.util.Optional;

/// Puts together all that is known of a saga. Read in several statements: what happens meanwhile may be in one part
/// and not yet in another.
final class SagaFiles {

    private static final int SIGNALS = 200;

    private final SagaEngine engine;
    private final SagaDesk desk;
    private final Flows flows;

    SagaFiles(SagaEngine engine, SagaDesk desk, Flows flows) {
        this.engine = engine;
        this.desk = desk;
        this.flows = flows;
    }

    Optional<SagaFile> find(String sagaId) {
        return engine.find(sagaId).map(saga -> {
            var definition = flows.of(saga);
            return new SagaFile(
                    saga.sagaId(),
                    flows.orderIdOf(saga).orElse(null),
                    saga.definition(),
                    saga.version(),
                    saga.status(),
                    saga.stage(),
                    saga.currentStep(),
                    saga.needsAttention(),
                    isParked(saga),
                    desk.pauses().stream().anyMatch(pause -> pause.definition().equals(saga.definition())),
                    saga.subject(),
                    saga.failure(),
                    saga.status().ended() ? null : waits(saga, definition.orElse(null)),
                    saga.payload(),
                    saga.log(),
                    saga.tasks(),
                    desk.deadLettersOf(sagaId),
                    desk.signals(sagaId, null, SIGNALS),
                    saga.createdAt(),
                    saga.updatedAt());
        });
    }

    private static SagaFile.Waits waits(SagaView saga, SagaDefinition<CheckoutOrder> definition) {
        var outlook = SagaOutlook.of(definition, saga);
        var next = outlook.next().stream()
                .map(due -> new SagaFile.Due(
                        due.act(),
                        due.step(),
                        due.step() == null ? null : definition.step(due.step()).owner(),
                        due.attempt(),
                        due.signal(),
                        due.at()))
                .toList();
        return new SagaFile.Waits(outlook.since(), outlook.deadline(), next);
    }

    private static boolean isParked(SagaView saga) {
        return !saga.log().isEmpty() && saga.log().getLast().event() == SagaEvent.PARKED;
    }
}
