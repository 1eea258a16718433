package dev.holdfast.shipping;

import dev.holdfast.shipping.ShippingApi.LabelRequest;
import dev.holdfast.shipping.ShippingApi.LabelResult;
import java.time.Duration;
import java.util.List;

/// What the lane of this service is asked. Every command names its shipment by the key of its label, the one thing
/// that is known before the shipment is; those that events follow from carry the trace context of their caller (a
/// W3C `traceparent`, or null), because the lane works on a thread of its own.
sealed interface ShippingCommand {

    String key();

    /// Records the intent before a carrier is called.
    ///
    /// @param hash the digest of the request
    /// @param plan the carriers to ask, in order
    /// @param parcel what is shipped where, as JSON
    record Begin(LabelRequest request, String hash, List<String> plan, String parcel) implements ShippingCommand {
        @Override
        public String key() {
            return request.key();
        }
    }

    /// Records what a carrier answered, or did not.
    ///
    /// @param plan the carriers to ask, in order
    record Report(String key, String carrier, Outcome outcome, List<String> plan, String traceparent)
            implements ShippingCommand {}

    record Undo(String orderId, String key, String traceparent) implements ShippingCommand {}

    /// Records whether a label that had to go is gone at the carrier.
    ///
    /// @param error null when it is gone
    /// @param pause until it is tried again, when it is not
    record Settle(String key, String carrier, String error, Duration pause) implements ShippingCommand {}

    /// How all tries at one carrier ended.
    sealed interface Outcome {}

    record Made(String trackingNumber) implements Outcome {}

    record Declined(String message) implements Outcome {}

    /// Every try surely had no effect.
    record NotReached(String cause) implements Outcome {}

    /// One try at least may have had an effect.
    record Unclear(String cause) implements Outcome {}

    /// What the lane answers.
    sealed interface Answer {}

    /// The answer of the whole request.
    record Known(LabelResult result) implements Answer {}

    /// The key was used with another request.
    record Reused() implements Answer {}

    /// Call this carrier now, and report.
    record Call(String shippingId, String carrier) implements Answer {}

    /// No carrier is left to ask.
    ///
    /// @param unclear whether the last one may have made a label
    record Open(boolean unclear) implements Answer {}

    /// The label is undone here; what is in `due` must still be cancelled at its carrier.
    ///
    /// @param shippingId null when there was nothing to undo
    record Undone(String shippingId, List<String> due) implements Answer {}

    record Settled() implements Answer {}
}
