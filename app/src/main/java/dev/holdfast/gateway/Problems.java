package dev.holdfast.gateway;

import dev.holdfast.gateway.Problem.Mistake;
import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.groupcommit.UnclearCommitException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.ProblemException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.converter.HttpMessageNotReadableException;
import tools.jackson.core.JacksonException;

/// The one table from a fault to what the caller is told: which status, what happened, what to do next.
///
/// What decides the wording is whether something may have happened. "Nothing was recorded" is said only where that
/// is certain; where it is not, the way to find out is the same request with the same key.
final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

    private Problems() {}

    static Problem of(Throwable fault) {
        return switch (fault) {
            case ProblemException problem -> Problem.of(problem);
            case KeyReusedException _ ->
                new Problem(
                        422,
                        "idempotency-key-reused",
                        "Idempotency-Key reused",
                        "this Idempotency-Key came before with another request; send that body again, or take a new key");
            case GroupCommitException lane -> ofLane(lane);
            case EffectUnclearException _ -> unclear(fault);
            case NoEffectException _ -> downstreamUnavailable(fault);
            case HttpMessageNotReadableException _ -> unreadable(fault);
            case CompletionException _ when fault.getCause() != null -> of(fault.getCause());
            case ExecutionException _ when fault.getCause() != null -> of(fault.getCause());
            default -> WebProblems.of(fault).or(() -> ofDatabase(fault)).orElseGet(() -> internal(fault));
        };
    }

    private static Problem ofLane(GroupCommitException fault) {
        return switch (fault) {
            case OverloadedException _ ->
                Problem.unavailable(
                        "overloaded",
                        "Overloaded",
                        "more requests are waiting than can be taken; nothing was recorded, try again shortly",
                        1);
            case NotCommittedException _ -> {
                LOG.warn("answered 503, nothing recorded: {}", fault.getMessage());
                LOG.debug("the request of which nothing was recorded", fault);
                yield Problem.unavailable(
                        "not-recorded", "Not recorded", "the request could not be recorded; try again", 1);
            }
            case RejectedRequestException _ -> unfit(fault);
            case UnclearCommitException _ -> unclear(fault);
        };
    }

    private static Problem unfit(Throwable fault) {
        LOG.warn("the database refused a request that validation had let through", fault);
        return new Problem(
                400,
                "invalid-request",
                "Invalid request",
                "a value of this request cannot be stored or looked for; nothing was recorded,"
                        + " and the same request would be refused again");
    }

    private static Problem unclear(Throwable fault) {
        LOG.warn("answered 503, outcome unclear: {}", fault.getMessage(), fault);
        return Problem.unavailable(
                Problem.UNCLEAR,
                "Outcome unclear",
                "no answer came in time, and the request may have taken effect;"
                        + " repeat it with the same Idempotency-Key to find out, it will not happen twice",
                2);
    }

    private static Problem downstreamUnavailable(Throwable fault) {
        LOG.warn("answered 503, no effect: {}", fault.getMessage(), fault);
        return Problem.unavailable(
                "downstream-unavailable",
                "Downstream unavailable",
                "a service this request needs does not answer; nothing was done, try again",
                2);
    }

    private static Problem unreadable(Throwable fault) {
        var tooLarge = cause(fault, BodyTooLargeException.class);
        if (tooLarge.isPresent()) {
            return Problem.tooLarge(tooLarge.get().limitBytes());
        }
        return cause(fault, JacksonException.class)
                .map(JsonMistakes::problemOf)
                .orElseGet(() ->
                        Problem.invalid(List.of(new Mistake("#", "is missing: this request needs a body in JSON"))));
    }

    /// A database that is away, or whose pool is empty, is not the caller's mistake and will be back. A value that
    /// PostgreSQL cannot take (a NUL in a text) is: it came with the request.
    private static Optional<Problem> ofDatabase(Throwable fault) {
        return cause(fault, SQLException.class).map(refused -> {
            if (passes(refused)) {
                return away(refused, fault);
            }
            return stateOf(refused).startsWith("22") ? unfit(fault) : internal(fault);
        });
    }

    private static Problem away(SQLException refused, Throwable fault) {
        // Without the trace: under overload there are thousands of these, and writing them down would take the
        // processor from those who could be served.
        LOG.warn("answered 503, database away: {}", refused.getMessage());
        LOG.debug("the request that was answered 503", fault);
        return Problem.unavailable(
                "database-unavailable",
                "Database unavailable",
                "the database does not answer right now; repeat the request, with the same Idempotency-Key if it had one",
                2);
    }

    private static boolean passes(SQLException fault) {
        var state = stateOf(fault);
        // 08 connection, 53 resources, 57 operator intervention (shutdown, restart), 40 serialization
        return fault instanceof SQLTransientException
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.startsWith("40");
    }

    private static String stateOf(SQLException fault) {
        return fault.getSQLState() == null ? "" : fault.getSQLState();
    }

    private static Problem internal(Throwable fault) {
        LOG.error("answered 500", fault);
        return new Problem(
                500,
                "internal-error",
                "Internal error",
                "something went wrong here, and it is not clear what; it is logged under the trace_id."
                        + " Repeat the request with the same Idempotency-Key, it will not happen twice");
    }

    private static <T extends Throwable> Optional<T> cause(Throwable fault, Class<T> type) {
        for (var cause = fault; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
        }
        return Optional.empty();
    }
}
