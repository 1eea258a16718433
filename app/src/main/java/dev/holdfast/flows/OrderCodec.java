package dev.holdfast.flows;

import dev.holdfast.platform.Json;
import dev.holdfast.saga.PayloadCodec;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/// How the payload of a checkout is kept: as JSON.
final class OrderCodec implements PayloadCodec<CheckoutOrder> {

    static final OrderCodec INSTANCE = new OrderCodec();

    private OrderCodec() {}

    /// Reads no further than it has to: every answer to a customer asks for this.
    ///
    /// @return null when it says none
    static String orderIdIn(String json) {
        try (var parser = Json.mapper().createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return null;
            }
            for (var name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (name.equals("order_id")) {
                    return parser.getValueAsString();
                }
                parser.skipChildren();
            }
            return null;
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
