/// Group commit: many callers, one transaction.
///
/// A durable write costs a flush to disk and a round trip, whoever asks for it. Here callers submit a request to a
/// lane and wait; the lane commits everything that queued up during its previous commit as one transaction of
/// set-based SQL, and answers each caller with its own result.
///
/// Who uses it needs [dev.holdfast.groupcommit.GroupCommit], a [dev.holdfast.groupcommit.BatchWork], for what it
/// need not wait for [dev.holdfast.groupcommit.Writes], and the four exceptions under
/// [dev.holdfast.groupcommit.GroupCommitException]. Who reads it goes along a request: it becomes
/// a `Ticket`, waits in the `Intake`, is taken by the `Lane`, shares a `Part` of a `BatchRun`, runs in a
/// `Transaction` on the `LaneSession`, and comes back as an `Answer`.
///
/// The rule underneath all of it: **an answer is never a guess.** A result is given after COMMIT was answered; "no
/// effect" only where COMMIT was never run or the server itself refused it; everything else is found out, by
/// ending the old backend and running the batch again, or called unclear.
package dev.holdfast.groupcommit;
