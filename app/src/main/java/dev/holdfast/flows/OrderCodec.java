package dev.holdfast.flows;

import dev.holdfast.platform.Json;
import dev.holdfast.saga.PayloadCodec;
import tools.jackson.core.JacksonException;

/// How the payload of a checkout is kept: as JSON.
final class OrderCodec implements PayloadCodec<CheckoutOrder> {

    static final OrderCodec INSTANCE = new OrderCodec();

    private OrderCodec() {}

    /// @return null when it says none
    static String orderIdIn(String json) {
        try {
            return Json.mapper().readTree(json).path("order_id").asString(null);
        } catch (JacksonException e) {
            return null;
        }
    }

    @Override
    public String toJson(CheckoutOrder order) {
        return Json.write(order);
    }

    @Override
    public CheckoutOrder fromJson(String json) {
        try {
            return Json.read(json, CheckoutOrder.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "what the checkout carries is no order that this release can read, at " + Json.placeOf(e), e);
        }
    }
}
