/// Whether a participant keeps what sagas rely on: every promise as a check of its own, run against the real thing.
///
/// The participant's owner describes one step as a [ParticipantUnderTest] and runs [Conformance#checks()]; a check
/// that fails tells the promise, what was called in which order, what came of it and what should have.
package dev.holdfast.saga.test.conformance;
