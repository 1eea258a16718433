package dev.holdfast.shipping;

import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.Page;
import dev.holdfast.platform.remote.Refusal;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.shipping.ShippingApi.CancelResult;
import dev.holdfast.shipping.ShippingApi.Cancelled;
import dev.holdfast.shipping.ShippingApi.LabelRequest;
import dev.holdfast.shipping.ShippingApi.LabelResult;
import dev.holdfast.shipping.ShippingApi.Labelled;
import dev.holdfast.shipping.ShippingApi.Refused;
import dev.holdfast.shipping.ShippingApi.Shipment;
import dev.holdfast.shipping.ShippingBooks.CarrierLabel;
import dev.holdfast.shipping.ShippingBooks.Checked;
import dev.holdfast.shipping.ShippingBooks.Found;
import dev.holdfast.shipping.ShippingBooks.LiveLabel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/// [ShippingApi] and [ShippingBooks] as they travel between processes.
final class ShippingWire {

    private static final Duration WALK = Duration.ofMinutes(5);
    private static final Duration PAGE = Duration.ofMinutes(1);

    static final Operation<LabelRequest, LabelResult> CREATE_LABEL = Operation.<LabelRequest, LabelResult>of(
                    "create-label", LabelRequest.class, Labelled.class)
            .refusing(ShippingWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<Undoing, CancelResult> UNDO = Operation.<Undoing, CancelResult>of(
                    "undo", Undoing.class, Cancelled.class)
            .refusing(ShippingWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<Cancelling, CancelResult> CANCEL = Operation.<Cancelling, CancelResult>of(
                    "cancel", Cancelling.class, Cancelled.class)
            .refusing(ShippingWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<String, Shipment> FIND = Operation.of("find", String.class, Shipment.class);
    static final Operation<String, Checked> SHIPMENTS = Operation.<String, Checked>of(
                    "shipments", String.class, Checked.class)
            .lasting(WALK);
    static final Operation<String, Checked> SHIPMENTS_AT_CARRIERS = Operation.<String, Checked>of(
                    "shipments-at-carriers", String.class, Checked.class)
            .lasting(WALK);
    static final Operation<Page, List<LiveLabel>> LIVE = Operation.<Page, List<LiveLabel>>of(
                    "live", Page.class, new TypeReference<>() {})
            .lasting(PAGE);
    static final Operation<Page, List<CarrierLabel>> LIVE_AT_CARRIERS = Operation.<Page, List<CarrierLabel>>of(
                    "live-at-carriers", Page.class, new TypeReference<>() {})
            .lasting(PAGE);
    static final Operation<String, Found> LABELS_AT_CARRIERS = Operation.<String, Found>of(
                    "labels-at-carriers", String.class, Found.class)
            .lasting(WALK);
    static final Operation<String, Map<String, Long>> UNSETTLED = Operation.<String, Map<String, Long>>of(
                    "unsettled", String.class, new TypeReference<>() {})
            .lasting(PAGE);

    private ShippingWire() {}

    record Undoing(String orderId, String labelKey, String key) {}

    record Cancelling(String shippingId, String key) {}

    static Offer offer(ShippingApi shipping, ShippingBooks books) {
        return Offer.of(Role.SHIPPING)
                .on(CREATE_LABEL, shipping::createLabel)
                .on(UNDO, asked -> shipping.undo(asked.orderId(), asked.labelKey(), asked.key()))
                .on(CANCEL, asked -> shipping.cancel(asked.shippingId(), asked.key()))
                .on(FIND, id -> shipping.find(id).orElse(null))
                .on(SHIPMENTS, _ -> books.shipments())
                .on(SHIPMENTS_AT_CARRIERS, _ -> books.shipmentsAtCarriers())
                .on(LIVE, page -> books.live(page.after(), page.limit()))
                .on(LIVE_AT_CARRIERS, page -> books.liveAtCarriers(page.after(), page.limit()))
                .on(LABELS_AT_CARRIERS, _ -> books.labelsAtCarriers())
                .on(UNSETTLED, _ -> books.unsettled());
    }

    private static Refusal no(LabelResult result) {
        return switch (result) {
            case Labelled _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }

    private static Refusal no(CancelResult result) {
        return switch (result) {
            case Cancelled _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }
}
