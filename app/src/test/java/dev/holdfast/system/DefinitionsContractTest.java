package dev.holdfast.system;

import static dev.holdfast.system.Exchange.expect;
import static dev.holdfast.system.Exchange.expectProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Json;
import dev.holdfast.system.Exchange.Expected;
import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The exchanges of operators about definitions, word by word.
class DefinitionsContractTest {

    private final TestServer server = TestServer.shared();

    @Test
    void a_paused_definition_takes_nothing_new_and_goes_on_when_it_is_resumed() {
        var path = "/v1/ops/definitions/order-first/";
        expect(
                server.post(path + "pause", "{\"reason\":\"the provider asked us to\"}", "X-Operator", "olga"),
                200,
                "{\"status\":\"done\",\"definition\":\"order-first\",\"paused\":true}");
        expectPaused(start());
        assertThat(server.delete("/v1/carts/cart_def").status())
                .as("the cart is the customer's")
                .isEqualTo(204);
        var paused = definition("order-first", 2);
        assertThat(paused.at("/pause/who").asString() + ": "
                        + paused.at("/pause/why").asString())
                .isEqualTo("olga: the provider asked us to");

        expect(
                server.post(path + "resume", "{\"reason\":\"it works again\"}", "X-Operator", "olga"),
                200,
                "{\"status\":\"done\",\"definition\":\"order-first\",\"paused\":false}");
        assertThat(definition("order-first", 2).has("pause")).isFalse();
        assertThat(start().status()).isEqualTo(202);
        expectProblem(
                server.post("/v1/ops/definitions/none/pause", "{\"reason\":\"why\"}", "X-Operator", "olga"),
                new Expected(
                        404,
                        "not-found",
                        "Not found",
                        "there is no definition 'none'",
                        "/v1/ops/definitions/none/pause"),
                "");
    }

    @Test
    void a_definition_says_what_each_of_its_steps_promises() {
        var definition = definition("checkout", 2);
        assertThat(definition.path("takes_new").asBoolean()).isFalse();
        assertThat(definition("checkout", 1).path("takes_new").asBoolean()).isTrue();
        assertThat(definition.path("steps").get(1)).isEqualTo(Json.mapper().readTree("""
                {"name":"authorize-payment","kind":"COMPENSATABLE",
                 "owner":{"team":"payments-platform","service":"payment"},"customer_sees":"PAYMENT_PENDING",
                 "succeeds_when":"the whole amount is authorized on one of the payment methods",
                 "fails_when":"every payment method is declined, or the hold lapsed while payment was retried",
                 "retry":{"times":3,"base_seconds":1.0,"max_seconds":30.0},"within_seconds":45.0,
                 "valid_for_seconds":90.0,
                 "asks_for":{"signal":"payment-method","at_most_seconds":600.0,"times":10,"after":["payment-declined"]},
                 "undone_at":"PAYMENT_SERVICE"}
                """));
    }

    private static void expectPaused(Answer refused) {
        assertThat(refused.header("Retry-After")).isEqualTo("30");
        expectProblem(
                refused,
                new Expected(
                        503,
                        "checkout-paused",
                        "Checkout paused",
                        "an operator has paused new checkouts of the flow 'order-first'; nothing was recorded and the"
                                + " cart is as it was. Send this request again with the same key: it is taken once"
                                + " the flow is resumed",
                        "/v1/checkout"),
                "\"flow\":\"order-first\",\"retry_after\":30");
    }

    private Answer start() {
        server.put("/v1/products/sku_def", """
                {"name":"A thing","price":{"amount":1000,"currency":"USD"}}
                """);
        server.put("/v1/inventory/sku_def", "{\"available\":10}");
        server.put("/v1/carts/cart_def", """
                {"currency":"USD","items":[{"sku":"sku_def","quantity":2}]}
                """);
        return server.post("/v1/checkout", """
                {"cart_id":"cart_def","payment_method_id":"pm_good","flow":"order-first","shipping_address":
                 {"name":"Alice","address1":"1 Main St","city":"Anytown","state":"CA","zip":"90210","country":"US"}}
                """, "Idempotency-Key", "chk_def");
    }

    private JsonNode definition(String name, int version) {
        for (var definition : server.get("/v1/ops/definitions").json().path("definitions")) {
            if (definition.path("name").asString().equals(name)
                    && definition.path("version").asInt() == version) {
                return definition;
            }
        }
        throw new AssertionError("there is no " + name + " v" + version);
    }
}
