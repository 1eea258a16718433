package dev.holdfast.system;

import static dev.holdfast.system.Exchange.expect;
import static dev.holdfast.system.Exchange.expectInvalid;
import static dev.holdfast.system.Exchange.expectProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.orders.OrdersApi;
import dev.holdfast.platform.Money;
import dev.holdfast.system.Exchange.Expected;
import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The exchanges of `/v1/checkout`, word by word.
class CheckoutContractTest {

    private static final String ALICE = """
            {"name":"Alice","email":"alice@example.com","addresses":[{"name":"Alice","address1":"1 Main St",
             "city":"Anytown","state":"CA","zip":"90210","country":"US"}],"payment_method_ids":["pm_card_visa_882"]}
            """;

    private final TestServer server = TestServer.shared();

    @Test
    void a_checkout_is_accepted_and_told_about() {
        cart("ct_c_1", 9_999);
        var accepted = server.post("/v1/checkout", body("ct_c_1", ""), "Idempotency-Key", "idemp_chk_ct_c_1");
        expect(accepted, 202, """
                {"saga_id":"saga_chk_<uuid>","status":"processing","order_id":"ord_<uuid>"}
                """);
        var location = accepted.header("Location");
        assertThat(location)
                .isEqualTo("/v1/checkout/" + accepted.json().path("saga_id").asString());
        expect(server.get(location, "Prefer", "wait=30"), 200, COMPLETED);
        expect(server.get(location), 200, COMPLETED);
        var again = server.post("/v1/checkout", body("ct_c_1", ""), "Idempotency-Key", "\"idemp_chk_ct_c_1\"");
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.body()).isEqualTo(accepted.body());
    }

    @Test
    void a_client_that_waits_gets_the_outcome() {
        cart("ct_c_2", 9_999);
        var answer = checkout("ct_c_2", "");
        expect(answer, 200, COMPLETED);
        assertThat(answer.header("Location"))
                .isEqualTo("/v1/checkout/" + answer.json().path("saga_id").asString());
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=30");
    }

    @Test
    void an_order_id_of_the_clients_own_is_kept_and_unique() {
        cart("ct_c_3", 9_999);
        cart("ct_c_3b", 9_999);
        var answer = checkout("ct_c_3", ",\"order_id\":\"ct_ORDER_3\"");
        expect(answer, 200, COMPLETED.replace("ord_<uuid>", "ct_ORDER_3"));
        expectProblem(
                checkout("ct_c_3b", ",\"order_id\":\"ct_ORDER_3\""),
                new Expected(
                        409,
                        "order-id-taken",
                        "Order id taken",
                        "order id 'ct_ORDER_3' was used by another checkout; choose another, or leave it out",
                        "/v1/checkout"),
                "");
    }

    @Test
    void a_declined_card_fails_the_checkout() {
        cart("ct_c_4", 9_999);
        expect(checkout("ct_c_4", ",\"payment_method_ids\":[\"pm_card_declined\"]", ""), 200, """
                {"saga_id":"saga_chk_<uuid>","order_id":"ord_<uuid>","status":"failed","stage":"FAILED",
                 "failure":{"step":"authorize-payment","code":"payment-declined",
                  "message":"%s"},
                 "steps":[
                  {"name":"reserve-inventory","owner":"inventory","status":"undone","attempts":1,"ended_at":"<time>"},
                  {"name":"authorize-payment","owner":"payment","status":"refused","attempts":1,"ended_at":"<time>"},
                  {"name":"create-order","owner":"orders","status":"pending","attempts":0},
                  {"name":"create-label","owner":"shipping","status":"pending","attempts":0},
                  {"name":"pin-reservation","owner":"inventory","status":"pending","attempts":0},
                  {"name":"capture-payment","owner":"payment","status":"pending","attempts":0},
                  {"name":"commit-inventory","owner":"inventory","status":"pending","attempts":0},
                  {"name":"confirm-order","owner":"orders","status":"pending","attempts":0}]}
                """.formatted(
                        "the payment of order 'ord_<uuid>' was declined (card_declined);"
                                + " nothing was charged, another payment method may work"));
    }

    @Test
    void a_changed_price_is_shown_before_it_counts() {
        cart("ct_c_5", 9_999);
        price("ct_c_5", 10_500);
        expectProblem(
                checkout("ct_c_5", ""),
                new Expected(
                        409,
                        "cart-changed",
                        "The cart has changed",
                        "prices or stock changed since the cart was shown; nothing was ordered."
                                + " Send expected_total with the total given here to order all the same",
                        "/v1/checkout"),
                """
                "changes":[{"sku":"ct_c_5_sku","kind":"price","was":{"amount":9999,"currency":"USD"},
                "now":{"amount":10500,"currency":"USD"}}],"total":{"amount":21000,"currency":"USD"}
                """);
        expect(checkout("ct_c_5", ",\"expected_total\":{\"amount\":21000,\"currency\":\"USD\"}"), 200, COMPLETED);
    }

    @Test
    void a_shortage_is_shown_before_it_counts() {
        cart("ct_c_6", 9_999);
        server.put("/v1/inventory/ct_c_6_sku", "{\"available\":1}");
        expectProblem(
                checkout("ct_c_6", ""),
                new Expected(
                        409,
                        "cart-changed",
                        "The cart has changed",
                        "prices or stock changed since the cart was shown; nothing was ordered."
                                + " Send expected_total with the total given here to order all the same",
                        "/v1/checkout"),
                """
                "changes":[{"sku":"ct_c_6_sku","kind":"stock","requested":2,"available":1}],
                "total":{"amount":19998,"currency":"USD"}
                """);
    }

    @Test
    void the_key_is_needed_and_belongs_to_one_body() {
        cart("ct_c_7", 9_999);
        cart("ct_c_7b", 9_999);
        expectProblem(
                server.post("/v1/checkout", body("ct_c_7", "")),
                new Expected(
                        400,
                        "idempotency-key-missing",
                        "Idempotency-Key missing",
                        "this request needs an Idempotency-Key header; send one of your own making, the same on every retry",
                        "/v1/checkout"),
                "");
        assertThat(checkout("ct_c_7", "").status()).isEqualTo(200);
        for (var cart : new String[] {"ct_c_7", "ct_c_7b"}) {
            expectProblem(
                    server.post(
                            "/v1/checkout",
                            body(cart, ",\"delivery_preference\":\"express\""),
                            "Idempotency-Key",
                            "idemp_chk_ct_c_7"),
                    new Expected(
                            422,
                            "idempotency-key-reused",
                            "Idempotency-Key reused",
                            "this Idempotency-Key came before with another request; send that body again, or take a new key",
                            "/v1/checkout"),
                    "");
        }
    }

    /// One id ties all that belongs to an order, so the id alone must never make one saga's stock another's.
    @Test
    void an_order_id_that_another_saga_holds_stock_under_fails_the_checkout_and_leaves_that_hold_alone() {
        cart("ct_c_9", 9_999);
        server.post("/v1/inventory/hold", """
                {"saga_id":"ct_other","reservation_id":"ct_ORDER_9","items":[{"item_id":"ct_c_9_sku","qty":3}]}
                """);
        var failed = checkout("ct_c_9", ",\"order_id\":\"ct_ORDER_9\"");
        assertThat(failed.json().path("failure").path("code").asString())
                .as(failed.body())
                .isEqualTo("reservation-taken");
        assertThat(server.get("/v1/inventory/ct_c_9_sku")
                        .json()
                        .path("reserved")
                        .asInt())
                .isEqualTo(3);
    }

    @Test
    void an_order_id_that_exists_already_fails_the_checkout_and_leaves_that_order_alone() {
        cart("ct_c_10", 9_999);
        var orders = server.bean(OrdersApi.class);
        orders.create(new OrdersApi.CreateRequest(
                "ct_ORDER_10",
                null,
                "another saga",
                List.of(new OrdersApi.OrderLine("ct_c_10_sku", "A thing", 1, Money.of(1, "USD"))),
                Money.of(1, "USD"),
                null,
                "pm",
                false,
                null));
        var failed = checkout("ct_c_10", ",\"flow\":\"order-first\",\"order_id\":\"ct_ORDER_10\"");
        assertThat(failed.json().path("failure").path("code").asString())
                .as(failed.body())
                .isEqualTo("order-id-taken");
        assertThat(orders.find("ct_ORDER_10").orElseThrow().status()).isEqualTo("created");
    }

    /// Whatever has become of cart, prices and stock since: what was answered once is answered again.
    @Test
    void the_key_of_a_failed_checkout_replays_it_although_the_cart_has_changed() {
        cart("ct_c_8", 9_999);
        var declined = ",\"payment_method_ids\":[\"pm_card_declined\"]";
        var first = checkout("ct_c_8", declined, "");
        assertThat(first.json().path("status").asString()).isEqualTo("failed");
        price("ct_c_8", 1);
        assertThat(checkout("ct_c_8", declined, "").body()).isEqualTo(first.body());
        server.delete("/v1/carts/ct_c_8/items/ct_c_8_sku");
        assertThat(checkout("ct_c_8", declined, "").body()).isEqualTo(first.body());
        server.delete("/v1/carts/ct_c_8");
        assertThat(checkout("ct_c_8", declined, "").body()).isEqualTo(first.body());
    }

    @Test
    void what_is_not_there_or_not_valid_is_named() {
        expectProblem(
                checkout("ct_c_none", ""),
                new Expected(404, "not-found", "Not found", "there is no cart 'ct_c_none'", "/v1/checkout"),
                "");
        expectProblem(
                server.get("/v1/checkout/saga_chk_none"),
                new Expected(
                        404,
                        "not-found",
                        "Not found",
                        "there is no checkout 'saga_chk_none'",
                        "/v1/checkout/saga_chk_none"),
                "");
        expectInvalid(
                server.post("/v1/checkout", "{}", "Idempotency-Key", "ct-k"),
                "/v1/checkout",
                "#/cart_id",
                "is missing");
    }

    private static final String COMPLETED = """
            {"saga_id":"saga_chk_<uuid>","order_id":"ord_<uuid>","status":"completed","stage":"COMPLETED","steps":[
             {"name":"reserve-inventory","owner":"inventory","status":"done","attempts":1,"ended_at":"<time>"},
             {"name":"authorize-payment","owner":"payment","status":"done","attempts":1,"ended_at":"<time>"},
             {"name":"create-order","owner":"orders","status":"done","attempts":1,"ended_at":"<time>"},
             {"name":"create-label","owner":"shipping","status":"done","attempts":1,"ended_at":"<time>"},
             {"name":"pin-reservation","owner":"inventory","status":"done","attempts":1,"ended_at":"<time>"},
             {"name":"capture-payment","owner":"payment","status":"done","attempts":1,"ended_at":"<time>"},
             {"name":"commit-inventory","owner":"inventory","status":"done","attempts":1,"ended_at":"<time>"},
             {"name":"confirm-order","owner":"orders","status":"done","attempts":1,"ended_at":"<time>"}]}
            """;

    private Answer checkout(String cart, String more) {
        return checkout(cart, ",\"payment_method_id\":\"pm_card_visa_882\"", more);
    }

    private Answer checkout(String cart, String method, String more) {
        return server.post(
                "/v1/checkout",
                "{\"user_id\":\"ct_alice\",\"cart_id\":\"%s\"%s%s}".formatted(cart, method, more),
                "Idempotency-Key",
                "idemp_chk_" + cart,
                "Prefer",
                "wait=30");
    }

    private static String body(String cart, String more) {
        return """
                {"user_id":"ct_alice","cart_id":"%s","payment_method_id":"pm_card_visa_882"%s}
                """.formatted(cart, more);
    }

    /// A cart of two pieces of a product of its own.
    private void cart(String cart, long price) {
        server.put("/v1/customers/ct_alice", ALICE);
        price(cart, price);
        server.put("/v1/inventory/" + cart + "_sku", "{\"available\":10}");
        var put = server.put("/v1/carts/" + cart, """
                {"user_id":"ct_alice","currency":"USD","items":[{"sku":"%s_sku","quantity":2}]}
                """.formatted(cart));
        assertThat(put.status()).as(put.body()).isEqualTo(201);
    }

    private void price(String cart, long price) {
        server.put("/v1/products/" + cart + "_sku", """
                {"name":"A thing","price":{"amount":%d,"currency":"USD"}}
                """.formatted(price));
    }
}
