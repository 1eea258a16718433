package dev.holdfast.checkout;

import dev.holdfast.saga.SagaView;
import java.time.Instant;
import java.util.List;

/// `GET /v1/checkout/{saga_id}`.
///
/// @param orderId null where the release of the checkout wrote it in a way that this one cannot read
/// @param status `processing`, `completed` or `failed`
/// @param stage what the customer sees
/// @param failure why it turned back, null when it did not
/// @param waitsFor what the customer can do to help it on, null when there is nothing
/// @param steps in the order of the flow; empty for a version of it that this node does not know
record CheckoutStatus(
        String sagaId,
        String orderId,
        String status,
        String stage,
        SagaView.Failure failure,
        WaitsFor waitsFor,
        List<StepStatus> steps) {

    boolean ended() {
        return !status.equals("processing");
    }

    /// @param what `payment-method`: to be sent to `/v1/checkout/{saga_id}/payment-method`
    /// @param until then it fails
    /// @param code why it is needed
    /// @param message why, for people
    record WaitsFor(String what, Instant until, String code, String message) {}

    /// @param status `pending`, `running`, `waiting`, `done`, `refused`, `failed`, `unclear`, `undone`
    /// @param attempts that were answered or given up, undoing not counted
    record StepStatus(String name, String owner, String status, int attempts, Instant endedAt) {}
}
