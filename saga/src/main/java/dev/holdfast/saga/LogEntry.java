package dev.holdfast.saga;

import java.time.Instant;
import java.util.Map;

/// One row of a saga's log. Rows are added, never changed.
///
/// @param seq position in the log, from 1 without gaps
/// @param step the step concerned, `null` when it concerns the saga
/// @param attempt from 0
/// @param generation of the step's request, from 0
/// @param detail facts of a step that is done; code, message or cause of one that is not; `retry_at` when it is to
///     be repeated
/// @param startedAt when the attempt began
/// @param endedAt when it was over
public record LogEntry(
        int seq,
        String step,
        SagaEvent event,
        int attempt,
        int generation,
        Map<String, String> detail,
        Instant startedAt,
        Instant endedAt) {

    public LogEntry {
        detail = Map.copyOf(detail);
    }
}
