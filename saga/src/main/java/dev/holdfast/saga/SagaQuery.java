package dev.holdfast.saga;

import java.time.Instant;

/// Which sagas to list, newest first by id. `null` leaves a condition out.
///
/// @param step the step of the latest log row
/// @param createdBefore older than this
/// @param after the last saga id of the page before
/// @param limit 1 to 1,000
public record SagaQuery(
        SagaStatus status,
        String definition,
        String step,
        Boolean needsAttention,
        String subject,
        Instant createdBefore,
        String after,
        int limit) {

    public SagaQuery {
        if (limit < 1 || limit > 1_000) {
            throw new IllegalArgumentException("limit must be 1 to 1,000, not " + limit);
        }
    }

    /// The newest sagas, whatever they are.
    public static SagaQuery newest(int limit) {
        return new SagaQuery(null, null, null, null, null, null, null, limit);
    }

    public SagaQuery withStatus(SagaStatus status) {
        return new SagaQuery(status, definition, step, needsAttention, subject, createdBefore, after, limit);
    }

    public SagaQuery withDefinition(String definition) {
        return new SagaQuery(status, definition, step, needsAttention, subject, createdBefore, after, limit);
    }

    public SagaQuery withStep(String step) {
        return new SagaQuery(status, definition, step, needsAttention, subject, createdBefore, after, limit);
    }

    public SagaQuery withNeedsAttention(boolean needsAttention) {
        return new SagaQuery(status, definition, step, needsAttention, subject, createdBefore, after, limit);
    }

    public SagaQuery withSubject(String subject) {
        return new SagaQuery(status, definition, step, needsAttention, subject, createdBefore, after, limit);
    }

    public SagaQuery withCreatedBefore(Instant createdBefore) {
        return new SagaQuery(status, definition, step, needsAttention, subject, createdBefore, after, limit);
    }

    public SagaQuery withAfter(String sagaId) {
        return new SagaQuery(status, definition, step, needsAttention, subject, createdBefore, sagaId, limit);
    }

    public SagaQuery withLimit(int limit) {
        return new SagaQuery(status, definition, step, needsAttention, subject, createdBefore, after, limit);
    }
}
