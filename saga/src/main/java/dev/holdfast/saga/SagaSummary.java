package dev.holdfast.saga;

import java.time.Instant;

/// One saga in a list.
///
/// @param currentStep the step of its latest log row, `null` before the first
public record SagaSummary(
        String sagaId,
        String definition,
        int version,
        SagaStatus status,
        String currentStep,
        boolean needsAttention,
        String subject,
        Instant createdAt,
        Instant updatedAt) {}
