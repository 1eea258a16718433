package dev.holdfast.saga.test.conformance;

import dev.holdfast.saga.Outcome;

/// What came of a call.
///
/// @param outcome what was answered; of an exception [Outcome.Unclear], as the engine takes it
/// @param thrown `null` when something was answered
record Answer(Outcome outcome, Exception thrown) {

    boolean definite() {
        return outcome instanceof Outcome.Done || outcome instanceof Outcome.Refused;
    }

    boolean done() {
        return outcome instanceof Outcome.Done;
    }

    boolean refused() {
        return outcome instanceof Outcome.Refused;
    }

    /// Refusals by their code: the words may name a number that has changed since.
    boolean sameAs(Answer other) {
        return outcome instanceof Outcome.Refused(var code, var _)
                        && other.outcome instanceof Outcome.Refused(var otherCode, var _)
                ? code.equals(otherCode)
                : outcome.equals(other.outcome);
    }

    @Override
    public String toString() {
        return switch (outcome) {
            case Outcome.Done(var facts) -> facts.isEmpty() ? "Done" : "Done " + facts;
            case Outcome.Refused(var code, var message) -> "Refused " + code + ": " + message;
            case Outcome.Failed(var cause) -> "Failed: " + cause;
            case Outcome.Unclear(var cause) -> (thrown == null ? "Unclear: " : "threw ") + cause;
            case Outcome.Waiting(var signal, var deadline) -> "Waiting for " + signal + " until " + deadline;
        };
    }
}
