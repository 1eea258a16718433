package dev.holdfast.payment;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.payment.PaymentCommand.Asked;
import dev.holdfast.platform.Trace;

/// The service's one lane: everything is written through it. Notes on whose behalf.
record PaymentLane(GroupCommit<Asked, PaymentOutcome> lane) {

    /// Waits until it is written.
    ///
    /// @throws dev.holdfast.groupcommit.GroupCommitException it is not, or perhaps not
    PaymentOutcome submit(PaymentCommand command) {
        return lane.submit(new Asked(command, Trace.currentTraceparent()));
    }
}
