package dev.holdfast.checkout;

import dev.holdfast.checkout.CheckoutStatus.StepStatus;
import dev.holdfast.checkout.CheckoutStatus.WaitsFor;
import dev.holdfast.flows.CheckoutOrder;
import dev.holdfast.flows.FailureWords;
import dev.holdfast.flows.Flows;
import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaEvent;
import dev.holdfast.saga.SagaOutlook;
import dev.holdfast.saga.SagaStatus;
import dev.holdfast.saga.SagaView;
import dev.holdfast.saga.Step;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How checkouts stand, for customers: read from the saga and its log.
final class CheckoutStatuses {

    private final SagaEngine engine;
    private final Flows flows;

    CheckoutStatuses(SagaEngine engine, Flows flows) {
        this.engine = engine;
        this.flows = flows;
    }

    Optional<CheckoutStatus> find(String sagaId) {
        return engine.find(sagaId).flatMap(this::statusOf);
    }

    /// Waits for the outcome, at most so long, and answers how it stands then.
    Optional<CheckoutStatus> await(String sagaId, Duration atMost) {
        return engine.await(sagaId, atMost).flatMap(this::statusOf);
    }

    /// Empty for a saga that is no checkout. Of one of a version that this node does not know (a rollout is under
    /// way, or was turned back) it says what can be told without: how it stands, but not what its steps are.
    Optional<CheckoutStatus> statusOf(SagaView saga) {
        if (flows.named(saga.definition()).isEmpty()) {
            return Optional.empty();
        }
        var definition = flows.of(saga);
        var waitsFor = definition.flatMap(known -> waitsFor(known, saga));
        return Optional.of(new CheckoutStatus(
                saga.sagaId(),
                flows.orderIdOf(saga).orElse(null),
                word(saga.status()),
                saga.stage(),
                inWords(saga.failure()),
                waitsFor.orElse(null),
                definition
                        .map(known -> stepsOf(known, saga, waitsFor.isPresent()))
                        .orElse(List.of())));
    }

    private static SagaView.Failure inWords(SagaView.Failure failure) {
        return failure == null
                ? null
                : new SagaView.Failure(
                        failure.step(), failure.code(), FailureWords.of(failure.code(), failure.message()));
    }

    /// The refusal that asked for it is the latest row of its step.
    private static Optional<WaitsFor> waitsFor(SagaDefinition<CheckoutOrder> definition, SagaView saga) {
        return SagaOutlook.of(definition, saga).next().stream()
                .filter(due -> Flows.PAYMENT_METHOD.equals(due.signal()))
                .findFirst()
                .flatMap(due -> saga.log().reversed().stream()
                        .filter(entry -> entry.event() == SagaEvent.REFUSED)
                        .findFirst()
                        .map(refused -> new WaitsFor(
                                due.signal(),
                                due.at(),
                                refused.detail().get("code"),
                                refused.detail().get("message"))));
    }

    private static String word(SagaStatus status) {
        return switch (status) {
            case STARTED, COMPENSATING -> "processing";
            case COMPLETED -> "completed";
            case FAILED -> "failed";
        };
    }

    private static List<StepStatus> stepsOf(SagaDefinition<CheckoutOrder> definition, SagaView saga, boolean waits) {
        return definition.steps().stream()
                .map(step -> statusOf(
                        step,
                        saga.log().stream()
                                .filter(entry -> step.name().equals(entry.step()))
                                .toList(),
                        step.name().equals(saga.currentStep()) && saga.status() == SagaStatus.STARTED
                                ? Optional.of(waits ? "waiting" : "running")
                                : Optional.<String>empty()))
                .toList();
    }

    private static StepStatus statusOf(Step<CheckoutOrder> step, List<LogEntry> entries, Optional<String> current) {
        var status = "pending";
        var attempts = 0;
        for (var entry : entries) {
            switch (entry.event()) {
                case DONE -> status = "done";
                case REFUSED -> status = "refused";
                case FAILED -> status = "failed";
                case UNCLEAR, RECOVERED, WAITING -> status = "unclear";
                case PIVOT_BEGUN -> status = "running";
                case UNDONE, RESOLVED -> status = "undone";
                case UNDO_FAILED,
                        TURNED_BACK,
                        CLOSING_FAILED,
                        SIGNALLED,
                        DEADLINE_PASSED,
                        PICKED_UP,
                        PARKED,
                        SAGA_COMPLETED,
                        SAGA_FAILED -> {}
            }
            attempts += isAttempt(entry.event()) ? 1 : 0;
        }
        var endedAt = entries.isEmpty() ? null : entries.getLast().endedAt();
        return new StepStatus(
                step.name(),
                step.owner().service(),
                status.equals("done") ? status : current.orElse(status),
                attempts,
                endedAt);
    }

    private static boolean isAttempt(SagaEvent event) {
        return switch (event) {
            case DONE, REFUSED, FAILED, UNCLEAR, WAITING -> true;
            case RECOVERED,
                    PICKED_UP,
                    SIGNALLED,
                    DEADLINE_PASSED,
                    PIVOT_BEGUN,
                    UNDONE,
                    RESOLVED,
                    UNDO_FAILED,
                    TURNED_BACK,
                    CLOSING_FAILED,
                    PARKED,
                    SAGA_COMPLETED,
                    SAGA_FAILED -> false;
        };
    }
}
