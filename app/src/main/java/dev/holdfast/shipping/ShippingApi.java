package dev.holdfast.shipping;

import dev.holdfast.platform.Address;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;

/// Labels and parcels. The shipment row is recorded before a carrier is called and is the guard; at most one label
/// per shipment is live, whatever carriers answered or did not.
///
/// Calls may throw [dev.holdfast.platform.EffectUnclearException], [dev.holdfast.platform.NoEffectException], a
/// `GroupCommitException` and [dev.holdfast.platform.KeyReusedException].
public interface ShippingApi {

    /// A label from the carrier asked for, else FedEx (3 retries after 1, 2, 4 s), then UPS. An unclear FedEx
    /// attempt is cancelled durably before UPS's label counts.
    LabelResult createLabel(LabelRequest request);

    /// Cancels the label of a shipment and refuses it should it arrive later. Of nothing, and twice: succeeds.
    ///
    /// @param labelKey the key of the label to undo
    CancelResult undo(String orderId, String labelKey, String key);

    /// Cancels by shipping id (`POST /v1/shipping/labels/{shipping_id}/cancel`).
    CancelResult cancel(String shippingId, String key);

    Optional<Shipment> find(String shippingId);

    /// @param carrier `fedex`, `ups` or null
    /// @param deliveryPreference `standard` (default when null) or `express`
    /// @param dimensions null: the default box
    /// @param weight null: the default weight
    record LabelRequest(
            String orderId,
            String key,
            Address destination,
            Dimensions packageDimensions,
            Weight weight,
            String carrier,
            String deliveryPreference,
            Instant notAfter) {}

    /// @param unit `inches` or `cm`
    record Dimensions(BigDecimal length, BigDecimal width, BigDecimal height, String unit) {}

    /// @param unit `lbs` or `kg`
    record Weight(BigDecimal value, String unit) {}

    sealed interface LabelResult permits Labelled, Refused {}

    sealed interface CancelResult permits Cancelled, Refused {}

    record Labelled(String shippingId, String orderId, String carrier, String trackingNumber, String status)
            implements LabelResult {}

    /// `shippingId` is null when there was nothing to cancel.
    record Cancelled(String shippingId) implements CancelResult {}

    /// The code of a label under the key of another order's.
    String KEY_OF_ANOTHER_ORDER = "key-of-another-order";

    /// Codes: `label-refused` (the carriers said no: address, weight), `label-cancelled` (an undo came before),
    /// `key-of-another-order`, `too-late`, `not-found`, `already-shipped`.
    record Refused(String code, String message) implements LabelResult, CancelResult {}

    /// @param status `pending`, `created`, `cancelled`, `failed`
    record Shipment(String shippingId, String orderId, String carrier, String trackingNumber, String status) {}
}
