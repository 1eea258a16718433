package dev.holdfast.saga;

import java.time.Instant;
import java.util.List;

/// One saga, whole.
///
/// @param currentStep the step it stands at, that of the latest row (`null` before the first) where
///     the definition is not known
/// @param stage what the customer sees: the stage of the latest step reached, or COMPENSATING, FAILED, COMPLETED
/// @param needsAttention a person should look; the engine goes on trying
/// @param payload the JSON it carries
/// @param failure why it turned back, `null` when it did not
/// @param log every attempt, in order
/// @param tasks what has to be undone, in order; empty when it did not turn back
public record SagaView(
        String sagaId,
        String definition,
        int version,
        SagaStatus status,
        String currentStep,
        String stage,
        boolean needsAttention,
        String payload,
        String subject,
        Failure failure,
        List<LogEntry> log,
        List<CompensatingTask> tasks,
        Instant createdAt,
        Instant updatedAt) {

    /// @param step the step that could not be done
    /// @param code the participant's code when it refused, else `no-answer` or `not-reachable`
    /// @param message for people
    public record Failure(String step, String code, String message) {}
}
