package dev.holdfast.platform.remote;

/// What became of one call, as far as the caller's side can see.
sealed interface Heard {

    /// The service answered this call.
    record Answered(Reply reply) implements Heard {}

    /// The whole request was answered with something else than a list of replies: by the service's door, or by
    /// whatever stands before it.
    record Turned(Reply reply) implements Heard {}

    /// It surely never left: nobody was there to take it, or it still waited here.
    record NotSent(String why) implements Heard {}

    /// It may have arrived.
    record Lost(String why) implements Heard {}
}
