package dev.holdfast.saga.guard;

import dev.holdfast.saga.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/// All that is remembered of one step, locked by the transaction that looks at it; and what follows from that for a
/// call of its action.
///
/// @param rows by generation; that of generation 0 is always there
/// @param fresh whether this very transaction has claimed the key of the call
/// @param now the database's clock when all of it was locked
record StepRows(String stepKey, List<KeyRow> rows, boolean undone, boolean fresh, Instant now) {

    static final String UNDONE = "undone";
    static final String TOO_LATE = "too-late";
    static final String SUPERSEDED = "superseded";

    sealed interface Standing permits Free, Answered, Open {}

    /// Nothing was done and nothing stands in the way.
    record Free() implements Standing {}

    /// @param outcome known
    /// @param recorded whether the key's row says so already
    record Answered(Outcome outcome, boolean recorded) implements Standing {}

    /// Begun, without an answer.
    record Open(Duration since) implements Standing {}

    /// Where a call stands. In this order, because each question only makes sense after those before it: what was
    /// answered stays answered, whenever the repetition comes; only what is new can be late.
    ///
    /// @throws RequestMismatchException the key stands for another request
    /// @throws IllegalStateException an earlier generation was not refused
    Standing standing(GuardedCall call, String requestHash) {
        var row = of(call.generation());
        if (!fresh && row.requestHash() != null && !row.requestHash().equals(requestHash)) {
            throw new RequestMismatchException(call.key());
        }
        return switch (row.state()) {
            case REFUSED -> new Answered(row.refusal(), true);
            case UNDONE -> new Answered(refusedAsUndone(call), true);
            case DONE -> new Answered(undone ? refusedAsUndone(call) : new Outcome.Done(row.facts()), true);
            case NONE -> unasked(call);
            case OPEN -> fresh ? unasked(call) : new Open(Duration.between(row.openedAt(), now));
        };
    }

    private Standing unasked(GuardedCall call) {
        if (undone) {
            return new Answered(refusedAsUndone(call), false);
        }
        if (any(row -> row.generation() > call.generation() && row.state() != KeyState.NONE)) {
            return refused(SUPERSEDED, "a later request of this step is on record, '" + call.key() + "' is over");
        }
        // Two generations with an effect each would be two effects of one step. The engine opens one only after the
        // one before was refused, so somebody made this key up.
        if (any(row -> row.generation() < call.generation()
                && (row.state() == KeyState.DONE || row.state() == KeyState.OPEN))) {
            throw new IllegalStateException("'" + call.key() + "' came while an earlier request of its step is done or"
                    + " open; it was not acted upon. The next generation begins when the one before was refused");
        }
        if (call.notAfter() != null && now.isAfter(call.notAfter())) {
            return refused(
                    TOO_LATE,
                    "'" + call.key() + "' came after " + call.notAfter()
                            + ", when its saga may have moved on; nothing was done");
        }
        return new Free();
    }

    /// A saga that is told no moves on, and nobody will undo this step. So a refusal is remembered and stays, also
    /// one for lateness: an earlier attempt may still be on its way with a later deadline, set by another clock.
    private static Answered refused(String code, String message) {
        return new Answered(new Outcome.Refused(code, message), false);
    }

    private static Outcome.Refused refusedAsUndone(GuardedCall call) {
        return new Outcome.Refused(UNDONE, "'" + call.key() + "' was undone; what comes after its undo is refused");
    }

    /// Whether a key was refused because its step was undone: the guard's own word, and none of the provider's.
    boolean isRefusedAsUndone(int generation) {
        var row = of(generation);
        return undone && row.state() == KeyState.REFUSED && UNDONE.equals(row.code());
    }

    /// What is to be taken back.
    List<Effect> effects() {
        return rows.stream()
                .filter(row -> row.state() == KeyState.DONE)
                .map(row -> row.effect(stepKey))
                .toList();
    }

    /// What has to be found out before anything can be taken back.
    List<GuardedCall> open() {
        return rows.stream()
                .filter(row -> row.state() == KeyState.OPEN)
                .map(row -> new GuardedCall(stepKey, row.generation(), null))
                .toList();
    }

    KeyRow of(int generation) {
        return rows.stream()
                .filter(row -> row.generation() == generation)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "nothing is on record under '" + stepKey + "', generation " + generation));
    }

    private boolean any(Predicate<KeyRow> such) {
        return rows.stream().anyMatch(such);
    }
}
