package dev.holdfast.saga;

import java.time.Instant;

/// What is known of a saga from its start on.
///
/// @param payload the JSON it carries
/// @param subject `null` for none
/// @param traceparent `null` for none
record Execution(
        String sagaId,
        String definition,
        int version,
        String payload,
        String subject,
        String traceparent,
        Instant createdAt) {

    /// The trace it belongs to, `null` for none.
    String traceId() {
        return traceparent == null ? null : traceparent.substring(3, 35);
    }
}
