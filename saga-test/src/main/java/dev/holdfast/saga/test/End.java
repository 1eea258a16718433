package dev.holdfast.saga.test;

import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.SagaStatus;
import java.util.List;
import java.util.stream.Collectors;

/// How a saga ended.
///
/// @param status COMPLETED or FAILED; another where it did not come to an end, which is reported by itself
/// @param code why it failed, `null` when it did not
/// @param log all its rows
public record End(String sagaId, SagaStatus status, String code, List<LogEntry> log) {

    public boolean completed() {
        return status == SagaStatus.COMPLETED;
    }

    public boolean failed() {
        return status == SagaStatus.FAILED;
    }

    /// Runs with the same path are one outcome.
    String path() {
        return log.stream()
                .map(entry -> entry.event() + (entry.step() == null ? "" : " " + entry.step()))
                .collect(Collectors.joining(", "));
    }
}
