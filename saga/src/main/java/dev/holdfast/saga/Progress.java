package dev.holdfast.saga;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The core: what is to be done, given a definition and what has been recorded. Pure, so that everything the engine
/// decides can be decided again from the log alone: after a crash, by another node, in a test, by an auditor.
///
/// | an attempt reports | before the pivot | the pivot | after it |
/// |---|---|---|---|
/// | Done | next step | next step | next step |
/// | Refused | turn back | turn back | a defect: attention, repeat |
/// | Failed | repeat; used up: turn back | repeat; used up and nothing in doubt: turn back | repeat for ever |
/// | Unclear | repeat; used up: turn back, undo this step too | repeat until known | repeat for ever |
/// | Waiting | wait until the deadline, then as Unclear | same | same |
final class Progress {

    /// Failures after which a person is asked to look, and a compensation is a dead letter.
    static final int PATIENCE = 3;

    private Progress() {}

    /// A set, because more than one thing may be due: undo tasks that are dead letters, and the task behind them.
    ///
    /// @return empty when the saga has ended
    /// @throws RuntimeException the log does not fit the definition
    static Set<Next> next(SagaDefinition<?> definition, List<LogEntry> log) {
        var standing = Standing.of(log);
        return switch (standing.status()) {
            case STARTED -> Set.of(forward(definition, standing));
            case COMPENSATING -> backward(definition, standing);
            case COMPLETED, FAILED -> Set.of();
        };
    }

    /// Whether a person should look at a saga of this log. The engine goes on in any case.
    static boolean needsAttention(SagaDefinition<?> definition, List<LogEntry> log) {
        return needsAttention(definition, Standing.of(log));
    }

    static boolean needsAttention(SagaDefinition<?> definition, Standing standing) {
        return switch (standing.status()) {
            case STARTED ->
                standing.parked()
                        || standing.closingFailures() >= PATIENCE
                        || definition.steps().stream().anyMatch(step -> isStuck(step, standing.of(step.name())));
            case COMPENSATING ->
                standing.parked()
                        || standing.closingFailures() >= PATIENCE
                        || standing.undo().stream().map(standing::of).anyMatch(Progress::isDeadLetter);
            case COMPLETED, FAILED -> false;
        };
    }

    /// Whether an undo failed so often that it no longer holds back the ones behind it.
    static boolean isDeadLetter(StepStanding step) {
        return !step.undone() && step.undoFailures() >= PATIENCE;
    }

    /// A step before the pivot is never stuck: its attempts are numbered.
    private static boolean isStuck(Step<?> step, StepStanding standing) {
        if (standing.done() || standing.lastAttempt() == null) {
            return false;
        }
        return switch (step.kind()) {
            case COMPENSATABLE -> false;
            case PIVOT -> standing.unclear() && standing.attempts() >= PATIENCE;
            case RETRIABLE ->
                standing.attempts() >= PATIENCE || standing.lastAttempt().event() == SagaEvent.REFUSED;
        };
    }

    private static Next forward(SagaDefinition<?> definition, Standing standing) {
        for (var step : definition.steps()) {
            var known = standing.of(step.name());
            if (!known.done()) {
                return atStep(definition, step, standing);
            }
        }
        return end(definition, standing, new Ending.Completed(), SagaStatus.COMPLETED);
    }

    private static Next atStep(SagaDefinition<?> definition, Step<?> step, Standing standing) {
        var known = standing.of(step.name());
        if (step.kind() == StepKind.PIVOT && !known.begun()) {
            return new Next.BeginPivot(step.name());
        }
        var last = known.lastAttempt();
        if (last == null) {
            return new Next.Run(step.name(), 0, 0);
        }
        var then = givenUp(step, known)
                ? turnBack(definition, step, standing)
                : new Next.Run(step.name(), known.attempts(), last.generation());
        if (last.event() == SagaEvent.WAITING) {
            var signal = last.detail().get(StepStanding.SIGNAL);
            return new Next.Await(signal, Instant.parse(last.detail().get(StepStanding.DEADLINE)), then);
        }
        return then instanceof Next.TurnBack ? then : later(last, then);
    }

    /// Whether the step's last attempt, which did not succeed, was its last.
    private static boolean givenUp(Step<?> step, StepStanding known) {
        boolean refused = known.lastAttempt().event() == SagaEvent.REFUSED;
        boolean usedUp = known.attempts() > step.retries();
        return switch (step.kind()) {
            case COMPENSATABLE -> refused || usedUp;
            case PIVOT -> refused || usedUp && !known.unclear();
            case RETRIABLE -> false;
        };
    }

    /// Strict reverse order; a step in doubt is undone like one that is done.
    private static Next turnBack(SagaDefinition<?> definition, Step<?> step, Standing standing) {
        var undo = definition.steps().reversed().stream()
                .filter(each -> each.undoneBy() != null)
                .filter(each -> standing.of(each.name()).done()
                        || standing.of(each.name()).unclear())
                .map(Step::name)
                .toList();
        var known = standing.of(step.name());
        var last = known.lastAttempt().detail();
        if (known.lastAttempt().event() == SagaEvent.REFUSED) {
            return new Next.TurnBack(
                    new Ending.FailedBecause(step.name(), last.get(StepStanding.CODE), last.get(StepStanding.MESSAGE)),
                    undo);
        }
        var code = known.unclear() ? "no-answer" : "not-reachable";
        return new Next.TurnBack(
                new Ending.FailedBecause(step.name(), code, last.getOrDefault(StepStanding.CAUSE, "")), undo);
    }

    private static Set<Next> backward(SagaDefinition<?> definition, Standing standing) {
        var due = new LinkedHashSet<Next>();
        for (var name : standing.undo()) {
            var known = standing.of(name);
            if (!known.undone()) {
                definition.step(name);
                due.add(later(known.lastUndo(), new Next.Undo(name, known.undoFailures())));
                if (!isDeadLetter(known)) {
                    return due;
                }
            }
        }
        return due.isEmpty() ? Set.of(end(definition, standing, standing.failure(), SagaStatus.FAILED)) : due;
    }

    private static Next end(SagaDefinition<?> definition, Standing standing, Ending ending, SagaStatus status) {
        return definition.closing().isPresent()
                ? later(standing.lastClosing(), new Next.Close(ending, standing.closingFailures()))
                : new Next.Finish(status);
    }

    private static Next later(LogEntry last, Next then) {
        var retryAt = StepStanding.retryAt(last);
        return retryAt == null ? then : new Next.Sleep(retryAt, then);
    }
}
