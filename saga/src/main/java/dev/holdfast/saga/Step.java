package dev.holdfast.saga;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// One step of a definition as it was built: what runs, and what documentation is made of.
///
/// @param <P> what the saga carries
/// @param owner who answers for the step
/// @param customerSees the stage shown to the customer from the moment this step is reached
/// @param undoneBy `null` when the step needs no undo
/// @param needsNoUndo the reason why not, `null` when it has one
/// @param compensatedAt the service that an undo goes to, `null` without undo
/// @param retries attempts after the first; counts before the pivot and, while its effect is ruled out, for the
///     pivot
/// @param within time limit of one attempt
/// @param validFor how long after it is sent a participant may still act on a call
/// @param deadline time limit of the whole step from its first attempt on, `null` for none
/// @param asksFor what a refusal waits for before it counts, `null` when it counts at once
/// @param undoneAfter steps whose undo must be completed before this one is undone, dead letter or not
/// @param group the steps it runs side by side with have the same, `null` for a step of its own
/// @param children the sagas it consists of, `null` for a step that calls a participant
public record Step<P>(
        String name,
        StepKind kind,
        Owner owner,
        String customerSees,
        String succeedsWhen,
        String failsWhen,
        StepAction<P> does,
        StepAction<P> undoneBy,
        String needsNoUndo,
        String compensatedAt,
        int retries,
        Backoff backoff,
        Duration within,
        Duration validFor,
        Duration deadline,
        Asking asksFor,
        Set<String> undoneAfter,
        String group,
        Children<P, ?> children) {

    /// The same step with other actions.
    Step<P> acting(StepAction<P> action, StepAction<P> undo) {
        return new Step<>(
                name,
                kind,
                owner,
                customerSees,
                succeedsWhen,
                failsWhen,
                action,
                undo,
                needsNoUndo,
                compensatedAt,
                retries,
                backoff,
                within,
                validFor,
                deadline,
                asksFor,
                undoneAfter,
                group,
                children);
    }

    /// @param signal the name of the signal that brings another request
    /// @param atMost how long it is waited for, each time
    /// @param times how many further requests there may be
    /// @param after the codes of the refusals that ask; empty: all
    public record Asking(String signal, Duration atMost, int times, Set<String> after) {

        /// @param generation the request that was refused
        boolean asks(String code, int generation) {
            return generation < times && (after.isEmpty() || after.contains(code));
        }
    }

    /// @param definition what each of them is a run of
    /// @param payloads what each of them carries, out of what the step's saga carries; the same on every call
    /// @param mayFail whether the step is done too when some of them failed
    public record Children<P, C>(SagaDefinition<C> definition, Function<P, List<C>> payloads, boolean mayFail) {}

    /// @param team who is called when it breaks: `payments-platform`
    /// @param service whose data the step changes: `payment`
    public record Owner(String team, String service) {}
}
