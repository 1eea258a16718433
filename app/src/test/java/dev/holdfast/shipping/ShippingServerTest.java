package dev.holdfast.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestServer;
import org.junit.jupiter.api.Test;

/// The service as it is wired in the server.
class ShippingServerTest {

    private final TestServer server = TestServer.shared();

    @Test
    void a_label_is_made_and_cancelled_over_http() {
        var label = server.post("/v1/shipping/labels", """
                {"order_id":"ORD-server-2","destination":{"name":"Jane Doe","address1":"123 Main St","city":"Anytown",
                 "state":"CA","zip":"90210","country":"US"}}""");
        assertThat(label.status()).as(label.body()).isEqualTo(200);
        assertThat(label.json().get("tracking_number").asString()).matches("\\d{12}");
        var id = label.json().get("shipping_id").asString();
        var cancelled = server.post("/v1/shipping/labels/" + id + "/cancel", "");
        assertThat(cancelled.status()).as(cancelled.body()).isEqualTo(200);
        assertThat(server.bean(ShippingApi.class).find(id))
                .hasValueSatisfying(shipment -> assertThat(shipment.status()).isEqualTo("cancelled"));
        assertThat(server.bean(ShippingBooks.class).shipments().broken()).isZero();
        assertThat(server.bean(CancellationSweeper.class).isRunning()).isTrue();
    }
}
