package dev.holdfast.payment;

import dev.holdfast.payment.PaymentApi.Refused;
import java.time.Instant;
import java.util.List;

/// What the lane answers: what is on record now, and what is to be done next outside of any transaction.
sealed interface PaymentOutcome {

    /// Ask the provider to authorize this attempt.
    ///
    /// @param now the database's time, which says how old the attempt is
    /// @param alone nobody else can be at the provider with it, as of now
    record Ask(Payment payment, Instant now, boolean alone) implements PaymentOutcome {}

    /// The authorization has its answer: the row's status says which.
    record Authorized(Payment payment) implements PaymentOutcome {}

    /// What the provider did is not known, and there is no other to ask: the attempt stays open.
    record StillOpen(Payment payment) implements PaymentOutcome {}

    /// Ask the provider to do this operation.
    ///
    /// @param now the database's time, which says how old the operation is
    record Perform(Operation operation, Payment payment, Instant now) implements PaymentOutcome {}

    /// The operation has its answer: its state says which.
    record Settled(Operation operation, Payment payment) implements PaymentOutcome {}

    /// The provider surely did nothing and nobody else is asking it: the intent is taken back, and a repeat under
    /// its key begins anew.
    record Withdrawn() implements PaymentOutcome {}

    /// Calls to make so that undone money goes back and open calls get their answer; none: nothing is left to do.
    ///
    /// @param payment the row that stands for the whole, or null: there is none
    record ToDo(List<Work> work, Payment payment) implements PaymentOutcome {}

    record No(Refused refusal) implements PaymentOutcome {}

    /// The key belongs to another request.
    record KeyTaken(String key) implements PaymentOutcome {}

    /// A call to a provider.
    sealed interface Work {

        /// What became of this attempt?
        ///
        /// @param now the database's time, before the provider is asked
        record FindOut(Payment payment, Instant now) implements Work {}

        /// What became of this capture? Asked once the door is shut, when no answer means never.
        record FindOutCapture(Operation operation, Payment payment) implements Work {}

        /// Do it, or do it again under its key.
        ///
        /// @param now the database's time, which says how old the operation is
        record Do(Operation operation, Payment payment, Instant now) implements Work {}
    }
}
