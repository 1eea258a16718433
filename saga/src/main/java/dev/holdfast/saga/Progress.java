package dev.holdfast.saga;

import java.time.Instant;
import java.util.Comparator;
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
///
/// A step that asks for another request when it is refused waits for that signal before it turns back. A step whose
/// time is over is given up like one whose attempts are used up; a saga whose time is over, or that is cancelled,
/// turns back as long as its pivot has not begun.
final class Progress {

    /// Failures after which a person is asked to look, and a compensation is a dead letter.
    static final int PATIENCE = 3;

    private Progress() {}

    /// A set, because more than one thing may be due: steps of a group, undo tasks that are dead letters and the
    /// task behind them.
    ///
    /// @return empty when the saga has ended
    /// @throws RuntimeException the log does not fit the definition
    static Set<Next> next(SagaDefinition<?> definition, List<LogEntry> log) {
        return next(definition, Standing.of(log));
    }

    static Set<Next> next(SagaDefinition<?> definition, Standing standing) {
        return switch (standing.status()) {
            case STARTED -> forward(definition, standing);
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
                        || needsAttention(definition, forwardStep(definition, standing), standing);
            case COMPENSATING ->
                standing.parked()
                        || standing.closingFailures() >= PATIENCE
                        || standing.undo().stream().map(standing::of).anyMatch(Progress::isDeadLetter);
            case COMPLETED, FAILED -> false;
        };
    }

    /// Only steps of the first group that is not done have attempts without success.
    private static boolean needsAttention(SagaDefinition<?> definition, Step<?> first, Standing standing) {
        return first != null
                && (standing.deadlinePassed()
                        || definition.groupOf(first).stream().anyMatch(step -> isStuck(step, standing)));
    }

    /// Whether an undo failed so often that it no longer holds back the ones behind it.
    static boolean isDeadLetter(StepStanding step) {
        return !step.undone() && step.undoFailures() >= PATIENCE;
    }

    /// The steps of which an attempt may be under way: what a node that died may have called without leaving a row.
    /// More than what is next: a saga that is to turn back, because it is cancelled, its time is over or a step was
    /// refused, does so only once the attempts are over that were begun before.
    static List<String> mayBeUnderWay(SagaDefinition<?> definition, Standing standing) {
        var first = standing.status() == SagaStatus.STARTED ? forwardStep(definition, standing) : null;
        return first == null
                ? List.of()
                : definition.groupOf(first).stream()
                        .filter(step -> mayBeUnderWay(step, standing.of(step.name())))
                        .map(Step::name)
                        .toList();
    }

    private static boolean mayBeUnderWay(Step<?> step, StepStanding known) {
        var last = known.lastAttempt();
        boolean refused = last != null && last.event() == SagaEvent.REFUSED;
        boolean usedUp = known.misses() > step.retries();
        return !known.done()
                && switch (step.kind()) {
                    case COMPENSATABLE -> !refused && !usedUp;
                    case PIVOT -> known.begun() && !refused && (!usedUp || known.unclear());
                    case RETRIABLE -> true;
                };
    }

    /// The first step that is not done, `null` when all are.
    static Step<?> forwardStep(SagaDefinition<?> definition, Standing standing) {
        return standing.firstOpen(definition.steps());
    }

    /// A step before the pivot is never stuck: its attempts are numbered.
    private static boolean isStuck(Step<?> step, Standing standing) {
        var known = standing.of(step.name());
        if (known.done() || known.lastAttempt() == null) {
            return false;
        }
        return switch (step.kind()) {
            case COMPENSATABLE -> false;
            case PIVOT -> known.unclear() && (known.misses() >= PATIENCE || known.deadlinePassed());
            case RETRIABLE ->
                known.misses() >= PATIENCE
                        || known.deadlinePassed()
                        || known.lastAttempt().event() == SagaEvent.REFUSED;
        };
    }

    /// Steps of one group are due together; one that is given up ends the group, whatever the others do.
    private static Set<Next> forward(SagaDefinition<?> definition, Standing standing) {
        var first = forwardStep(definition, standing);
        if (first == null) {
            return Set.of(end(definition, standing, new Ending.Completed(), SagaStatus.COMPLETED));
        }
        var over = overBefore(definition, first, standing);
        if (over != null) {
            return Set.of(over);
        }
        var due = new LinkedHashSet<Next>();
        for (var step : definition.groupOf(first)) {
            if (!standing.of(step.name()).done()) {
                var next = atStep(definition, step, standing);
                if (next instanceof Next.TurnBack) {
                    return Set.of(next);
                }
                due.add(next);
            }
        }
        return due;
    }

    /// A saga that is cancelled, or whose time is over, turns back; once its pivot has begun it goes through,
    /// unless that was refused and only waits for another request.
    private static Next.TurnBack overBefore(SagaDefinition<?> definition, Step<?> step, Standing standing) {
        if (standing.goesThrough()) {
            return null;
        }
        var cancelled = standing.cancelled();
        if (cancelled != null) {
            var why = cancelled.detail().getOrDefault(Signal.PAYLOAD, "cancelled");
            return turnBack(definition, new Ending.FailedBecause(step.name(), "cancelled", why), standing);
        }
        return standing.deadlinePassed()
                ? turnBack(
                        definition,
                        new Ending.FailedBecause(step.name(), "deadline-passed", "the time of the saga is over"),
                        standing)
                : null;
    }

    private static Next atStep(SagaDefinition<?> definition, Step<?> step, Standing standing) {
        var known = standing.of(step.name());
        if (step.kind() == StepKind.PIVOT && !known.begun()) {
            return new Next.BeginPivot(step.name());
        }
        var last = known.lastAttempt();
        if (last == null) {
            return givenUp(step, known)
                    ? turnBack(definition, because(step, known), standing)
                    : new Next.Run(step.name(), 0, known.generation());
        }
        var then = givenUp(step, known)
                ? turnBack(definition, because(step, known), standing)
                : new Next.Run(step.name(), known.attempts(), known.generation());
        if (known.awaited() != null && !known.deadlinePassed()) {
            return new Next.Await(known.awaited(), patience(last), then);
        }
        return then instanceof Next.TurnBack || known.answered() ? then : later(last, then);
    }

    /// Until when a wait lasts. One whose deadline was over from the beginning is repeated like a failure, after
    /// the pause that grows: at once, it would be repeated as fast as its participant answers.
    private static Instant patience(LogEntry last) {
        var deadline = Instant.parse(last.detail().get(StepStanding.DEADLINE));
        var retryAt = StepStanding.retryAt(last);
        return retryAt != null && retryAt.isAfter(deadline) ? retryAt : deadline;
    }

    /// Whether the step's last attempt, which did not succeed, was its last.
    private static boolean givenUp(Step<?> step, StepStanding known) {
        var last = known.lastAttempt();
        boolean refused = last != null && last.event() == SagaEvent.REFUSED;
        boolean usedUp = known.misses() > step.retries() || known.deadlinePassed();
        return switch (step.kind()) {
            case COMPENSATABLE -> refused || usedUp;
            case PIVOT -> refused || usedUp && !known.unclear();
            case RETRIABLE -> false;
        };
    }

    private static Ending.FailedBecause because(Step<?> step, StepStanding known) {
        var last = known.lastAttempt();
        if (last != null && last.event() == SagaEvent.REFUSED) {
            return new Ending.FailedBecause(
                    step.name(),
                    last.detail().get(StepStanding.CODE),
                    last.detail().get(StepStanding.MESSAGE));
        }
        var code = known.unclear() ? "no-answer" : known.deadlinePassed() ? "deadline-passed" : "not-reachable";
        var message = last == null ? "its time is over" : last.detail().getOrDefault(StepStanding.CAUSE, "");
        return new Ending.FailedBecause(step.name(), code, message);
    }

    /// Strict reverse order of what was done last; a step in doubt is undone like one that is done.
    private static Next.TurnBack turnBack(SagaDefinition<?> definition, Ending.FailedBecause why, Standing standing) {
        var undo = definition.steps().reversed().stream()
                .filter(each -> each.undoneBy() != null)
                .map(Step::name)
                .filter(name -> standing.of(name).done() || standing.of(name).unclear())
                .sorted(Comparator.comparing((String name) -> standing.of(name).touched())
                        .reversed())
                .toList();
        return new Next.TurnBack(why, undo);
    }

    /// A task holds back those behind it until it is a dead letter, and then still those that depend on it:
    /// wherever they stand, because steps of a group are undone in the order in which they came to be done. What
    /// depends on what has no cycle, so one that is held back holds nobody back and is never the last.
    private static Set<Next> backward(SagaDefinition<?> definition, Standing standing) {
        var due = new LinkedHashSet<Next>();
        for (var name : standing.undo()) {
            var known = standing.of(name);
            if (known.undone()) {
                continue;
            }
            var step = definition.step(name);
            boolean heldBack = step.undoneAfter().stream()
                    .anyMatch(other -> standing.undo().contains(other)
                            && !standing.of(other).undone());
            if (!heldBack) {
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
