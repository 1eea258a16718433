package dev.holdfast.saga;

import dev.holdfast.saga.SagaHistories.Misfit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Walks a log row by row and asks the core, with the rows before each, whether it may follow.
///
/// An answer to an attempt may come some rows after what allowed the attempt: a signal, a deadline, the answer of a
/// step beside it may be recorded in between. So what was once allowed and is not answered stays allowed.
final class LogPath {

    private final SagaDefinition<?> definition;
    private final Set<Next> attempts = new HashSet<>();

    LogPath(SagaDefinition<?> definition) {
        this.definition = definition;
    }

    Optional<Misfit> misfit(List<LogEntry> log) {
        var before = new ArrayList<LogEntry>();
        for (var row : log) {
            var reason = reason(before, row);
            if (reason != null) {
                return Optional.of(new Misfit(row.seq(), reason));
            }
            before.add(row);
        }
        try {
            next(before);
            return Optional.empty();
        } catch (RuntimeException e) {
            return Optional.of(new Misfit(log.size() + 1, "nothing can follow: " + e.getMessage()));
        }
    }

    /// @return `null` when the row fits
    private String reason(List<LogEntry> before, LogEntry row) {
        try {
            if (row.step() != null) {
                definition.step(row.step());
            }
            var next = next(before);
            next.stream().map(Next::inTheEnd).filter(Next::isAttempt).forEach(attempts::add);
            return fits(before, row, next) ? null : nameOf(row) + " is recorded, and what may follow is " + named(next);
        } catch (RuntimeException e) {
            return nameOf(row) + " is recorded, and " + e.getMessage();
        }
    }

    private Set<Next> next(List<LogEntry> log) {
        return Progress.next(definition, log);
    }

    private boolean fits(List<LogEntry> before, LogEntry row, Set<Next> next) {
        return switch (row.event()) {
            case DONE, REFUSED, FAILED, UNCLEAR, WAITING ->
                attempts.remove(new Next.Run(row.step(), row.attempt(), row.generation()));
            case UNDONE, UNDO_FAILED -> attempts.remove(new Next.Undo(row.step(), row.attempt()));
            case CLOSING_FAILED -> attempts.removeIf(each -> each instanceof Next.Close);
            case SAGA_COMPLETED -> ends(next, SagaStatus.COMPLETED);
            case SAGA_FAILED -> ends(next, SagaStatus.FAILED);
            case PIVOT_BEGUN -> next.contains(new Next.BeginPivot(row.step()));
            case TURNED_BACK -> next.stream().map(Next::inTheEnd).anyMatch(each -> isTurn(each, row));
            case RESOLVED -> Progress.isDeadLetter(Standing.of(before).of(row.step()));
            case RECOVERED ->
                row.step() == null
                        || Progress.mayBeUnderWay(definition, Standing.of(before))
                                .contains(row.step());
            case DEADLINE_PASSED ->
                row.step() == null
                        ? definition.deadline().isPresent()
                        : definition.step(row.step()).deadline() != null;
            case SIGNALLED, PICKED_UP, PARKED -> true;
        };
    }

    private static boolean ends(Set<Next> next, SagaStatus status) {
        return next.stream().map(Next::inTheEnd).anyMatch(each -> switch (each) {
            case Next.Finish(var end) -> end == status;
            case Next.Close(var ending, var _) ->
                ending instanceof Ending.Completed == (status == SagaStatus.COMPLETED);
            case Next.Run _, Next.Undo _, Next.Await _, Next.Sleep _, Next.BeginPivot _, Next.TurnBack _ -> false;
        });
    }

    private static boolean isTurn(Next next, LogEntry row) {
        return next instanceof Next.TurnBack(var failure, var undo)
                && failure.step().equals(row.step())
                && String.join(" ", undo).equals(row.detail().get(Standing.UNDO));
    }

    private static String nameOf(LogEntry row) {
        return row.step() == null ? row.event().name() : row.event() + " of step '" + row.step() + "'";
    }

    private static String named(Set<Next> next) {
        return next.isEmpty()
                ? "nothing"
                : String.join(", ", next.stream().map(Next::toString).sorted().toList());
    }
}
