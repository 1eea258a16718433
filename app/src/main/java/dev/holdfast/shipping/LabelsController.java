package dev.holdfast.shipping;

import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.shipping.ShippingApi.Cancelled;
import dev.holdfast.shipping.ShippingApi.LabelRequest;
import dev.holdfast.shipping.ShippingApi.Labelled;
import dev.holdfast.shipping.ShippingApi.Refused;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// `/v1/shipping/labels`.
@RestController
@RequestMapping("/v1/shipping/labels")
class LabelsController {

    private final ShippingApi shipping;

    LabelsController(ShippingApi shipping) {
        this.shipping = shipping;
    }

    @PostMapping
    Labelled create(
            @RequestBody LabelBody body, @RequestHeader(name = "Idempotency-Key", required = false) String key) {
        return label(shipping, body.request(key));
    }

    /// The shipment's own state makes a repeated call harmless; a key that comes with it is only checked for its
    /// form.
    @PostMapping("/{shippingId}/cancel")
    Cancellation cancel(
            @PathVariable String shippingId, @RequestHeader(name = "Idempotency-Key", required = false) String header) {
        var key = IdempotencyKey.of(header, "cancel_label-" + shippingId);
        return switch (shipping.cancel(shippingId, key)) {
            case Cancelled _ -> new Cancellation(shippingId, "cancelled");
            case Refused(String code, String _)
            when code.equals("not-found") -> throw ProblemException.notFound("shipment", shippingId);
            case Refused refused -> throw conflict(refused);
        };
    }

    /// The label, or the problem that says why there is none.
    static Labelled label(ShippingApi shipping, LabelRequest request) {
        var errors = LabelRules.errors(request);
        if (!errors.isEmpty()) {
            var first = errors.getFirst();
            throw ProblemException.invalid(first.pointer(), first.detail()).with("errors", errors);
        }
        return switch (shipping.createLabel(request)) {
            case Labelled labelled -> labelled;
            case Refused refused
            when refused.code().equals(ShippingApi.KEY_OF_ANOTHER_ORDER) -> throw new KeyReusedException(request.key());
            case Refused refused -> throw conflict(refused);
        };
    }

    private static ProblemException conflict(Refused refused) {
        return new ProblemException(409, refused.code(), "Not shipped", refused.message());
    }

    record Cancellation(String shippingId, String status) {}
}
