package dev.holdfast.platform.remote;

import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.remote.Heard.Answered;
import dev.holdfast.platform.remote.Heard.Lost;
import dev.holdfast.platform.remote.Heard.NotSent;
import dev.holdfast.platform.remote.Heard.Turned;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The one table from what came back, or did not, to what a caller of the service is told. The same table, in
/// words, is in `docs/services-apart.md`.
///
/// Taking "unclear" for "no effect" loses money; taking "no effect" for "unclear" costs an undo that finds nothing.
/// So no effect is only what one of our own processes says in so many words, what surely never left, and the two
/// statuses by which anybody says that he has not even read it (413, 429). All else is unclear.
final class Meaning {

    /// Problems to one call that say nothing was done, with their status: see `Problems` of the gateway, which
    /// words them so.
    private static final Map<String, Integer> NOTHING_DONE =
            Map.of("overloaded", 503, "not-recorded", 503, "downstream-unavailable", 503, "unknown-operation", 404);

    private static final Set<Integer> OF_A_NO = Set.of(402, 404, 409);

    private Meaning() {}

    /// @return the answer
    /// @throws NoEffectException surely nothing happened
    /// @throws EffectUnclearException the effect may exist
    static <R> R of(Heard heard, Operation<?, R> operation, String service, String key) {
        return switch (heard) {
            case Answered(var reply) -> answered(reply, operation, service, key);
            case Turned(var reply) -> throw turned(reply, service);
            case NotSent(var why, var cause) ->
                throw new NoEffectException(service + ": " + why + said(cause) + "; nothing was sent", cause);
            case Lost(var why, var cause) -> throw unclear(service, why + said(cause), cause);
        };
    }

    private static <R> R answered(Reply reply, Operation<?, R> operation, String service, String key) {
        if (reply.isYes()) {
            return orUnclear(service, () -> operation.yes(reply.body()));
        }
        if (!reply.isOurProblem()) {
            throw unclear(service, "a status " + reply.status() + " that says nothing more");
        }
        var slug = reply.slug();
        if (Objects.equals(NOTHING_DONE.get(slug), reply.status())) {
            throw new NoEffectException(service + " did nothing: " + reply.detail(), null);
        }
        if (is(reply, 422, "idempotency-key-reused")) {
            throw new KeyReusedException(key);
        }
        if (is(reply, 400, Batches.INVALID_ARGUMENT)) {
            throw new IllegalArgumentException(reply.detail());
        }
        if (is(reply, 400, "invalid-request")) {
            throw new RejectedRequestException(service, reply.detail(), null);
        }
        if (!OF_A_NO.contains(reply.status()) || slug.equals("still-running")) {
            throw unclear(service, slug + ": " + reply.detail());
        }
        return orUnclear(service, () -> operation.no(Refusal.of(reply)));
    }

    private static boolean is(Reply reply, int status, String slug) {
        return reply.status() == status && reply.slug().equals(slug);
    }

    /// What one of ours answers to a request as a whole with one of these, it answers before it looks at any call
    /// in it. Anything else may come after some have begun.
    private static RuntimeException turned(Reply reply, String service) {
        var status = reply.status();
        var refusedWhole = reply.isOurProblem() && (status == 401 || status == 404 || is(reply, 503, "overloaded"));
        if (refusedWhole || status == 413 || status == 429) {
            var why = reply.isOurProblem() ? reply.slug() + ", " + reply.detail() : "status " + status;
            return new NoEffectException(service + " takes no calls: " + why, null);
        }
        return unclear(service, "the whole request was answered " + status + " by whoever stands at its address");
    }

    private static <R> R orUnclear(String service, java.util.function.Supplier<R> reading) {
        try {
            return reading.get();
        } catch (UnreadableAnswerException e) {
            throw unclear(service, e.getMessage());
        }
    }

    private static EffectUnclearException unclear(String service, String why) {
        return unclear(service, why, null);
    }

    private static EffectUnclearException unclear(String service, String why, Throwable cause) {
        return new EffectUnclearException(
                "what became of a call to " + service + " is unclear (" + why + "); repeat it under the same key",
                cause);
    }

    private static String said(Throwable cause) {
        return cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")";
    }
}
