package dev.holdfast.apart;

import dev.holdfast.testing.TestServer;
import java.net.http.HttpClient;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The checkout here, the services there, each with a database of its own: two servers that share nothing.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServicesApartTest {

    private static final String SERVICES = "catalog,customers,cart,inventory,payment,shipping,orders,notification";

    private final TestServer services = TestServer.with("holdfast.roles=" + SERVICES, "holdfast.services.secret=xyzzy");
    private final TestServer checkout = TestServer.with(settings());
    private final HttpClient http = HttpClient.newHttpClient();

    private String[] settings() {
        return java.util.stream.Stream.concat(
                        java.util.stream.Stream.of("holdfast.roles=checkout", "holdfast.services.secret=xyzzy"),
                        java.util.stream.Stream.of(SERVICES.split(","))
                                .map(service -> "holdfast.services." + service + ".url=" + services.uri()))
                .toArray(String[]::new);
    }

    @AfterAll
    void close() throws Exception {
        http.close();
        checkout.close();
        services.close();
    }

    @Test
    void a_checkout_is_completed_and_one_is_turned_back_and_the_audit_is_clean() throws Exception {
        for (var order :
                Map.of("apart_1", "pm_card_visa", "apart_2", "pm_card_declined").entrySet()) {
            services.put(
                    "/v1/products/book", Map.of("name", "A book", "price", Map.of("amount", 999, "currency", "USD")));
            services.put("/v1/inventory/book", Map.of("available", 100));
            services.put(
                    "/v1/carts/" + order.getKey(),
                    Map.of("currency", "USD", "items", java.util.List.of(Map.of("sku", "book", "quantity", 2))));
            var accepted = checkout.post(
                    "/v1/checkout",
                    Map.of(
                            "order_id",
                            order.getKey(),
                            "cart_id",
                            order.getKey(),
                            "payment_method_id",
                            order.getValue(),
                            "shipping_address",
                            Map.of(
                                    "name",
                                    "Jane",
                                    "address1",
                                    "1 Main St",
                                    "city",
                                    "Anytown",
                                    "zip",
                                    "90210",
                                    "country",
                                    "US")),
                    "Idempotency-Key",
                    order.getKey(),
                    "Prefer",
                    "wait=20");
            System.out.println(accepted);
        }
        System.out.println(services.get("/v1/orders/apart_1"));
        System.out.println(services.get("/v1/notifications?order_id=apart_1"));
        System.out.println(checkout.get("/actuator/health"));
        System.out.println(checkout.get("/v1/ops/audit?wait=10"));
        System.out.println(checkout.get("/actuator/prometheus")
                .body()
                .lines()
                .filter(l -> l.contains("holdfast_remote"))
                .toList());
    }
}
