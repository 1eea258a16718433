package dev.holdfast.shipping;

import dev.holdfast.platform.Address;
import dev.holdfast.shipping.ShippingApi.Dimensions;
import dev.holdfast.shipping.ShippingApi.Weight;

/// A carrier: a system outside. Called on the caller's own thread and never inside a transaction.
///
/// Both calls may throw [dev.holdfast.platform.NoEffectException] (surely not done) and
/// [dev.holdfast.platform.EffectUnclearException] (perhaps done). Anything else it throws counts as the latter.
interface Carrier {

    /// `fedex`, `ups`.
    String name();

    /// Makes a label under a key; the same key again gives the same label.
    LabelAnswer create(String key, Parcel parcel);

    /// Makes sure that no label of this key is live, and that none will be: of a key never seen, too. Once this has
    /// returned, a [#create] of the key that is still on its way is refused. An adapter of a carrier that cannot
    /// refuse it must look the key up until the request can no longer arrive.
    void cancel(String key);

    sealed interface LabelAnswer {}

    record Made(String trackingNumber) implements LabelAnswer {}

    /// The carrier's definite no: the address, the weight.
    record Declined(String message) implements LabelAnswer {}

    /// @param reference the shipment, printed on the label
    record Parcel(
            String reference,
            String orderId,
            Address destination,
            Dimensions dimensions,
            Weight weight,
            String deliveryPreference) {}
}
