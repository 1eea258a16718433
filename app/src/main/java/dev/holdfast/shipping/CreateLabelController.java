package dev.holdfast.shipping;

import dev.holdfast.platform.Address;
import dev.holdfast.shipping.ShippingApi.Dimensions;
import dev.holdfast.shipping.ShippingApi.Weight;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/// `/api/shipping`, for callers of the older contract.
@RestController
class CreateLabelController {

    private final ShippingApi shipping;

    CreateLabelController(ShippingApi shipping) {
        this.shipping = shipping;
    }

    @PostMapping("/api/shipping/create_label")
    Label create(@RequestBody Body body, @RequestHeader(name = "Idempotency-Key", required = false) String key) {
        var request = new LabelBody(body.orderId, body.destination, body.packageDimensions, body.weight, null, null);
        var labelled = LabelsController.label(shipping, request.request(key));
        return new Label(labelled.shippingId(), labelled.orderId(), labelled.trackingNumber(), labelled.status());
    }

    record Body(String orderId, Address destination, Dimensions packageDimensions, Weight weight) {}

    record Label(String shippingId, String orderId, String trackingNumber, String status) {}
}
