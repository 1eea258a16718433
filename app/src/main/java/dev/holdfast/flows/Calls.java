package dev.holdfast.flows;

import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.groupcommit.UnclearCommitException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.saga.Outcome;
import java.util.function.Supplier;

/// What a fault of a service means for the step that called it. A fault that is not named here is left to the
/// engine, which takes it for unclear and logs it as a defect.
final class Calls {

    private Calls() {}

    /// What a service refused that was given a deadline. That it came too late is no answer from a record: the
    /// services leave none, so an earlier attempt, sent by a node whose clock is ahead, may still arrive in time.
    /// As a refusal it would clear the step of that doubt, and nobody would undo what that attempt does; so it is
    /// the fault that it is: this attempt has had no effect.
    static Outcome refusal(String code, String message) {
        return "too-late".equals(code) ? new Outcome.Failed(message) : new Outcome.Refused(code, message);
    }

    static Outcome outcomeOf(Supplier<Outcome> call) {
        try {
            return call.get();
        } catch (OverloadedException | NotCommittedException | NoEffectException e) {
            return new Outcome.Failed(e.getMessage());
        } catch (UnclearCommitException | EffectUnclearException e) {
            return new Outcome.Unclear(e.getMessage());
        } catch (RejectedRequestException e) {
            // The database refused the data itself: this attempt had no effect. But that is no answer from a
            // record: an earlier attempt, or one that a dead node left behind, may have had one, which a refusal
            // would clear.
            return new Outcome.Failed("a value of the order cannot be stored");
        } catch (KeyReusedException e) {
            // The key is this step's own, so the other request under it is one of this step too, written otherwise:
            // by the release before, whose requests had a member less. It may have had its effect, and nobody but
            // this step takes that back; so it is no refusal, which would clear the step. What belongs to somebody
            // else (an order, a reservation, a key of another order) the services refuse by a code of its own.
            return new Outcome.Unclear(
                    "'" + e.key() + "' stands for a request that was written otherwise; what became of it is unclear");
        }
    }
}
