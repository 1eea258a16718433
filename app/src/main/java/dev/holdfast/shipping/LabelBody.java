package dev.holdfast.shipping;

import dev.holdfast.platform.Address;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.shipping.ShippingApi.Dimensions;
import dev.holdfast.shipping.ShippingApi.LabelRequest;
import dev.holdfast.shipping.ShippingApi.Weight;

/// The body of a request for a label.
record LabelBody(
        String orderId,
        Address destination,
        Dimensions packageDimensions,
        Weight weight,
        String carrier,
        String deliveryPreference) {

    /// @param header the `Idempotency-Key`, null where the order stands for it: one label per order
    LabelRequest request(String header) {
        var key = IdempotencyKey.of(header, "create_label-" + orderId);
        return new LabelRequest(
                orderId, key, destination, packageDimensions, weight, carrier, deliveryPreference, null);
    }
}
