package dev.holdfast.groupcommit;

/// What a lane tells one caller, decided on the lane's thread. The caller's own thread turns a refusal into its
/// exception, so that the stack trace shows who asked; the lane's side of the story is the cause.
///
/// @param <R> the result
sealed interface Answer<R> extends TicketState {

    /// The transaction is committed.
    record Committed<R>(R result) implements Answer<R> {}

    /// Surely no effect.
    record NotCommitted<R>(String message, Throwable cause) implements Answer<R> {}

    /// Surely no effect, and none if it is sent again unchanged.
    record Rejected<R>(String message, Throwable cause) implements Answer<R> {}

    /// Nobody knows.
    record Unclear<R>(String message, Throwable cause) implements Answer<R> {}

    /// The result, or the exception that says why there is none.
    default R resultOrThrow(String lane) {
        return switch (this) {
            case Committed<R>(var result) -> result;
            case NotCommitted<R>(var message, var cause) -> throw new NotCommittedException(lane, message, cause);
            case Rejected<R>(var message, var cause) -> throw new RejectedRequestException(lane, message, cause);
            case Unclear<R>(var message, var cause) -> throw new UnclearCommitException(lane, message, cause);
        };
    }
}
