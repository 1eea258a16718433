package dev.holdfast.saga;

import dev.holdfast.groupcommit.GroupCommitException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What operators do to sagas, on whatever node these run: each deed is a durable signal to its saga, kept in
/// `saga_audit` with who did it and why, and in the log of the saga once it has taken it.
///
/// Methods wait a while for the saga to say what became of the deed. One that is busy with an attempt, or whose
/// node is just being replaced, takes it later: [OperatorAnswer.Pending].
///
/// A deed is done once for each time it is asked for. Whoever may have to ask again, because the answer was lost,
/// asks [#under] a key: the same deed under the same key is done once, and answered alike.
///
/// All throw [IllegalArgumentException] for who, why or evidence that is missing or too long, and
/// [GroupCommitException] when it was not recorded, or perhaps not.
public final class SagaOperator {

    /// Of what an operator says.
    private static final int LONGEST_TEXT = 4_000;

    private static final int LONGEST_NAME = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofMillis(25);

    private final SagaEngine engine;
    private final SagaLane lane;
    private final SignalReads reads;
    private final SagaClock clock;
    private final String key;

    SagaOperator(SagaEngine engine, SagaLane lane, SignalReads reads, SagaClock clock) {
        this(engine, lane, reads, clock, null);
    }

    private SagaOperator(SagaEngine engine, SagaLane lane, SignalReads reads, SagaClock clock, String key) {
        this.engine = engine;
        this.lane = lane;
        this.reads = reads;
        this.clock = clock;
        this.key = key;
    }

    /// The same operator's desk for one deed that may be asked for again. Kept with the saga, for pausing and
    /// resuming as long as start keys are.
    ///
    /// @param key the operator's own, 1 to 255 characters
    public SagaOperator under(String key) {
        required("key", key, Signal.LONGEST_KEY);
        return new SagaOperator(engine, lane, reads, clock, key);
    }

    /// Makes a saga's next attempt now instead of at the end of its pause; a parked saga is tried anew.
    ///
    /// @param who the operator, up to 100 characters
    public OperatorAnswer retryNow(String sagaId, String who) {
        required("who", who, LONGEST_NAME);
        return order(signal(sagaId, Signal.RETRY, "", who), "retry-now", "asked for");
    }

    /// Counts a dead-lettered undo as completed because a person has done it.
    ///
    /// @param step the step that was undone by hand
    /// @param who the operator, up to 100 characters
    /// @param reason why by hand
    /// @param evidence what shows that it was done: a refund's number; it and the reason up to 4,000 characters
    public OperatorAnswer resolve(String sagaId, String step, String who, String reason, String evidence) {
        required("who", who, LONGEST_NAME);
        required("step", step, 50);
        required("reason", reason, LONGEST_TEXT);
        required("evidence", evidence, LONGEST_TEXT);
        var said = FlatJson.write(
                Map.of(SignalTaking.STEP, step, SignalTaking.REASON, reason, SignalTaking.EVIDENCE, evidence));
        return order(signal(sagaId, Signal.RESOLVE, said, who), "resolve " + step, reason);
    }

    /// Turns a saga back whose pivot has not begun, or was refused and waits for another request. Any other goes
    /// through: cancelling what it has done is another saga.
    ///
    /// @param who the operator, up to 100 characters
    /// @param reason up to 4,000 characters; the saga's failure says it
    public OperatorAnswer turnBack(String sagaId, String who, String reason) {
        required("who", who, LONGEST_NAME);
        required("reason", reason, LONGEST_TEXT);
        return order(signal(sagaId, Signal.CANCEL, reason, who), "turn-back", reason);
    }

    /// Makes no more attempts at sagas of a definition, on any node, and starts none but those of a step, until it
    /// is resumed. Attempts that are under way end; deadlines go on.
    ///
    /// @param definition its name; all versions
    /// @return [OperatorAnswer.NotPossible] when this node has no definition of the name
    public OperatorAnswer pause(String definition, String who, String reason) {
        return pause(definition, true, who, reason);
    }

    /// Goes on with sagas of a definition.
    public OperatorAnswer resume(String definition, String who, String reason) {
        return pause(definition, false, who, reason);
    }

    private OperatorAnswer pause(String definition, boolean paused, String who, String reason) {
        required("who", who, LONGEST_NAME);
        required("reason", reason, LONGEST_TEXT);
        if (!engine.knows(definition)) {
            return new OperatorAnswer.NotPossible("there is no definition '" + definition + "' here");
        }
        var what = (paused ? "pause " : "resume ") + definition;
        var audit = new Command.Audit(who, what, null, reason, clock.now());
        var once = key == null ? null : keyOf(who);
        var result = lane.submit(new Command.Pause(definition, paused, audit, once, engine.keyExpires(audit.at())));
        if (result instanceof Command.Result.Answered(StartAnswer.KeyReused _)) {
            return new OperatorAnswer.KeyReused();
        }
        engine.lookAround();
        return new OperatorAnswer.Accepted();
    }

    private Signal signal(String sagaId, String name, String payload, String who) {
        var now = clock.now();
        return new Signal(sagaId, key == null ? name + " " + who + " " + now : keyOf(who), name, payload, who, now);
    }

    /// Two operators who chose the same word do not meet. Of one length, whatever the two are, and nothing that a
    /// program would choose as the key of a signal of its own.
    private String keyOf(String who) {
        return "$" + Digest.of(who + "\n" + key);
    }

    private OperatorAnswer order(Signal signal, String what, String why) {
        var audit = new Command.Audit(signal.by(), what, signal.sagaId(), why, signal.at());
        return switch (engine.send(signal, audit)) {
            case SignalAnswer.Recorded _ -> {
                if (signal.name().equals(Signal.RETRY)) {
                    engine.tryParked(signal.sagaId());
                }
                yield outcomeOf(signal);
            }
            case SignalAnswer.KeyReused _ -> new OperatorAnswer.KeyReused();
            case SignalAnswer.Ended(var status) -> new OperatorAnswer.NotPossible("the saga has ended: " + status);
            case SignalAnswer.Unknown _ -> new OperatorAnswer.NotPossible("there is no saga " + signal.sagaId());
        };
    }

    /// Looked up, because the saga may be taken by a thread, a node or a later start of this one.
    private OperatorAnswer outcomeOf(Signal signal) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (System.nanoTime() < end) {
                var outcome = reads.outcome(signal.sagaId(), signal.key());
                if (outcome.isPresent()) {
                    return answer(outcome.get());
                }
                if (ended(signal.sagaId()) != null) {
                    return endedBefore(signal);
                }
                if (!signal.name().equals(Signal.RETRY) && engine.isParked(signal.sagaId())) {
                    return new OperatorAnswer.Pending(
                            "recorded; the saga is parked and takes it once it is tried again");
                }
                Thread.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new OperatorAnswer.Pending("recorded; the saga takes it when its attempt is over, or its node is back");
    }

    /// @return how the saga has ended, `null` when it has not
    private SagaStatus ended(String sagaId) {
        var status = engine.statuses(List.of(sagaId)).get(sagaId);
        return status != null && status.ended() ? status : null;
    }

    /// Whatever a saga took, it took before its end: looked up after that was seen, it is found, or never will be.
    private OperatorAnswer endedBefore(Signal signal) {
        return reads.outcome(signal.sagaId(), signal.key())
                .map(SagaOperator::answer)
                .orElseGet(() -> new OperatorAnswer.NotPossible(
                        "the saga has ended: " + ended(signal.sagaId()) + ", before it could be taken"));
    }

    private static OperatorAnswer answer(String outcome) {
        return outcome.equals(SignalTaking.ACCEPTED)
                ? new OperatorAnswer.Accepted()
                : new OperatorAnswer.NotPossible(outcome);
    }

    private static void required(String what, String value, int longest) {
        if (value == null || value.isBlank() || value.length() > longest || !FlatJson.isStorable(value)) {
            throw new IllegalArgumentException(
                    "an operator's request needs " + what + " of 1 to " + longest + " characters, not '" + value + "'");
        }
    }

    /// Which definitions are paused, as this node knows it.
    public boolean isPaused(String definition) {
        return engine.isPaused(definition);
    }
}
