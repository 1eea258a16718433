package dev.holdfast.saga;

import java.time.Instant;
import java.util.List;

/// What is to be done next, according to a log.
sealed interface Next {

    /// Call the participant.
    record Run(String step, int attempt, int generation) implements Next {}

    /// Call the participant's undo.
    record Undo(String step, int attempt) implements Next {}

    /// Wait for a signal, at most until a deadline; then do what follows.
    record Await(String signal, Instant deadline, Next then) implements Next {}

    /// Do nothing before a moment; then do what follows.
    record Sleep(Instant until, Next then) implements Next {}

    /// Record that the pivot is about to be called: afterwards nobody may assume that it was not.
    record BeginPivot(String step) implements Next {}

    /// Record that the saga turns back, and what it has to undo, in that order.
    record TurnBack(Ending.FailedBecause failure, List<String> undo) implements Next {}

    /// Run the closing action.
    record Close(Ending ending, int attempt) implements Next {}

    /// Record the end.
    record Finish(SagaStatus status) implements Next {}

    /// The step whose action this calls, now or when a pause is over; `null` for none.
    default String calls() {
        return switch (inTheEnd()) {
            case Run(var step, var _, var _) -> step;
            case Undo _, BeginPivot _, TurnBack _, Close _, Finish _, Sleep _, Await _ -> null;
        };
    }

    /// Whether somebody is called for it, which no decision does.
    default boolean isAttempt() {
        return switch (this) {
            case Run _, Undo _, Close _ -> true;
            case BeginPivot _, TurnBack _, Finish _, Sleep _, Await _ -> false;
        };
    }

    /// What is done when every pause is over.
    default Next inTheEnd() {
        return switch (this) {
            case Sleep(var _, var then) -> then.inTheEnd();
            case Await(var _, var _, var then) -> then.inTheEnd();
            case Run _, Undo _, BeginPivot _, TurnBack _, Close _, Finish _ -> this;
        };
    }

    /// The signal that is waited for, `null` for none.
    default String awaits() {
        return this instanceof Await(var signal, var _, var _) ? signal : null;
    }

    /// The moment a pause is over; `Instant.MIN` for what is to be done at once.
    default Instant due() {
        return switch (this) {
            case Sleep(var until, var _) -> until;
            case Await(var _, var deadline, var _) -> deadline;
            case Run _, Undo _, BeginPivot _, TurnBack _, Close _, Finish _ -> Instant.MIN;
        };
    }
}
