package dev.holdfast.operations;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.holdfast.saga.CompensatingTask;
import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.SagaDesk.DeadLetter;
import dev.holdfast.saga.SagaDesk.ReceivedSignal;
import dev.holdfast.saga.SagaOutlook.Act;
import dev.holdfast.saga.SagaStatus;
import dev.holdfast.saga.SagaView;
import dev.holdfast.saga.Step;
import java.time.Instant;
import java.util.List;

/// `GET /v1/ops/sagas/{saga_id}`: one saga whole.
///
/// @param orderId null when its payload cannot be read, or is about none
/// @param stage what the customer sees
/// @param parked this release cannot run it: `retry` once one can
/// @param paused no attempts are made at sagas of its definition
/// @param failure why it turned back, null when it did not
/// @param payload the JSON it carries
/// @param log every row, in order
/// @param tasks what has to be undone, in order
/// @param signals the first 200 that came
record SagaFile(
        String sagaId,
        String orderId,
        String definition,
        int version,
        SagaStatus status,
        String stage,
        String currentStep,
        boolean needsAttention,
        boolean parked,
        boolean paused,
        String subject,
        SagaView.Failure failure,
        Waits waits,
        @JsonRawValue String payload,
        List<LogEntry> log,
        List<CompensatingTask> tasks,
        List<DeadLetter> deadLetters,
        List<ReceivedSignal> signals,
        Instant createdAt,
        Instant updatedAt) {

    /// What it waits for; null when it has ended.
    ///
    /// @param since its latest row
    /// @param deadline when its time, or its step's, is over; null for none
    /// @param next empty when it is parked
    record Waits(Instant since, Instant deadline, List<Due> next) {}

    /// @param act what is done next: `RUN`, `UNDO`, `BEGIN_PIVOT`, `TURN_BACK`, `CLOSE`, `END`
    /// @param owner who answers for the step
    /// @param attempt from 0
    /// @param signal what would change it, null for nothing
    /// @param at when, null for now: an attempt is under way, or about to be
    record Due(Act act, String step, Step.Owner owner, int attempt, String signal, Instant at) {}
}
