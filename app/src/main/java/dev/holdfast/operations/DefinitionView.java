package dev.holdfast.operations;

import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaDesk;
import dev.holdfast.saga.Step;
import dev.holdfast.saga.StepKind;
import java.time.Duration;
import java.util.List;

/// A flow as `GET /v1/ops/definitions` shows it.
///
/// @param takesNew whether new sagas of its name run by this version
/// @param pause who paused all versions of it, null when nobody did
record DefinitionView(
        String name, int version, boolean takesNew, Double deadlineSeconds, Paused pause, List<StepView> steps) {

    static DefinitionView of(SagaDefinition<?> definition, boolean takesNew, SagaDesk.Pause pause) {
        return new DefinitionView(
                definition.name(),
                definition.version(),
                takesNew,
                seconds(definition.deadline().orElse(null)),
                pause == null ? null : new Paused(pause.who(), pause.why(), pause.at()),
                definition.steps().stream().map(DefinitionView::step).toList());
    }

    private static StepView step(Step<?> step) {
        var asks = step.asksFor();
        return new StepView(
                step.name(),
                step.kind(),
                step.owner(),
                step.customerSees(),
                step.succeedsWhen(),
                step.failsWhen(),
                new Retry(
                        step.kind() == StepKind.RETRIABLE ? null : step.retries(),
                        seconds(step.backoff().base()),
                        seconds(step.backoff().max())),
                seconds(step.within()),
                seconds(step.validFor()),
                seconds(step.deadline()),
                asks == null
                        ? null
                        : new Asks(
                                asks.signal(),
                                seconds(asks.atMost()),
                                asks.times(),
                                asks.after().stream().sorted().toList()),
                step.compensatedAt(),
                step.needsNoUndo());
    }

    private static Double seconds(Duration duration) {
        return duration == null ? null : duration.toMillis() / 1e3;
    }

    record Paused(String who, String why, java.time.Instant at) {}

    /// @param withinSeconds limit of one attempt
    /// @param validForSeconds how long after it is sent a participant may still act on a call
    /// @param undoneAt the service that its undo goes to, null without one
    /// @param needsNoUndo why it has none, where it could
    record StepView(
            String name,
            StepKind kind,
            Step.Owner owner,
            String customerSees,
            String succeedsWhen,
            String failsWhen,
            Retry retry,
            Double withinSeconds,
            Double validForSeconds,
            Double deadlineSeconds,
            Asks asksFor,
            String undoneAt,
            String needsNoUndo) {}

    /// @param times after the first attempt; null: until it succeeds
    record Retry(Integer times, Double baseSeconds, Double maxSeconds) {}

    /// @param after the refusals that ask; empty: all
    record Asks(String signal, Double atMostSeconds, int times, List<String> after) {}
}
