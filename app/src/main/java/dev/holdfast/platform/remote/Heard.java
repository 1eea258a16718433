package dev.holdfast.platform.remote;

/// What became of one call, as far as the caller's side can see.
sealed interface Heard {

    /// For whoever looks at this process from outside: no addresses, no names of classes.
    default String inShort() {
        return switch (this) {
            case Answered(var reply) -> reply.isOurProblem() ? reply.slug() : "status " + reply.status();
            case Turned(var reply) -> "status " + reply.status() + " to all that was asked";
            case NotSent(var why, var _) -> why;
            case Lost(var why, var _) -> why;
        };
    }

    /// The service answered this call.
    record Answered(Reply reply) implements Heard {}

    /// The whole request was answered with something else than a list of replies: by the service's door, or by
    /// whatever stands before it.
    record Turned(Reply reply) implements Heard {}

    /// It surely never left: nobody was there to take it, or it still waited here.
    ///
    /// @param cause for logs, or null
    record NotSent(String why, Throwable cause) implements Heard {

        NotSent(String why) {
            this(why, null);
        }
    }

    /// It may have arrived.
    ///
    /// @param cause for logs, or null
    record Lost(String why, Throwable cause) implements Heard {

        Lost(String why) {
            this(why, null);
        }
    }
}
