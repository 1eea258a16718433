package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// A product code of two words is sold like any other, through every door.
class SkuWithBlankTest {

    private final TestServer server = TestServer.shared();
    private final String sku = "GIFT CARD " + UUID.randomUUID();
    private final String inPath = sku.replace(" ", "%20");

    @Test
    void it_is_put_stocked_ordered_and_counted() {
        var put = server.put(
                "/v1/products/" + inPath, Map.of("name", "A card", "price", Map.of("amount", 500, "currency", "USD")));
        assertThat(put.status()).as(put.body()).isEqualTo(201);
        assertThat(put.json().path("sku").asString()).isEqualTo(sku);
        ok(server.post("/v1/inventory/" + inPath + "/receipts", Map.of("quantity", 10), "Idempotency-Key", inPath));
        var cart = "cart_" + UUID.randomUUID();
        ok(server.put(
                "/v1/carts/" + cart, Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", 1)))));
        ok(server.put("/v1/carts/" + cart + "/items/" + inPath, Map.of("quantity", 3)));

        var checkout = ok(server.post(
                "/v1/checkout",
                Map.of(
                        "cart_id",
                        cart,
                        "payment_method_id",
                        "pm_card_visa",
                        "shipping_address",
                        Map.of("name", "J", "address1", "1", "city", "C", "zip", "1", "country", "US")),
                "Idempotency-Key",
                inPath,
                "Prefer",
                "wait=20"));

        assertThat(checkout.json().path("status").asString())
                .as(checkout.body())
                .isEqualTo("completed");
        var order = server.get("/v1/orders/" + checkout.json().path("order_id").asString());
        assertThat(order.json().path("items").path(0).path("product_id").asString())
                .isEqualTo(sku);
        assertThat(available()).isEqualTo(7);
    }

    @Test
    void it_is_imported_found_page_by_page_and_sold_through_the_older_contract() {
        var csv = "sku,name,price,currency\n" + sku + ",A card,5.00,USD\n";
        var report = ok(server.post("/v1/products:import", csv, "Content-Type", "text/csv"));
        assertThat(report.json().path("rejected").isEmpty()).as(report.body()).isTrue();
        assertThat(ok(server.get("/v1/products/" + inPath)).json().path("sku").asString())
                .isEqualTo(sku);
        ok(server.get("/v1/products?after=" + inPath));
        ok(server.put("/v1/inventory/" + inPath, Map.of("available", 5)));

        var line = Map.of("sku", sku, "quantity", 2, "reservation_id", "ORD-" + UUID.randomUUID());
        ok(server.post("/api/inventory/reserve", line));
        ok(server.post("/api/inventory/commit", line));

        assertThat(available()).isEqualTo(3);
    }

    @Test
    void it_is_taken_out_of_a_cart_as_it_was_put_in() {
        ok(server.put(
                "/v1/products/" + inPath, Map.of("name", "A card", "price", Map.of("amount", 500, "currency", "USD"))));
        var cart = "cart_" + UUID.randomUUID();
        ok(server.put("/v1/carts/" + cart, Map.of("currency", "USD")));
        ok(server.put("/v1/carts/" + cart + "/items/" + inPath, Map.of("quantity", 3)));

        var left = ok(server.delete("/v1/carts/" + cart + "/items/" + inPath));

        assertThat(left.json().path("items").isEmpty()).as(left.body()).isTrue();
        assertThat(server.delete("/v1/carts/" + cart + "/items/TWO%20%20BLANKS").status())
                .isEqualTo(404);
    }

    private long available() {
        return ok(server.get("/v1/inventory/" + inPath))
                .json()
                .path("available")
                .asLong();
    }

    private static Answer ok(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isBetween(200, 299);
        return answer;
    }
}
