package dev.holdfast.saga;

import java.time.Instant;
import org.slf4j.MDC;

/// What is known of a saga from its start on.
///
/// @param payload the JSON it carries
/// @param subject `null` for none
/// @param traceparent `null` for none
/// @param parent the saga this one belongs to a step of, `null` for none
record Execution(
        String sagaId,
        String definition,
        int version,
        String payload,
        String subject,
        String traceparent,
        String parent,
        Instant createdAt) {

    /// Does something about this saga on a thread that belongs to none: its lines carry the saga's ids.
    void logged(Runnable work) {
        try (var _ = MDC.putCloseable("saga_id", sagaId)) {
            if (traceparent == null) {
                work.run();
                return;
            }
            try (var _ = MDC.putCloseable("trace_id", traceId())) {
                work.run();
            }
        }
    }

    /// From now on this thread's lines carry the saga's ids, whatever was done to its logging context.
    void nameInLog() {
        if (!sagaId.equals(MDC.get("saga_id"))) {
            MDC.put("saga_id", sagaId);
            if (traceparent != null) {
                MDC.put("trace_id", traceId());
            }
        }
    }

    /// The trace it belongs to, `null` for none.
    String traceId() {
        return traceparent == null ? null : traceparent.substring(3, 35);
    }
}
