package dev.holdfast.saga;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// Writes rows of the log: what an outcome, a decision or a failure looks like there.
final class Journal {

    private static final int LONGEST_TEXT = 2_000;

    private Journal() {}

    /// @param asking what a refusal waits for before it counts, `null` when it counts at once
    /// @param retryAt when the attempt is to be repeated, `null` when it is not
    static LogEntry attempt(int seq, Next.Run run, RunCalls.Over over, Step.Asking asking, Instant retryAt) {
        var detail = new HashMap<String, String>();
        var times = over.times();
        var event = switch (over.outcome()) {
            case Outcome.Done(var facts) -> {
                detail.putAll(facts);
                yield SagaEvent.DONE;
            }
            case Outcome.Refused(var code, var message) -> {
                detail.put(StepStanding.CODE, shortened(code));
                detail.put(StepStanding.MESSAGE, shortened(message));
                if (asking != null && asking.asks(code, run.generation())) {
                    detail.put(StepStanding.SIGNAL, asking.signal());
                    detail.put(
                            StepStanding.DEADLINE,
                            times.ended().plus(asking.atMost()).toString());
                }
                yield SagaEvent.REFUSED;
            }
            case Outcome.Failed(var cause) -> {
                detail.put(StepStanding.CAUSE, shortened(cause));
                yield SagaEvent.FAILED;
            }
            case Outcome.Unclear(var cause) -> {
                detail.put(StepStanding.CAUSE, shortened(cause));
                yield SagaEvent.UNCLEAR;
            }
            case Outcome.Waiting(var signal, var deadline) -> {
                detail.put(StepStanding.SIGNAL, shortened(signal));
                detail.put(StepStanding.DEADLINE, deadline.toString());
                detail.put(StepStanding.CAUSE, "no signal '" + shortened(signal) + "' by " + deadline);
                yield SagaEvent.WAITING;
            }
        };
        if (retryAt != null) {
            detail.put(StepStanding.RETRY_AT, retryAt.toString());
        }
        return new LogEntry(
                seq, run.step(), event, run.attempt(), run.generation(), detail, times.started(), times.ended());
    }

    /// @param retryAt used when the undo did not succeed
    static LogEntry undo(int seq, Next.Undo undo, RunCalls.Over over, Instant retryAt) {
        var times = over.times();
        return over.outcome() instanceof Outcome.Done(var facts)
                ? new LogEntry(
                        seq, undo.step(), SagaEvent.UNDONE, undo.attempt(), 0, facts, times.started(), times.ended())
                : new LogEntry(
                        seq,
                        undo.step(),
                        SagaEvent.UNDO_FAILED,
                        undo.attempt(),
                        0,
                        failure(causeOf(over.outcome()), retryAt),
                        times.started(),
                        times.ended());
    }

    static LogEntry closingFailed(int seq, Next.Close close, RunCalls.Over over, Instant retryAt) {
        return new LogEntry(
                seq,
                null,
                SagaEvent.CLOSING_FAILED,
                close.attempt(),
                0,
                failure(causeOf(over.outcome()), retryAt),
                over.times().started(),
                over.times().ended());
    }

    static LogEntry turnedBack(int seq, Next.TurnBack turn, Instant now) {
        var why = turn.failure();
        return happened(
                seq,
                why.step(),
                SagaEvent.TURNED_BACK,
                Map.of(
                        StepStanding.CODE,
                        shortened(why.code()),
                        StepStanding.MESSAGE,
                        shortened(why.message()),
                        Standing.UNDO,
                        String.join(" ", turn.undo())),
                now);
    }

    static LogEntry ended(int seq, SagaStatus status, Instant now) {
        var event = status == SagaStatus.COMPLETED ? SagaEvent.SAGA_COMPLETED : SagaEvent.SAGA_FAILED;
        return happened(seq, null, event, Map.of(), now);
    }

    static LogEntry parked(int seq, String cause, Instant now) {
        return happened(seq, null, SagaEvent.PARKED, Map.of(StepStanding.CAUSE, shortened(cause)), now);
    }

    static LogEntry happened(int seq, String step, SagaEvent event, Map<String, String> detail, Instant now) {
        return new LogEntry(seq, step, event, 0, 0, detail, now, now);
    }

    private static Map<String, String> failure(String cause, Instant retryAt) {
        return Map.of(StepStanding.CAUSE, shortened(cause), StepStanding.RETRY_AT, retryAt.toString());
    }

    private static String causeOf(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Done done -> throw new IllegalArgumentException(done + " is no failure");
            case Outcome.Refused(var code, var message) -> "refused: " + code + ": " + message;
            case Outcome.Failed(var cause) -> cause;
            case Outcome.Unclear(var cause) -> "unclear: " + cause;
            case Outcome.Waiting(var signal, var deadline) -> "waits for '" + signal + "' until " + deadline;
        };
    }

    /// A participant's text may be a whole page; a log row is not the place for it. And it may hold what PostgreSQL
    /// refuses: a dead letter that cannot be written would hold up everything behind it.
    static String shortened(String text) {
        return FlatJson.storable(text.length() <= LONGEST_TEXT ? text : text.substring(0, LONGEST_TEXT - 1) + "…");
    }

    record Times(Instant started, Instant ended) {}
}
