package dev.holdfast.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// A short life of a shop: it starts, one customer checks out, it ends. The launcher runs it once after a build and
/// lets the JVM keep what it has learned (classes loaded and linked, methods profiled), so that every later start
/// is a short one. Says nothing unless something fails.
@Command(name = "learn", hidden = true, description = "Runs a shop for one customer, on a folder that goes with it.")
final class LearnCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final String PRODUCT = """
            {"name": "A thing", "price": {"amount": 999, "currency": "USD"}}
            """;

    private static final String CUSTOMER = """
            {"name": "Jane Doe", "email": "jane@example.com", "payment_method_ids": ["pm_card_visa"],
             "addresses": [{"name": "Jane Doe", "address1": "123 Main St", "city": "Anytown", "state": "CA",
                            "zip": "90210", "country": "US"}]}
            """;

    private static final String CART = """
            {"user_id": "usr_jane", "currency": "USD", "items": [{"sku": "thing", "quantity": 1}]}
            """;

    private static final String CHECKOUT = """
            {"order_id": "ord_1", "user_id": "usr_jane", "cart_id": "cart_1"}
            """;

    @Override
    public Integer call() throws Exception {
        var folder = Files.createTempDirectory("holdfast-learn-");
        Shop.removeAtExit(folder);
        // Before whatever the environment says: what is written here is not for a shop of somebody's.
        var properties = List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--holdfast.datasource.url=",
                "--holdfast.data=" + folder,
                "--logging.level.root=error");
        try (var shop = Shop.open(properties);
                var http = HttpClient.newHttpClient()) {
            var door = shop.address();
            send(http, "PUT", door.resolve("/v1/products/thing"), PRODUCT);
            send(http, "PUT", door.resolve("/v1/inventory/thing"), "{\"available\": 10}");
            send(http, "PUT", door.resolve("/v1/customers/usr_jane"), CUSTOMER);
            send(http, "PUT", door.resolve("/v1/carts/cart_1"), CART);
            send(http, "POST", door.resolve("/v1/checkout"), CHECKOUT);
            send(http, "GET", door.resolve("/v1/orders/ord_1"), "");
            send(http, "GET", door.resolve("/actuator/health/readiness"), "");
        }
        return 0;
    }

    private static void send(HttpClient http, String method, URI address, String body)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(address)
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "\"learn\"")
                .header("Prefer", "wait=30")
                .method(method, BodyPublishers.ofString(body))
                .build();
        var answer = http.send(request, BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(
                    method + " " + address + " was answered " + answer.statusCode() + " " + answer.body());
        }
    }
}
