package dev.holdfast.saga;

import java.time.Instant;
import java.util.Map;

/// What a participant is told with a call.
///
/// @param sagaId the saga that calls
/// @param step the step's name
/// @param key the idempotency key, the same on every attempt: `{saga_id}:{step}`, of an undo
///     `{saga_id}:{step}:undo`
/// @param doKey the key of the step's action: what an undo takes back. Of an action, the same as `key`
/// @param attempt which attempt this is, from 0. For logs: an effect must not depend on it
/// @param generation counts the requests that a signal changed, from 0
/// @param notAfter a participant that receives the call later than this, by its own database's clock, refuses it:
///     the saga may have moved on. Of an undo and of a step after the pivot [#ANY_TIME]
/// @param facts what the finished steps reported, under `step.name`
/// @param signals what the signals that came brought, by their names: of the one the step waited for, what opened
///     this generation; of others the latest
/// @param repeated whether the step may have been called before: by an attempt of whatever generation, or by one of
///     a node that died, of which no row says whether it was made. With `attempt` 0 it may still be
public record StepCall(
        String sagaId,
        String step,
        String key,
        String doKey,
        int attempt,
        int generation,
        Instant notAfter,
        Map<String, String> facts,
        Map<String, String> signals,
        boolean repeated) {

    /// An undo, and what is never undone, is welcome at any time. A moment that every clock and column can hold.
    public static final Instant ANY_TIME = Instant.parse("9999-12-31T00:00:00Z");
}
