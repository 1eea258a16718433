package dev.holdfast.saga;

import java.util.List;

/// Puts together what is shown of a saga.
final class Views {

    private Views() {}

    /// @param definition `null` when this release does not know it
    static SagaView of(
            SagaDefinition<?> definition, Execution execution, List<LogEntry> log, List<CompensatingTask> tasks) {
        var standing = Standing.of(log);
        var current = current(definition, standing);
        return new SagaView(
                execution.sagaId(),
                execution.definition(),
                execution.version(),
                standing.status(),
                current,
                stage(definition, standing, current),
                definition == null ? !standing.status().ended() : Progress.needsAttention(definition, log),
                execution.payload(),
                execution.subject(),
                failure(standing),
                List.copyOf(log),
                List.copyOf(tasks),
                execution.createdAt(),
                log.isEmpty() ? execution.createdAt() : log.getLast().endedAt());
    }

    /// Going forward, the first step that is not done: the one reached. Otherwise the one of the latest row.
    private static String current(SagaDefinition<?> definition, Standing standing) {
        if (definition == null || standing.status() != SagaStatus.STARTED) {
            return standing.currentStep();
        }
        return definition.steps().stream()
                .map(Step::name)
                .filter(name -> !standing.of(name).done())
                .findFirst()
                .orElse(definition.steps().getLast().name());
    }

    private static String stage(SagaDefinition<?> definition, Standing standing, String current) {
        return switch (standing.status()) {
            case STARTED ->
                definition == null ? "STARTED" : definition.step(current).customerSees();
            case COMPENSATING, COMPLETED, FAILED -> standing.status().name();
        };
    }

    private static SagaView.Failure failure(Standing standing) {
        var why = standing.failure();
        return why == null ? null : new SagaView.Failure(why.step(), why.code(), why.message());
    }
}
