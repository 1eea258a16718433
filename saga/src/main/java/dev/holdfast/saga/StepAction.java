package dev.holdfast.saga;

/// One call of a participant: a step's action, or the action that undoes it.
///
/// Called on a virtual thread, never inside a transaction of the engine, and again under the same key until its
/// effect is known. An exception counts as [Outcome.Unclear], because nobody said what it left behind; of the
/// exceptions of group commit, those that rule an effect out count as [Outcome.Failed].
///
/// @param <P> what the saga carries
@FunctionalInterface
public interface StepAction<P> {

    /// @return what is known about the effect
    /// @throws Exception nobody knows what it left behind
    Outcome run(P payload, StepCall call) throws Exception;
}
