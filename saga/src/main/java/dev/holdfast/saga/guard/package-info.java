/// The guard of a participant: what makes the local transaction of a step safe to be called twice, late, after its
/// undo and at the same time on another node.
///
/// For participants without a business row that carries the step's key; where there is one (a reservation, a
/// payment), that row with its states is the guard. [ParticipantGuard] is for effects in the participant's own
/// database, [ProviderGuard] for effects at somebody else's. Plain JDBC, one table in the participant's schema; of
/// the engine only [dev.holdfast.saga.Outcome] and [dev.holdfast.saga.StepCall] are used.
package dev.holdfast.saga.guard;
