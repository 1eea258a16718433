package dev.holdfast.shipping;

import dev.holdfast.platform.remote.Page;
import dev.holdfast.platform.remote.RemoteService;
import dev.holdfast.shipping.ShippingWire.Cancelling;
import dev.holdfast.shipping.ShippingWire.Undoing;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The shipping service of another process.
final class RemoteShipping implements ShippingApi, ShippingBooks {

    private final RemoteService service;

    RemoteShipping(RemoteService service) {
        this.service = service;
    }

    @Override
    public LabelResult createLabel(LabelRequest request) {
        return service.call(ShippingWire.CREATE_LABEL, request);
    }

    @Override
    public CancelResult undo(String orderId, String labelKey, String key) {
        return service.call(ShippingWire.UNDO, new Undoing(orderId, labelKey, key));
    }

    @Override
    public CancelResult cancel(String shippingId, String key) {
        return service.call(ShippingWire.CANCEL, new Cancelling(shippingId, key));
    }

    @Override
    public Optional<Shipment> find(String shippingId) {
        return Optional.ofNullable(service.call(ShippingWire.FIND, shippingId));
    }

    @Override
    public Checked shipments() {
        return service.call(ShippingWire.SHIPMENTS, "");
    }

    @Override
    public Checked shipmentsAtCarriers() {
        return service.call(ShippingWire.SHIPMENTS_AT_CARRIERS, "");
    }

    @Override
    public List<LiveLabel> live(String after, int limit) {
        return service.call(ShippingWire.LIVE, new Page(after, limit));
    }

    @Override
    public List<CarrierLabel> liveAtCarriers(String after, int limit) {
        return service.call(ShippingWire.LIVE_AT_CARRIERS, new Page(after, limit));
    }

    @Override
    public Found labelsAtCarriers() {
        return service.call(ShippingWire.LABELS_AT_CARRIERS, "");
    }

    @Override
    public Map<String, Long> unsettled() {
        return service.call(ShippingWire.UNSETTLED, "");
    }
}
