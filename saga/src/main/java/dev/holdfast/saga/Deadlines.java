package dev.holdfast.saga;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The time limits a saga is under. That one is over is recorded like anything else, so what follows from it is
/// decided from the log and not from a clock.
final class Deadlines {

    /// @param step `null` for the whole saga
    record Deadline(String step, Instant at) {}

    private Deadlines() {}

    /// The next of those whose end is not recorded yet.
    static Optional<Deadline> next(SagaDefinition<?> definition, Instant createdAt, Standing standing) {
        if (!definition.hasDeadlines()) {
            return Optional.empty();
        }
        return open(definition, createdAt, standing).stream().min(Comparator.comparing(Deadline::at));
    }

    /// Undoing has none, and neither has closing.
    private static List<Deadline> open(SagaDefinition<?> definition, Instant createdAt, Standing standing) {
        var reached = standing.status() == SagaStatus.STARTED ? Progress.forwardStep(definition, standing) : null;
        if (reached == null) {
            return List.of();
        }
        var open = new ArrayList<Deadline>();
        if (definition.deadline().isPresent() && !standing.deadlinePassed()) {
            open.add(new Deadline(null, createdAt.plus(definition.deadline().get())));
        }
        for (var step : definition.groupOf(reached)) {
            var known = standing.of(step.name());
            if (step.deadline() != null && known.firstAttempt() != null && !known.done() && !known.deadlinePassed()) {
                open.add(new Deadline(
                        step.name(), known.firstAttempt().startedAt().plus(step.deadline())));
            }
        }
        return open;
    }
}
