package dev.holdfast.system;

import static dev.holdfast.system.Exchange.expect;
import static dev.holdfast.system.Exchange.expectInvalid;
import static dev.holdfast.system.Exchange.expectProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.orders.OrdersApi;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.Money;
import dev.holdfast.system.Exchange.Expected;
import dev.holdfast.testing.TestServer;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The exchanges of shipping and orders, word by word.
class ShippingAndOrdersContractTest {

    private static final String LABEL = """
            {"order_id":"%s","destination":{"name":"Jane Doe","address1":"123 Main St","city":"Anytown","state":"CA",
             "zip":"90210","country":"US"},
             "package_dimensions":{"length":10,"width":8,"height":4,"unit":"inches"},
             "weight":{"value":1.5,"unit":"lbs"}%s}
            """;

    private final TestServer server = TestServer.shared();

    @Test
    void a_label_is_made_and_cancelled() {
        var label = LABEL.formatted("ct_ship_1", ",\"carrier\":\"ups\",\"delivery_preference\":\"express\"");
        var made = server.post("/v1/shipping/labels", label, "Idempotency-Key", "ct_ship_1");
        var tracking = made.json().path("tracking_number").asString();
        assertThat(tracking).matches("1Z[0-9A-Z]{16}");
        var shipping = made.json().path("shipping_id").asString();
        var answer = """
                {"shipping_id":"SHIP-<uuid>","order_id":"ct_ship_1","carrier":"ups","tracking_number":"%s",
                 "status":"created"}
                """.formatted(tracking);
        expect(made, 200, answer);
        expect(server.post("/v1/shipping/labels", label, "Idempotency-Key", "ct_ship_1"), 200, answer);
        var cancelled = "{\"shipping_id\":\"SHIP-<uuid>\",\"status\":\"cancelled\"}";
        expect(server.post("/v1/shipping/labels/" + shipping + "/cancel", null), 200, cancelled);
        expect(server.post("/v1/shipping/labels/" + shipping + "/cancel", null), 200, cancelled);
        expectProblem(
                server.post("/v1/shipping/labels/SHIP-NONE/cancel", null),
                new Expected(
                        404,
                        "not-found",
                        "Not found",
                        "there is no shipment 'SHIP-NONE'",
                        "/v1/shipping/labels/SHIP-NONE/cancel"),
                "");
    }

    @Test
    void the_older_contract_makes_a_label() {
        var made = server.post("/api/shipping/create_label", LABEL.formatted("ct_ORD-987654", ""));
        var body = made.json();
        assertThat(body.path("shipping_id").asString()).startsWith("SHIP-");
        assertThat(body.path("tracking_number").asString()).matches("1Z[0-9A-Z]{16}|\\d{12}");
        var answer = """
                {"shipping_id":"SHIP-<uuid>","order_id":"ct_ORD-987654","tracking_number":"%s","status":"created"}
                """.formatted(body.path("tracking_number").asString());
        expect(made, 200, answer);
        expect(server.post("/api/shipping/create_label", LABEL.formatted("ct_ORD-987654", "")), 200, answer);
    }

    @Test
    void a_bad_address_is_named() {
        expectInvalid(
                server.post(
                        "/v1/shipping/labels", LABEL.formatted("ct_ship_2", "").replace("\"US\"", "\"XX\"")),
                "/v1/shipping/labels",
                "#/destination/country",
                "must be an ISO 3166-1 alpha-2 code, such as US");
    }

    @Test
    void an_order_is_completed_and_read() {
        order("ct_ord_1");
        var complete = "{\"order_id\":\"ct_ord_1\",\"status\":\"completed\"}";
        expect(server.post("/api/orders/complete", complete), 200, complete);
        expect(server.post("/api/orders/complete", complete), 200, complete);
        expect(server.get("/v1/orders/ct_ord_1"), 200, """
                {"order_id":"ct_ord_1","user_id":"usr_alice","status":"confirmed",
                 "total":{"amount":19998,"currency":"USD"},
                 "shipping_address":{"name":"Jane Doe","address1":"123 Main St","city":"Anytown","state":"CA",
                 "zip":"90210","country":"US"},"payment_method":"pm_card_visa",
                 "items":[{"product_id":"ct_sku","name":"A thing","quantity":2,
                 "unit_price":{"amount":9999,"currency":"USD"}}],"created_at":"<time>","updated_at":"<time>"}
                """);
        expect(server.get("/v1/orders/ct_ord_1/history"), 200, """
                {"order_id":"ct_ord_1","events":[
                 {"event_id":"evt_<uuid>","event_type":"OrderCreated","to_state":"created","created_at":"<time>"},
                 {"event_id":"evt_<uuid>","event_type":"OrderReserved","from_state":"created","to_state":"reserved",
                  "created_at":"<time>"},
                 {"event_id":"evt_<uuid>","event_type":"OrderConfirmed","from_state":"reserved","to_state":"confirmed",
                  "created_at":"<time>"}]}
                """);
    }

    @Test
    void an_order_that_cannot_be_completed_is_a_conflict() {
        order("ct_ord_2");
        server.bean(OrdersApi.class).cancel("ct_ord_2", "changed their mind");
        expectProblem(
                server.post("/api/orders/complete", "{\"order_id\":\"ct_ord_2\",\"status\":\"completed\"}"),
                new Expected(
                        409,
                        "invalid-transition",
                        "Not possible in this state",
                        "order 'ct_ord_2' is refused: it was cancelled",
                        "/api/orders/complete"),
                "");
        expectProblem(
                server.post("/api/orders/complete", "{\"order_id\":\"ct_ord_none\",\"status\":\"completed\"}"),
                new Expected(404, "not-found", "Not found", "there is no order 'ct_ord_none'", "/api/orders/complete"),
                "");
        expectInvalid(
                server.post("/api/orders/complete", "{\"order_id\":\"ct_ord_2\",\"status\":\"done\"}"),
                "/api/orders/complete",
                "#/status",
                "must be \"completed\"");
    }

    @Test
    void orders_are_listed_page_by_page() {
        order("ct_page_1");
        order("ct_page_2");
        var page =
                server.get("/v1/orders?after=ct_page_0&status=reserved&limit=1").json();
        assertThat(page.path("next").asString()).isEqualTo("ct_page_1");
        assertThat(page.path("orders").get(0))
                .isEqualTo(server.get("/v1/orders/ct_page_1").json());
    }

    private void order(String orderId) {
        server.bean(OrdersApi.class)
                .create(new OrdersApi.CreateRequest(
                        orderId,
                        "usr_alice",
                        orderId + ":create",
                        List.of(new OrdersApi.OrderLine("ct_sku", "A thing", 2, Money.of(9999, "USD"))),
                        Money.of(19998, "USD"),
                        new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US"),
                        "pm_card_visa",
                        true,
                        null));
    }
}
