package dev.holdfast.saga;

import java.time.Duration;

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
        Duration validFor) {

    /// @param team who is called when it breaks: `payments-platform`
    /// @param service whose data the step changes: `payment`
    public record Owner(String team, String service) {}
}
