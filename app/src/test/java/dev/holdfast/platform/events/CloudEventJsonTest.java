package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.Json;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CloudEventJsonTest {

    private static final String DATA = """
            {"event_type":"OrderConfirmed","order_id":"ord_abc123","user_id":"usr_456",\
            "items":[{"product_id":"SKU-123","quantity":2,"price":29.90}],"total":59.80,\
            "timestamp":"2025-08-05T14:23:00Z"}""";

    private static Event event(String source, String type, String traceparent) {
        return new Event(
                "evt_1",
                type,
                source,
                "ord_abc123",
                "ord_abc123",
                2,
                traceparent,
                Instant.parse("2025-08-05T14:23:00Z"),
                DATA);
    }

    @Test
    void an_order_confirmed_is_written_as_the_contract_shows_it() {
        var trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assertThat(Json.mapper().readTree(CloudEventJson.write(event("/orders", "OrderConfirmed", trace))))
                .isEqualTo(Json.mapper().readTree("""
                        {
                          "specversion": "1.0",
                          "id": "evt_1",
                          "source": "/orders",
                          "type": "dev.holdfast.order.confirmed.v1",
                          "subject": "ord_abc123",
                          "time": "2025-08-05T14:23:00Z",
                          "datacontenttype": "application/json",
                          "partitionkey": "ord_abc123",
                          "sequence": "2",
                          "sequencetype": "Integer",
                          "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                          "data": {
                            "event_type": "OrderConfirmed",
                            "order_id": "ord_abc123",
                            "user_id": "usr_456",
                            "items": [{"product_id": "SKU-123", "quantity": 2, "price": 29.90}],
                            "total": 59.80,
                            "timestamp": "2025-08-05T14:23:00Z"
                          }
                        }
                        """));
    }

    @Test
    void amounts_keep_their_digits_and_a_missing_trace_is_left_out() {
        assertThat(CloudEventJson.write(event("/orders", "OrderConfirmed", null)))
                .contains("\"price\":29.90", "\"total\":59.80")
                .doesNotContain("traceparent");
    }

    @ParameterizedTest
    @CsvSource({
        "/orders, OrderConfirmed, dev.holdfast.order.confirmed.v1",
        "/orders, OrderRefundPending, dev.holdfast.order.refund_pending.v1",
        "/orders, CheckoutFailed, dev.holdfast.checkout.failed.v1",
        "/inventory, InventoryReserved, dev.holdfast.inventory.reserved.v1",
        "/payment, PaymentCompleted, dev.holdfast.payment.completed.v1",
        "/shipping, LabelCreated, dev.holdfast.label.created.v1",
        "/shipping, Delivered, dev.holdfast.shipping.delivered.v1"
    })
    void a_type_names_the_thing_and_what_became_of_it(String source, String name, String type) {
        assertThat(CloudEventJson.type(event(source, name, null))).isEqualTo(type);
    }
}
