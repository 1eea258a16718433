package dev.holdfast.saga.guard;

import dev.holdfast.saga.StepCall;
import java.time.Instant;

/// The call of a step, as the guard knows it: of its action or of its undo.
///
/// @param stepKey the key of the step's first generation, `{saga_id}:{step}`, 1 to 255 characters. An undo takes
///     back all that was done under it
/// @param generation of the step's request, from 0. An undo has none: it covers all of them
/// @param notAfter later than this, by the database's clock, the action is refused; `null`: no limit
public record GuardedCall(String stepKey, int generation, Instant notAfter) {

    private static final int LONGEST_KEY = 255;

    public GuardedCall {
        if (stepKey == null || stepKey.isBlank() || stepKey.length() > LONGEST_KEY || stepKey.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("a step's key has 1 to " + LONGEST_KEY
                    + " characters and no character zero, not '" + stepKey + "'");
        }
        if (generation < 0) {
            throw new IllegalArgumentException("generations count from 0, not " + generation);
        }
    }

    /// A call as the engine makes it, of an action or of an undo.
    public static GuardedCall of(StepCall call) {
        boolean undo = !call.key().equals(call.doKey());
        return undo
                ? new GuardedCall(call.doKey(), 0, null)
                : new GuardedCall(stepKey(call.key(), call.generation()), call.generation(), limit(call.notAfter()));
    }

    private static Instant limit(Instant notAfter) {
        return notAfter.equals(StepCall.ANY_TIME) ? null : notAfter;
    }

    /// The key as it travels, `Idempotency-Key` of a remote call: `{saga_id}:{step}`, and `{saga_id}:{step}:2`.
    public String key() {
        return generation == 0 ? stepKey : stepKey + ":" + generation;
    }

    /// The number alone would be ambiguous (a step may be called `2`), so the generation has to be known too.
    private static String stepKey(String key, int generation) {
        var suffix = ":" + generation;
        if (generation == 0) {
            return key;
        }
        if (!key.endsWith(suffix)) {
            throw new IllegalArgumentException(
                    "the key of generation " + generation + " ends in '" + suffix + "', not so '" + key + "'");
        }
        return key.substring(0, key.length() - suffix.length());
    }
}
