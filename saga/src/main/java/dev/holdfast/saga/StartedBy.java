package dev.holdfast.saga;

/// What an idempotency key stands for.
///
/// @param sagaId the saga that it started
/// @param requestHash of the request that it came with
public record StartedBy(String sagaId, String requestHash) {}
