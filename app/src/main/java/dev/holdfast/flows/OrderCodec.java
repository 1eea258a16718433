package dev.holdfast.flows;

import dev.holdfast.platform.Json;
import dev.holdfast.saga.PayloadCodec;

/// How the payload of a checkout is kept: as JSON.
final class OrderCodec implements PayloadCodec<CheckoutOrder> {

    static final OrderCodec INSTANCE = new OrderCodec();

    private OrderCodec() {}

    @Override
    public String toJson(CheckoutOrder order) {
        return Json.write(order);
    }

    @Override
    public CheckoutOrder fromJson(String json) {
        return Json.read(json, CheckoutOrder.class);
    }
}
