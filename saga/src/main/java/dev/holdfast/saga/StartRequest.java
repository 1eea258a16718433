package dev.holdfast.saga;

import java.util.Objects;
import java.util.regex.Pattern;

/// A saga to be started.
///
/// @param <P> what the saga carries
/// @param sagaId chosen by the caller, unique, 1 to 64 characters without a blank; time-ordered ones (UUIDv7) keep
///     the tables compact
/// @param payload what it carries
/// @param scope whose keys these are (a client, an operation), 1 to 100 characters; not `operator` or `child-saga`,
///     whose keys are the engine's own
/// @param idempotencyKey the same key in the same scope starts one saga, 1 to 255 characters
/// @param requestHash tells a repetition from another request under the same key, 1 to 128 characters
/// @param subject what the saga is about (`cart:772`): at most one saga that has not failed per subject. Up to 200
///     characters, `null` for none
/// @param name what no saga was ever called before (`order:ord_1`), kept for good unlike a subject. Up to 200
///     characters, `null` for none
/// @param traceparent the W3C trace context of who asked, kept with the saga as it is: every attempt is made in it
///     ([TraceBinding]), after a restart too, and its trace id is in the log context. `null` for none
public record StartRequest<P>(
        String sagaId,
        P payload,
        String scope,
        String idempotencyKey,
        String requestHash,
        String subject,
        String name,
        String traceparent) {

    /// What a header may hold is the business of whoever reads it; what is kept here is well-formed.
    private static final Pattern TRACEPARENT = Pattern.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    public StartRequest {
        Objects.requireNonNull(payload, "payload");
        text("sagaId", sagaId, 64);
        if (sagaId.chars().anyMatch(each -> Character.isWhitespace(each) || Character.isISOControl(each))) {
            throw new IllegalArgumentException("sagaId must be one word, not '" + sagaId + "'");
        }
        text("scope", scope, 100);
        text("idempotencyKey", idempotencyKey, 255);
        text("requestHash", requestHash, 128);
        if (subject != null) {
            text("subject", subject, 200);
        }
        if (name != null) {
            text("name", name, 200);
        }
        if (traceparent != null && !TRACEPARENT.matcher(traceparent).matches()) {
            throw new IllegalArgumentException("traceparent must be one of version 00, not '" + traceparent + "'");
        }
    }

    /// The same with a name.
    public StartRequest<P> withName(String uniqueName) {
        return new StartRequest<>(
                sagaId, payload, scope, idempotencyKey, requestHash, subject, uniqueName, traceparent);
    }

    /// Under a key of its own the engine would find what somebody else has started.
    ///
    /// @throws IllegalArgumentException it does
    void mustNotUseAScopeOfTheEngine() {
        if (scope.equals(ChildSagas.SCOPE) || scope.equals(WaitWrites.SCOPE)) {
            throw new IllegalArgumentException(
                    "the keys of scope '" + scope + "' are the engine's own; choose another name");
        }
    }

    private static void text(String what, String value, int longest) {
        if (value == null || value.isBlank() || value.length() > longest || !FlatJson.isStorable(value)) {
            throw new IllegalArgumentException(what + " must be 1 to " + longest + " characters, not '" + value + "'");
        }
    }
}
