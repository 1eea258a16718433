package dev.holdfast.platform;

/// A business no, recorded by the participant or certain without a record: it has no effect, and the same request
/// would be answered the same.
///
/// @param code for programs, kebab-case: `reservation-lapsed`
/// @param message for people: what was wrong and what happens next
public record Refusal(String code, String message) {}
