package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;

/// A customer who buys one piece over HTTP, of a server in this process or another one.
record Purchases(URI server, HttpClient http) {

    static final String EMAIL = "jane.roe@example.org";
    static final String STREET = "17 Elm Grove";

    /// A product with stock, and the customer.
    void open() throws Exception {
        put("/v1/products/obs_book", "{\"name\":\"A book\",\"price\":{\"amount\":100,\"currency\":\"USD\"}}");
        put("/v1/inventory/obs_book", "{\"available\":100}");
        put("/v1/customers/obs_jane", """
                {"name":"Jane Roe","email":"%s","payment_method_ids":["pm_card_visa_882"],"addresses":[{"name":"Jane Roe",
                 "address1":"%s","city":"Anytown","state":"CA","zip":"90210","country":"US"}]}
                """.formatted(EMAIL, STREET));
    }

    /// Accepted, and not waited for.
    ///
    /// @return the saga's id
    String checkout(String orderId, String method, String traceparent) throws Exception {
        put("/v1/carts/cart_" + orderId, """
                {"user_id":"obs_jane","currency":"USD","items":[{"sku":"obs_book","quantity":1}]}""");
        var body = Json.write(Map.of(
                "order_id", orderId, "user_id", "obs_jane", "cart_id", "cart_" + orderId, "payment_method_id", method));
        var request = request("/v1/checkout")
                .header("Idempotency-Key", "key_" + orderId)
                .header("traceparent", traceparent)
                .POST(BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return Json.mapper().readTree(answer.body()).path("saga_id").asString();
    }

    /// `processing`, `completed` or `failed`.
    String status(String sagaId) throws Exception {
        return Json.mapper()
                .readTree(get("/v1/checkout/" + sagaId).body())
                .path("status")
                .asString();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), BodyHandlers.ofString());
    }

    private void put(String path, String body) throws Exception {
        var answer = http.send(request(path).PUT(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(server.resolve(path)).header("Content-Type", "application/json");
    }
}
