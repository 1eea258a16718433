package dev.holdfast.saga.guard;

import dev.holdfast.saga.Outcome;
import java.time.Instant;
import java.util.Map;

/// The row of one key.
///
/// @param asked how often somebody else may have been asked under it, while it is open
/// @param requestHash `null`: no request is known
/// @param facts of what was done
/// @param code of a refusal, else `null`
record KeyRow(
        int generation,
        KeyState state,
        int asked,
        String requestHash,
        Map<String, String> facts,
        String code,
        String message,
        Instant openedAt) {

    Outcome.Refused refusal() {
        return new Outcome.Refused(code, message);
    }

    Effect effect(String stepKey) {
        return new Effect(new GuardedCall(stepKey, generation, null), facts);
    }
}
