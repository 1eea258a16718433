package dev.holdfast.shipping;

import java.util.List;
import java.util.Map;

/// The books of this service, for an audit: computed from the tables alone, in short statements, whatever the code
/// that wrote them believes.
public interface ShippingBooks {

    /// Shipments whose books contradict themselves: more than one live label among the attempts, a live label on a
    /// shipment that is not created, a created shipment without its label, or a label that is to be cancelled with
    /// nobody to do it.
    Checked shipments();

    /// Shipments for which the carriers' own books hold a live label; broken are those with more than one. None
    /// when all is quiet.
    Checked shipmentsAtCarriers();

    /// Shipments with a live label, in order of their orders' ids. Those of one order are in one page, which may be
    /// that much longer: the next begins behind the order.
    ///
    /// @param after the last order id of the page before, or null
    /// @param limit 1 to 10,000
    List<LiveLabel> live(String after, int limit);

    /// Labels that are live in the carriers' own books, in order of their keys there.
    ///
    /// @param after the last label key of the page before, or null
    /// @param limit 1 to 10,000
    List<CarrierLabel> liveAtCarriers(String after, int limit);

    /// Labels that are live in the carriers' own books; broken are those that ours do not have as the live label of
    /// a shipment: somebody pays for them and nobody would cancel them. None when all is quiet.
    Found labelsAtCarriers();

    /// Attempts at carriers that are not settled, by status: `pending`, `unclear`, `cancel_pending`; a status
    /// without any is left out. Empty when all is quiet.
    Map<String, Long> unsettled();

    /// @param looked how many shipments were looked at
    /// @param broken how many of them break the rule
    record Checked(long looked, long broken) {}

    /// @param looked how many labels were looked at
    /// @param broken how many of them break the rule
    /// @param example the order of one of those, or null
    record Found(long looked, long broken, String example) {}

    record LiveLabel(String shippingId, String orderId, String carrier, String trackingNumber) {}

    record CarrierLabel(String labelKey, String carrier, String shippingId, String orderId) {}
}
