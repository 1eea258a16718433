package dev.holdfast.orders;

import static dev.holdfast.orders.OrdersFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.Web;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

class OrdersHttpTest {

    private final OrdersFixture fixture = new OrdersFixture();
    private final MockMvcTester http =
            Web.of(new OrdersController(fixture.orders), new CompleteController(fixture.orders));

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void complete_confirms_a_reserved_order_and_answers_the_same_again() {
        fixture.orders.create(request("ORD-987654"));
        for (int i = 0; i < 2; i++) {
            var answer = complete("""
                    {"order_id":"ORD-987654","status":"completed"}""");
            assertThat(answer).hasStatusOk().bodyJson().isStrictlyEqualTo("""
                    {"order_id":"ORD-987654","status":"completed"}""");
        }
        assertThat(fixture.transitions("ORD-987654")).hasSize(3);
    }

    @Test
    void complete_in_any_other_state_is_a_conflict() {
        fixture.orders.create(request("ord_created", 1, false, null));
        fixture.orders.create(request("ord_gone"));
        fixture.orders.cancel("ord_gone", "changed my mind");
        assertThat(complete("""
                {"order_id":"ord_created","status":"completed"}""")).hasStatus(409);
        assertThat(complete("""
                {"order_id":"ord_gone","status":"completed"}""")).hasStatus(409);
        assertThat(complete("""
                {"order_id":"ord_none","status":"completed"}""")).hasStatus(404);
    }

    @Test
    void bad_input_is_refused_with_a_pointer() {
        assertThat(complete("""
                {"order_id":"ORD-1","status":"done"}"""))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("errors[0].pointer")
                .isEqualTo("#/status");
        assertThat(complete("""
                {"status":"completed"}"""))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("errors[0].pointer")
                .isEqualTo("#/order_id");
        assertThat(complete("""
                {"order_id":"ORD-1","status":"completed","extra":1}""")).hasStatus(400);
        assertThat(http.get().uri("/v1/orders?status=lost")).hasStatus(400);
        assertThat(http.get().uri("/v1/orders?limit=0")).hasStatus(400);
    }

    @Test
    void an_order_is_shown_whole() {
        fixture.orders.create(request("ord_1"));
        assertThat(http.get().uri("/v1/orders/ord_1")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
                {"order_id":"ord_1","user_id":"usr_456","status":"reserved",
                 "total":{"amount":5998,"currency":"USD"},
                 "shipping_address":{"name":"Jane Doe","address1":"123 Main St","city":"Anytown","state":"CA",
                                     "zip":"90210","country":"US"},
                 "payment_method":"pm_card_visa_882",
                 "items":[{"product_id":"SKU-123","name":"A book","quantity":2,
                           "unit_price":{"amount":2999,"currency":"USD"}}],
                 "created_at":"2025-08-05T14:23:00Z","updated_at":"2025-08-05T14:23:00Z"}""");
        assertThat(http.get().uri("/v1/orders/ord_2")).hasStatus(404);
    }

    @Test
    void the_history_tells_every_transition() {
        fixture.orders.create(request("ord_1"));
        var answer = http.get().uri("/v1/orders/ord_1/history");
        assertThat(answer).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"order_id":"ord_1","events":[
                  {"event_type":"OrderCreated","to_state":"created","created_at":"2025-08-05T14:23:00Z"},
                  {"event_type":"OrderReserved","from_state":"created","to_state":"reserved"}]}""");
        assertThat(http.get().uri("/v1/orders/ord_2/history")).hasStatus(404);
    }

    @Test
    void orders_are_listed_in_pages() {
        for (int i = 0; i < 3; i++) {
            fixture.orders.create(request("ord_" + i));
        }
        fixture.orders.confirm("ord_1");
        assertThat(http.get().uri("/v1/orders?limit=2")).bodyJson().isLenientlyEqualTo("""
                        {"orders":[{"order_id":"ord_0"},{"order_id":"ord_1"}],"next":"ord_1"}""");
        assertThat(http.get().uri("/v1/orders?limit=2&after=ord_1")).bodyJson().satisfies(json -> {
            assertThat(json.getJson()).contains("ord_2").doesNotContain("next");
        });
        assertThat(http.get().uri("/v1/orders?status=confirmed"))
                .bodyJson()
                .extractingPath("orders[*].order_id")
                .asArray()
                .containsExactly("ord_1");
    }

    private MvcTestResult complete(String body) {
        return http.post()
                .uri("/api/orders/complete")
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }
}
