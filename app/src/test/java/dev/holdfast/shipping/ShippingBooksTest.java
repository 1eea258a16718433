package dev.holdfast.shipping;

import static dev.holdfast.shipping.ShippingFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.shipping.ShippingBooks.LiveLabel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShippingBooksTest {

    private final ShippingFixture fixture = new ShippingFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO shipping.carrier_attempts SELECT shipping_id, 'ups', 'k', 'created', '1Z', now(), now()"
                        + " FROM shipping.shipments WHERE order_id = 'ord_1'",
                "UPDATE shipping.carrier_attempts SET status = 'refused' WHERE carrier_key LIKE '%ord_1:%'",
                "UPDATE shipping.carrier_attempts SET status = 'cancel_pending' WHERE carrier_key LIKE '%ord_1:%'",
                "UPDATE shipping.shipments SET tracking_number = 'another' WHERE order_id = 'ord_1'",
                "UPDATE shipping.shipments SET status = 'pending' WHERE order_id = 'ord_1'",
                "UPDATE shipping.shipments SET status = 'cancelled', undone = true WHERE order_id = 'ord_1'",
                "DELETE FROM shipping.carrier_attempts WHERE carrier_key LIKE '%ord_1:%'"
            })
    void a_shipment_that_somebody_tampered_with_is_found(String tampering) {
        fixture.node.shipping().createLabel(request("ord_1"));
        fixture.node.shipping().createLabel(request("ord_2"));
        assertThat(fixture.books.shipments().broken()).isZero();
        fixture.database.execute(tampering);
        assertThat(fixture.books.shipments().broken()).isEqualTo(1);
    }

    @Test
    void two_live_labels_of_one_shipment_at_the_carriers_are_found() {
        fixture.node.shipping().createLabel(request("ord_1"));
        fixture.database.execute("""
                INSERT INTO carriers_sandbox.labels (label_key, carrier, reference, order_id, status)
                SELECT 'another', 'ups', reference, order_id, 'live' FROM carriers_sandbox.labels
                """);
        assertThat(fixture.books.shipmentsAtCarriers().broken()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM shipping.shipments WHERE order_id = 'ord_1'",
                "UPDATE shipping.shipments SET status = 'cancelled', undone = true WHERE order_id = 'ord_1'",
                "UPDATE shipping.shipments SET carrier = 'ups' WHERE order_id = 'ord_1'"
            })
    void a_label_that_only_its_carrier_knows_of_is_found(String tampering) {
        fixture.node.shipping().createLabel(request("ord_1"));
        fixture.node.shipping().createLabel(request("ord_2"));
        assertThat(fixture.books.labelsAtCarriers()).isEqualTo(new ShippingBooks.Found(2, 0, null));
        fixture.database.execute(tampering);
        assertThat(fixture.books.labelsAtCarriers()).isEqualTo(new ShippingBooks.Found(2, 1, "ord_1"));
    }

    @Test
    void the_books_say_how_many_shipments_were_looked_at() {
        fixture.node.shipping().createLabel(request("ord_1"));
        fixture.node.shipping().createLabel(request("ord_2"));
        fixture.node.shipping().undo("ord_2", ShippingFixture.key("ord_2"), "undo");
        assertThat(fixture.books.shipments()).isEqualTo(new ShippingBooks.Checked(2, 0));
        assertThat(fixture.books.shipmentsAtCarriers()).isEqualTo(new ShippingBooks.Checked(1, 0));
    }

    @Test
    void the_labels_of_one_order_come_in_one_page() {
        fixture.node.shipping().createLabel(request("ord_1"));
        var second = new ShippingApi.LabelRequest(
                "ord_1", "another key", ShippingFixture.ADDRESS, null, null, "ups", null, null);
        fixture.node.shipping().createLabel(second);
        assertThat(fixture.books.live(null, 1))
                .extracting(LiveLabel::carrier)
                .containsExactlyInAnyOrder("fedex", "ups");
    }

    @Test
    void live_labels_come_in_pages() {
        for (int i = 0; i < 3; i++) {
            fixture.node.shipping().createLabel(request("ord_" + i));
        }
        fixture.node.shipping().undo("ord_1", ShippingFixture.key("ord_1"), "undo");
        var first = fixture.books.live(null, 1);
        assertThat(first).extracting(LiveLabel::orderId).containsExactly("ord_0");
        assertThat(fixture.books.live(first.getFirst().orderId(), 10))
                .extracting(LiveLabel::orderId)
                .containsExactly("ord_2");
        var atCarriers = fixture.books.liveAtCarriers(null, 1);
        assertThat(fixture.books.liveAtCarriers(atCarriers.getFirst().labelKey(), 10))
                .hasSize(1);
    }
}
