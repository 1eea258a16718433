package dev.holdfast.system;

import static dev.holdfast.system.Exchange.expect;
import static dev.holdfast.system.Exchange.expectInvalid;
import static dev.holdfast.system.Exchange.expectProblem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.system.Exchange.Expected;
import dev.holdfast.testing.TestServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The exchanges of carts, catalog, customers and health, and what every error has in common, word by word.
class StorefrontContractTest {

    private final TestServer server = TestServer.shared();

    @Test
    void a_product_is_put_found_and_searched() {
        var book = """
                {"name":"Book ct_f_1","price":{"amount":9999,"currency":"USD"},"weight":{"value":500,"unit":"g"},
                 "dimensions":{"length":10,"width":8,"height":4,"unit":"inches"}}
                """;
        var answer = """
                {"sku":"ct_f_1","name":"Book ct_f_1","price":{"amount":9999,"currency":"USD"},
                 "weight":{"value":0.500,"unit":"kg"},
                 "dimensions":{"length":25.40,"width":20.32,"height":10.16,"unit":"cm"}}
                """;
        expect(server.put("/v1/products/ct_f_1", book), 201, answer);
        expect(server.put("/v1/products/ct_f_1", book), 200, answer);
        expect(server.get("/v1/products/ct_f_1"), 200, answer);
        expect(server.get("/v1/products?query=Book%20ct_f_1&after="), 200, "{\"products\":[" + answer + "]}");
        expectProblem(
                server.get("/v1/products/ct_f_none"),
                new Expected(
                        404, "not-found", "Not found", "there is no product 'ct_f_none'", "/v1/products/ct_f_none"),
                "");
    }

    @Test
    void products_are_imported_and_bad_rows_reported() {
        expect(
                server.post(
                        "/v1/products:import",
                        "sku,name,price,currency\nct_f_2,Mug,8.00,USD\nct_f_3,Bad,0,USD\n",
                        "Content-Type",
                        "text/csv"),
                200,
                """
                {"rows":2,"imported":1,"rejected":[{"line":3,"sku":"ct_f_3","reason":"price must be above zero, not 0.00 USD"}]}
                """);
    }

    @Test
    void a_customer_is_put_and_read() {
        var alice = """
                {"name":"Alice","email":"alice@example.com","addresses":[{"name":"Alice","address1":"1 Main St",
                 "city":"Anytown","state":"CA","zip":"90210","country":"US"}],"payment_method_ids":["pm_1"]}
                """;
        var answer = alice.replaceFirst("\\{", "{\"user_id\":\"ct_f_alice\",");
        expect(server.put("/v1/customers/ct_f_alice", alice), 201, answer);
        expect(server.put("/v1/customers/ct_f_alice", alice), 200, answer);
        expect(server.get("/v1/customers/ct_f_alice"), 200, answer);
    }

    @Test
    void a_cart_is_filled_changed_and_deleted() {
        product("ct_f_4", 250);
        expect(server.put("/v1/carts/ct_f_cart", "{\"user_id\":\"usr_a\",\"currency\":\"USD\"}"), 201, """
                {"cart_id":"ct_f_cart","user_id":"usr_a","currency":"USD","items":[],
                 "total":{"amount":0,"currency":"USD"},"expires_at":"<time>","changes":[]}
                """);
        var two = """
                {"cart_id":"ct_f_cart","user_id":"usr_a","currency":"USD","items":[
                 {"line_id":"line_1","sku":"ct_f_4","name":"A thing","quantity":2,
                  "unit_price":{"amount":250,"currency":"USD"},"line_total":{"amount":500,"currency":"USD"}}],
                 "total":{"amount":500,"currency":"USD"},"expires_at":"<time>","changes":[]}
                """;
        expect(server.put("/v1/carts/ct_f_cart/items/ct_f_4", "{\"quantity\":2}"), 200, two);
        product("ct_f_4", 300);
        expect(server.get("/v1/carts/ct_f_cart"), 200, two.replace("\"changes\":[]", """
                "changes":[{"sku":"ct_f_4","kind":"price","was":{"amount":250,"currency":"USD"},
                 "now":{"amount":300,"currency":"USD"}}]
                """));
        assertThat(server.delete("/v1/carts/ct_f_cart/items/ct_f_4").json().path("items"))
                .isEmpty();
        assertThat(server.delete("/v1/carts/ct_f_cart").status()).isEqualTo(204);
        assertThat(server.delete("/v1/carts/ct_f_cart").status()).isEqualTo(204);
        expectProblem(
                server.get("/v1/carts/ct_f_cart"),
                new Expected(404, "not-found", "Not found", "there is no cart 'ct_f_cart'", "/v1/carts/ct_f_cart"),
                "");
    }

    @Test
    void a_guests_cart_gets_an_id_and_a_cookie_and_is_merged_at_sign_in() {
        product("ct_f_5", 250);
        var created = server.post(
                "/v1/carts",
                "{\"currency\":\"USD\",\"items\":[{\"sku\":\"ct_f_5\",\"quantity\":1,"
                        + "\"unit_price\":{\"amount\":200,\"currency\":\"USD\"}}]}");
        var guests = """
                {"cart_id":"cart_<uuid>","currency":"USD","items":[
                 {"line_id":"line_1","sku":"ct_f_5","name":"A thing","quantity":1,
                  "unit_price":{"amount":200,"currency":"USD"},"line_total":{"amount":200,"currency":"USD"}}],
                 "total":{"amount":200,"currency":"USD"},"expires_at":"<time>","changes":[]}
                """;
        expect(created, 201, guests);
        var id = created.json().path("cart_id").asString();
        assertThat(created.header("Location")).isEqualTo("/v1/carts/" + id);
        assertThat(created.header("Set-Cookie"))
                .startsWith("holdfast_cart=" + id + ";")
                .contains("HttpOnly");
        server.put("/v1/carts/ct_f_mine", "{\"user_id\":\"usr_a\",\"currency\":\"USD\"}");
        expect(
                server.post("/v1/carts/ct_f_mine/merge", "{\"from_cart_id\":\"" + id + "\"}"),
                200,
                guests.replace("cart_<uuid>\"", "ct_f_mine\",\"user_id\":\"usr_a\""));
        assertThat(server.get("/v1/carts/" + id).status()).isEqualTo(404);
    }

    @Test
    void bad_input_is_named_with_its_place() {
        expectProblem(
                server.put("/v1/carts/ct_f_bad", "{\"currency\":\"USD\",\"colour\":\"red\"}"),
                new Expected(
                        400,
                        "invalid-request",
                        "Invalid request",
                        "#/colour is not a known field; known are: currency, items, user_id; nothing was changed",
                        "/v1/carts/ct_f_bad"),
                """
                "errors":[{"pointer":"#/colour","detail":"is not a known field; known are: currency, items, user_id"}]
                """);
        expectInvalid(
                server.put("/v1/carts/ct_f_bad", "{\"currency\":\"USD\",\"items\":[{\"sku\":\"a\",\"quantity\":0}]}"),
                "/v1/carts/ct_f_bad",
                "#/items/0/quantity",
                "must be 1 to 1000000, not 0");
    }

    @Test
    void what_the_framework_refuses_is_a_problem_too() {
        expectProblem(
                server.get("/v1/nothing"),
                new Expected(404, "not-found", "Not found", "there is nothing at /v1/nothing", "/v1/nothing"),
                "");
        expectProblem(
                server.post("/v1/checkout", "x", "Content-Type", "text/plain", "Idempotency-Key", "k"),
                new Expected(
                        415,
                        "unsupported-media-type",
                        "Unsupported media type",
                        "a body of type text/plain;charset=UTF-8 is not taken here; send application/json or application/*+json",
                        "/v1/checkout"),
                "");
        var tooLarge = server.post("/v1/checkout", "x".repeat(1_048_577), "Idempotency-Key", "k");
        assertThat(tooLarge.status()).isEqualTo(413);
        assertThat(tooLarge.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(server.delete("/v1/checkout").status()).isEqualTo(405);
    }

    @Test
    void health_is_told() {
        assertThat(server.get("/actuator/health").json().path("status").asString())
                .isEqualTo("UP");
        assertThat(server.get("/actuator/health/liveness").json().path("status").asString())
                .isEqualTo("UP");
        assertThat(server.get("/actuator/health/readiness")
                        .json()
                        .path("status")
                        .asString())
                .isEqualTo("UP");
        assertThat(server.get("/actuator/prometheus").body()).contains("holdfast_");
    }

    /// What no id can be is an id that is not there, and never a fault of the server.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/orders/%01",
                "/v1/orders/%ED%A0%80",
                "/v1/orders?after=%00",
                "/v1/orders?status=%00",
                "/v1/orders/%00/history",
                "/v1/orders?limit=x",
                "/v1/inventory/%01",
                "/v1/inventory/%ED%A0%80",
                "/v1/payments/%01",
                "/v1/payments/%00",
                "/v1/checkout/%01",
                "/v1/checkout/%00",
                "/v1/customers/%01",
                "/v1/products?after=%00",
                "/v1/carts/%ED%A0%80",
                "/v1/products/%ED%A0%80",
                "/v1/inventory/%00"
            })
    void an_impossible_id_is_no_fault_of_the_server(String path) {
        var answer = server.get(path);
        assertThat(answer.status()).as(answer.body()).isIn(400, 404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    private void product(String sku, long price) {
        server.put("/v1/products/" + sku, """
                {"name":"A thing","price":{"amount":%d,"currency":"USD"}}
                """.formatted(price));
    }
}
