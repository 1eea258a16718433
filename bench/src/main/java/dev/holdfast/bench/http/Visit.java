package dev.holdfast.bench.http;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/// One customer: puts two products into a cart, checks out, and waits for the outcome.
///
/// @param name of the customer, in the ids of cart and checkout
/// @param cart what is put into it
/// @param dueNanos when the customer was to come, by the clock of [System#nanoTime()]
record Visit(String name, long dueNanos, String cart) {

    private static final int WAIT_SECONDS = 60;

    static Visit of(String name, long dueNanos, Random random, int products) {
        int first = random.nextInt(products);
        int second = (first + 1 + random.nextInt(products - 1)) % products;
        var items = "{\"sku\":\"sku-%d\",\"quantity\":1},{\"sku\":\"sku-%d\",\"quantity\":1}".formatted(first, second);
        return new Visit(name, dueNanos, "{\"currency\":\"USD\",\"items\":[" + items + "]}");
    }

    byte[] putCart(String host) {
        return request("PUT /v1/carts/cart-" + name, host, "", cart);
    }

    byte[] checkOut(String host) {
        var body = "{\"cart_id\":\"cart-" + name + "\",\"payment_method_id\":\"pm_card_visa\",\"shipping_address\":"
                + "{\"name\":\"Jane Doe\",\"address1\":\"123 Main St\",\"city\":\"Anytown\",\"state\":\"CA\","
                + "\"zip\":\"90210\",\"country\":\"US\"}}";
        var headers = "Idempotency-Key: \"" + name + "\"\r\nPrefer: wait=" + WAIT_SECONDS + "\r\n";
        return request("POST /v1/checkout", host, headers, body);
    }

    private static byte[] request(String line, String host, String headers, String body) {
        return (line + " HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: application/json\r\n" + headers
                        + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
