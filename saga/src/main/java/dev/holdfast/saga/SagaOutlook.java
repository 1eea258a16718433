package dev.holdfast.saga;

import java.time.Instant;
import java.util.List;

/// What a saga does next, what for and since when it waits, as its log says it: what the engine itself would find.
///
/// @param next what is due, or will be; more than one where steps run side by side. Empty when it has ended, is
///     parked, or its definition is not known
/// @param since when it came to that: the end of its latest row
/// @param deadline when its time, or that of the step it stands at, is over; `null` for none
public record SagaOutlook(List<Due> next, Instant since, Instant deadline) {

    /// What is done.
    public enum Act {
        /// The step's action is called.
        RUN,
        /// The step's undo is called.
        UNDO,
        /// It is recorded that the pivot is about to be called.
        BEGIN_PIVOT,
        /// It is given up, and what is done is undone.
        TURN_BACK,
        /// The last act before the end.
        CLOSE,
        /// The end is recorded.
        END
    }

    /// @param step whose turn it is, `null` for an act that is no step's
    /// @param attempt from 0
    /// @param signal what is waited for, which would change it; `null` for none
    /// @param at not before then, `null` for at once
    public record Due(Act act, String step, int attempt, String signal, Instant at) {}

    /// @param definition of the saga's name and version; `null` when this release does not know it
    public static SagaOutlook of(SagaDefinition<?> definition, SagaView saga) {
        var standing = Standing.of(saga.log());
        if (definition == null || standing.parked() || saga.status().ended()) {
            return new SagaOutlook(List.of(), saga.updatedAt(), null);
        }
        var next = Progress.next(definition, standing).stream()
                .map(SagaOutlook::due)
                .toList();
        var deadline = Deadlines.next(definition, saga.createdAt(), standing)
                .map(Deadlines.Deadline::at)
                .orElse(null);
        return new SagaOutlook(next, saga.updatedAt(), deadline);
    }

    private static Due due(Next next) {
        var at = next.due().equals(Instant.MIN) ? null : next.due();
        return switch (next.inTheEnd()) {
            case Next.Run(var step, var attempt, var _) -> new Due(Act.RUN, step, attempt, next.awaits(), at);
            case Next.Undo(var step, var attempt) -> new Due(Act.UNDO, step, attempt, next.awaits(), at);
            case Next.BeginPivot(var step) -> new Due(Act.BEGIN_PIVOT, step, 0, next.awaits(), at);
            case Next.TurnBack(var why, var _) -> new Due(Act.TURN_BACK, why.step(), 0, next.awaits(), at);
            case Next.Close(var _, var attempt) -> new Due(Act.CLOSE, null, attempt, next.awaits(), at);
            case Next.Finish _ -> new Due(Act.END, null, 0, next.awaits(), at);
            case Next.Sleep _, Next.Await _ -> throw new IllegalStateException(next + " is no act");
        };
    }
}
