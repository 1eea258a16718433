package dev.holdfast.saga.test.conformance;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.util.Optional;

/// One step of a participant, as its owner hands it to the checks: how it is called, and where its effect can be
/// seen. Called by several threads at once.
///
/// What the optional methods give makes more checks possible; [Conformance#leftOut()] names those that are not.
///
/// @param <P> what the saga carries
public interface ParticipantUnderTest<P> {

    /// For reports: `inventory hold`.
    String name();

    /// A request that nobody has made before and that will be done: with business things of its own (stock, a
    /// card), set up here if need be, so that its effect can be told from all others.
    ///
    /// @param sagaId up to 40 characters of `a-z`, `0-9` and `-`
    P request(String sagaId) throws Exception;

    /// The step's action, as a saga calls it. An exception counts as unclear, as the engine takes it.
    Outcome act(P request, StepCall call) throws Exception;

    /// What undoes it, as a saga calls it. [StepCall#doKey()] is the key of the action.
    Outcome undo(P request, StepCall call) throws Exception;

    /// How often the effect of this request exists now: 1 after it was done, 0 after it was undone. To be counted
    /// where the effect is (the stock, the provider's books), not by asking what the participant remembers.
    int effects(P request) throws Exception;

    /// Another request than the given one, to be made under the same key.
    default Optional<P> another(P request) throws Exception {
        return Optional.empty();
    }

    /// A request that is refused for a business reason which can be lifted.
    default Optional<Refusal<P>> refusal(String sagaId) throws Exception {
        return Optional.empty();
    }

    /// Whether a step may be asked for again under the key of its next generation, after a refusal. Needs
    /// [#refusal].
    default boolean hasGenerations() {
        return false;
    }

    /// Ends the participant's process and starts another one on the same database, or does what is as good: forgets
    /// all that is not in the database.
    default Optional<Happening> restart() {
        return Optional.empty();
    }

    /// Makes the next call, of the action or of the undo, lose its connection or its process when its work is done
    /// and not committed. The call may throw, answer something unclear, or have repeated its transaction by itself.
    default Optional<Happening> deathBeforeCommit() {
        return Optional.empty();
    }

    /// Makes the next call lose it when its work is committed and not answered.
    default Optional<Happening> deathAfterCommit() {
        return Optional.empty();
    }

    /// A request that is refused.
    ///
    /// @param relent lifts the reason (stock comes in, the card is topped up): the same request, made for the first
    ///     time afterwards, would be done
    record Refusal<P>(P request, Happening relent) {}

    /// Something that comes over a participant.
    @FunctionalInterface
    interface Happening {
        void happen() throws Exception;
    }
}
