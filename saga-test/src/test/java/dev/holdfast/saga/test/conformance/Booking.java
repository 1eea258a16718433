package dev.holdfast.saga.test.conformance;

/// What the model participants are asked for.
///
/// @param id whose effect it is
record Booking(String id, String text) {}
