package dev.holdfast.saga;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// Something from outside that reaches a saga: recorded first (`saga.saga_signals`), then delivered to the node
/// that runs the saga, and in its log once however often it is delivered.
///
/// @param key what makes a repetition the same signal; unique in its saga
/// @param name of the signal; those that begin with `$` are the engine's own
/// @param payload what it brings, text; `""` for nothing
/// @param by who sent it, for the log and the audit; `null` for a program
record Signal(String sagaId, String key, String name, String payload, String by, Instant at) {

    /// What a log row of a signal says beside its name.
    static final String KEY = "key";

    static final String PAYLOAD = "payload";
    static final String BY = "by";

    /// Turn back, if the pivot has not begun, or was refused and waits for another request.
    static final String CANCEL = "$cancel";

    /// Make the next attempt now.
    static final String RETRY = "$retry";

    /// Count a dead-lettered undo as done.
    static final String RESOLVE = "$resolve";

    static final int LONGEST_KEY = 255;
    static final int LONGEST_PAYLOAD = 4_000;

    /// A program's.
    ///
    /// @throws IllegalArgumentException it is out of its limits
    static Signal of(String sagaId, String key, String name, String payload, Instant now) {
        text("sagaId", sagaId, 64);
        text("key", key, LONGEST_KEY);
        if (payload == null || payload.length() > LONGEST_PAYLOAD || !FlatJson.isStorable(payload)) {
            throw new IllegalArgumentException("a signal brings up to 4,000 characters, not " + payload);
        }
        return new Signal(sagaId, key, name, payload, null, now);
    }

    private static void text(String what, String value, int longest) {
        if (value == null || value.isBlank() || value.length() > longest || !FlatJson.isStorable(value)) {
            throw new IllegalArgumentException(what + " must be 1 to " + longest + " characters, not '" + value + "'");
        }
    }

    /// Names that are the engine's own.
    static boolean isReserved(String name) {
        return name.startsWith("$");
    }

    /// What an operator says: no step waits for it.
    static boolean isOrder(String name) {
        return name.equals(CANCEL) || name.equals(RETRY) || name.equals(RESOLVE);
    }

    Map<String, String> detail() {
        var detail = new HashMap<String, String>();
        detail.put(StepStanding.SIGNAL, name);
        detail.put(KEY, key);
        if (!payload.isEmpty()) {
            detail.put(PAYLOAD, payload);
        }
        if (by != null) {
            detail.put(BY, by);
        }
        return detail;
    }
}
