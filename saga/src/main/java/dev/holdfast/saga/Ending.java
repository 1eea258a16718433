package dev.holdfast.saga;

/// How a saga ends.
public sealed interface Ending {

    /// Every step is done.
    record Completed() implements Ending {}

    /// It turned back, and every finished step is undone.
    ///
    /// @param step the step that could not be done
    /// @param code the participant's code when it refused, else `no-answer` or `not-reachable`
    /// @param message for people
    record FailedBecause(String step, String code, String message) implements Ending {}
}
