package dev.holdfast.checkout;

import dev.holdfast.saga.SagaView;
import java.time.Instant;
import java.util.List;

/// `GET /v1/checkout/{saga_id}`.
///
/// @param status `processing`, `completed` or `failed`
/// @param stage what the customer sees
/// @param failure why it turned back, null when it did not
/// @param steps in the order of the flow
record CheckoutStatus(
        String sagaId, String orderId, String status, String stage, SagaView.Failure failure, List<StepStatus> steps) {

    boolean ended() {
        return !status.equals("processing");
    }

    /// @param status `pending`, `running`, `done`, `refused`, `failed`, `unclear`, `undone`
    /// @param attempts that were answered or given up, undoing not counted
    record StepStatus(String name, String owner, String status, int attempts, Instant endedAt) {}
}
