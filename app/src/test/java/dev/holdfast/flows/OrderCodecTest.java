package dev.holdfast.flows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderCodecTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"order_id\": \"ord_1\", \"lines\": []}",
                "{\"lines\": [{\"order_id\": \"ord_2\"}], \"total\": {\"order_id\": 3}, \"order_id\": \"ord_1\"}",
                "{\"order_id\": \"ord_1\", \"lines\": [cut off"
            })
    void the_order_of_a_checkout_is_found_wherever_its_payload_names_it(String payload) {
        assertThat(OrderCodec.orderIdIn(payload)).isEqualTo("ord_1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "\"ord_1\"",
                "{}",
                "{\"lines\": [{\"order_id\": \"ord_2\"}]}",
                "{\"order_id\": null}",
                "{\"order_id\": {\"order_id\": \"ord_2\"}}",
                "{\"lines\": ["
            })
    void a_payload_that_names_none_has_none(String payload) {
        assertThat(OrderCodec.orderIdIn(payload)).isNull();
    }

    @Test
    void what_is_written_can_be_read() {
        var order = new CheckoutOrder("ord_1", "cart_1", null, List.of(), null, null, List.of(), null);

        var json = OrderCodec.INSTANCE.toJson(order);

        assertThat(OrderCodec.orderIdIn(json)).isEqualTo("ord_1");
        assertThat(OrderCodec.INSTANCE.fromJson(json)).isEqualTo(order);
    }
}
