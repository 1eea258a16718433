package dev.holdfast.saga.guard;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.guard.StepRows.Answered;
import dev.holdfast.saga.guard.StepRows.Free;
import dev.holdfast.saga.guard.StepRows.Open;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/// The promises of [ParticipantGuard] where the effect is at somebody else's, who shares no transaction with us:
/// a payment provider, a carrier. Those are never called inside a transaction; the intent is recorded before, the
/// answer after.
///
/// An action: [#begin] and commit, call the provider under [GuardedCall#key], [#settle] and commit. An undo:
/// [#beginUndo] and commit, find out or take back at the provider, record that with [#settle] or [#takenBack] and
/// commit; until [NothingLeft]. What comes to an exception in between is reported as [Outcome.Unclear]: the
/// saga repeats, and the repetition goes on from what is on record. So it is the saga that drives an open call to
/// its end, and needs no sweeper here.
///
/// **Why no effect is left behind.** Before the provider is asked, the key is committed as open. An undo that comes
/// meanwhile marks the step as undone, so that no further action begins, and is not finished while a call is
/// open. Whoever learns the answer writes it onto the open row and reads the mark in the same transaction: either
/// the undo came first, then [TakeBack] is the answer, or it comes later and finds the effect. Two that learn it at
/// the same time are both told; the provider's own idempotency key makes one of it.
///
/// The provider must know keys, or answer what became of one. A provider that forgets keys after a while (see
/// [Ask#openFor]) must be asked what became of it from then on, never be asked to do it again.
///
/// Isolation and SQLSTATEs as for [ParticipantGuard].
public final class ProviderGuard {

    private final GuardTable table;

    private ProviderGuard(GuardTable table) {
        this.table = table;
    }

    /// The same table and settings as [ParticipantGuard#inSchema].
    public static ProviderGuard inSchema(String schema, Duration kept) {
        return new ProviderGuard(ParticipantGuard.table(schema, kept));
    }

    /// What is to be done for an action.
    public sealed interface Begun permits Ask, Known {}

    /// The provider is to be asked, under the call's key.
    ///
    /// @param again whether it may have been asked before: find out first what became of that, or repeat under the
    ///     same key
    /// @param openFor since when it may have been asked
    public record Ask(boolean again, Duration openFor) implements Begun {}

    /// The answer is on record.
    public record Known(Outcome outcome) implements Begun {}

    /// What an answer came to.
    public sealed interface Settled permits Stands, TakeBack {}

    /// To be reported to the saga.
    public record Stands(Outcome outcome) implements Settled {}

    /// What is to be done for an undo.
    public sealed interface Undoing permits NothingLeft, FindOut, TakeBack {}

    /// The step is undone.
    public record NothingLeft() implements Undoing {}

    /// These calls are open: find out what became of each, [#settle] it, and begin the undo again.
    public record FindOut(List<GuardedCall> calls) implements Undoing {}

    /// These effects exist and the step is undone: take them back at the provider, then [#takenBack].
    public record TakeBack(List<Effect> effects) implements Settled, Undoing {}

    /// Records the intent, or answers what is known.
    ///
    /// @throws RequestMismatchException the key stands for another request
    public Begun begin(Connection db, GuardedCall call, String requestHash) throws SQLException {
        ParticipantGuard.checkTransaction(db);
        ParticipantGuard.checkHash(requestHash);
        var rows = table.forAction(db, call, requestHash);
        return switch (rows.standing(call, requestHash)) {
            case Open(var since) -> {
                table.askedAgain(db, call, requestHash);
                yield new Ask(true, since);
            }
            case Answered(var outcome, boolean recorded) -> {
                if (!recorded) {
                    table.answer(db, call, requestHash, outcome);
                }
                yield new Known(outcome);
            }
            case Free _ -> {
                table.open(db, call, requestHash, rows);
                yield new Ask(false, Duration.ZERO);
            }
        };
    }

    /// Records what became of an open call.
    ///
    /// [Outcome.Failed] speaks of the attempt that reports it. Where that is the only one that was ever made under
    /// the key the key is free again; where another was begun before and has not answered, or a call was reported
    /// as unclear, it stays open, and that is what the saga is told: the provider may have done what it was asked
    /// then, and an undo has to find out. Whoever has looked up that the provider knows nothing of the key, and
    /// never will, reports [Outcome.Refused].
    ///
    /// @param answer [Outcome.Done] and [Outcome.Refused] are remembered; [Outcome.Failed] leaves the key free, or
    ///     open; [Outcome.Unclear] and [Outcome.Waiting] leave it open
    /// @return what is to be reported to the saga; or the effects to take back, because the step was undone
    ///     meanwhile
    /// @throws IllegalStateException another answer is on record already: the provider contradicts itself, a person
    ///     has to look
    public Settled settle(Connection db, GuardedCall call, Outcome answer) throws SQLException {
        ParticipantGuard.checkTransaction(db);
        var rows = table.locked(db, call.stepKey());
        table.prolong(db, call);
        var row = rows.of(call.generation());
        if (answer instanceof Outcome.Failed && row.state() == KeyState.OPEN && row.asked() > 1) {
            return new Stands(new Outcome.Unclear("an earlier call under '" + call.key()
                    + "' is without an answer; this one: " + ((Outcome.Failed) answer).cause()));
        }
        if (isOpenTo(answer, rows, row)) {
            table.answer(db, call, row.requestHash(), answer);
            return rows.undone() && answer instanceof Outcome.Done(var facts)
                    ? new TakeBack(List.of(new Effect(call, facts)))
                    : new Stands(answer);
        }
        if (contradicts(row.state(), answer)) {
            throw new IllegalStateException("'" + call.key() + "' is on record as "
                    + row.state().code() + " and is now said to be " + answer + "; compare with the provider's books");
        }
        if (rows.undone() && row.state() == KeyState.DONE) {
            return new TakeBack(List.of(row.effect(call.stepKey())));
        }
        return rows.standing(call, row.requestHash()) instanceof Answered(var outcome, var _)
                ? new Stands(outcome)
                : new Stands(answer);
    }

    /// Whether nothing stands against an answer. Free again is what another thread has reported as surely without
    /// effect, and refused because it was undone what came after that: whoever knows better is believed, and takes
    /// the effect back.
    private static boolean isOpenTo(Outcome answer, StepRows rows, KeyRow row) {
        return row.state() == KeyState.OPEN
                || row.state() == KeyState.NONE
                || answer instanceof Outcome.Done && rows.isRefusedAsUndone(row.generation());
    }

    /// Marks the step as undone, so that nothing of it begins any more, and tells what is left of it. Each time the
    /// step is remembered anew for as long as answers are: it must not be forgotten before it is undone.
    ///
    /// Whoever is told to find out asks the provider too: an earlier call that answers late that it surely had no
    /// effect does not free the key any more.
    public Undoing beginUndo(Connection db, GuardedCall call) throws SQLException {
        ParticipantGuard.checkTransaction(db);
        var rows = table.forUndo(db, call);
        if (rows == null) {
            return new NothingLeft();
        }
        table.markUndone(db, call.stepKey());
        if (!rows.open().isEmpty()) {
            for (var open : rows.open()) {
                table.askedAgain(db, open, rows.of(open.generation()).requestHash());
            }
            return new FindOut(rows.open());
        }
        return rows.effects().isEmpty() ? new NothingLeft() : new TakeBack(rows.effects());
    }

    /// Records that an effect which [#settle] or [#beginUndo] told to take back is gone.
    ///
    /// @throws IllegalStateException nobody has begun to undo the step
    public void takenBack(Connection db, Effect effect) throws SQLException {
        ParticipantGuard.checkTransaction(db);
        var rows = table.locked(db, effect.call().stepKey());
        if (!rows.undone()) {
            throw new IllegalStateException(
                    "'" + effect.call().key() + "' is not being undone; begin with ProviderGuard.beginUndo");
        }
        table.takeBack(db, effect.call());
    }

    private static boolean contradicts(KeyState state, Outcome answer) {
        return switch (answer) {
            case Outcome.Done _ -> state == KeyState.REFUSED;
            case Outcome.Refused _ -> state == KeyState.DONE || state == KeyState.UNDONE;
            case Outcome.Failed _, Outcome.Unclear _, Outcome.Waiting _ -> false;
        };
    }
}
