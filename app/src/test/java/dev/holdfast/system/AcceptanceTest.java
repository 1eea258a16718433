package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cart.CartApi;
import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/// Which answer a checkout gets at the door: the first one again, or a refusal that is true and touches nobody
/// else.
class AcceptanceTest {

    private static final Map<String, Object> ADDRESS =
            Map.of("name", "Jane Doe", "address1", "123 Main St", "city", "Anytown", "zip", "90210", "country", "US");

    private final TestServer server = TestServer.shared();

    @Test
    void a_key_gets_its_first_answer_also_when_its_cart_could_not_be_bought_any_more() {
        var sku = product(2);
        var cart = cartWith(sku, 2);
        var key = key();
        var declined = checkout(cart, "pm_card_declined", key, Map.of()).json();
        assertThat(declined.path("status").asString()).isEqualTo("failed");
        checkout(cartWith(sku, 2), "pm_card_visa", key(), Map.of());

        var again = checkout(cart, "pm_card_declined", key, Map.of());

        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(again.json().path("saga_id")).isEqualTo(declined.path("saga_id"));
    }

    @Test
    void a_key_gets_its_first_answer_also_when_its_cart_was_emptied_since() {
        var sku = product(2);
        var cart = cartWith(sku, 2);
        var key = key();
        var declined = checkout(cart, "pm_card_declined", key, Map.of()).json();
        assertThat(server.delete("/v1/carts/" + cart + "/items/" + sku).status())
                .isEqualTo(200);

        var again = checkout(cart, "pm_card_declined", key, Map.of());

        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(again.json().path("saga_id")).isEqualTo(declined.path("saga_id"));
    }

    @Test
    void another_body_under_a_used_key_is_told_so_before_anything_else_is_wrong_with_it() {
        var key = key();
        checkout(cartWith(product(1), 1), "pm_card_visa", key, Map.of());

        var other = checkout(cartWith(product(1), 2), "pm_card_visa", key, Map.of());

        assertThat(other.status()).as(other.body()).isEqualTo(422);
    }

    @Test
    void an_order_id_that_was_given_to_a_checkout_is_nobody_elses() {
        var sku = product(10);
        var first = checkout(cartWith(sku, 2), "pm_card_visa", key(), Map.of()).json();
        var orderId = first.path("order_id").asString();

        var second = checkout(cartWith(sku, 2), "pm_card_visa", key(), Map.of("order_id", orderId));

        assertThat(second.status()).as(second.body()).isEqualTo(409);
        assertThat(second.json().path("type").asString()).endsWith("/order-id-taken");
        assertThat(server.get("/v1/orders/" + orderId).json().path("status").asString())
                .isEqualTo("confirmed");
    }

    @Test
    void a_reservation_made_at_inventorys_own_door_is_not_released_by_a_checkout_that_takes_its_id() {
        var sku = product(10);
        var id = "ord_" + UUID.randomUUID();
        var held = server.post(
                "/v1/inventory/hold",
                Map.of("saga_id", id, "reservation_id", id, "items", List.of(Map.of("item_id", sku, "qty", 3))),
                "Idempotency-Key",
                key());
        assertThat(held.status()).as(held.body()).isEqualTo(200);

        var answer = checkout(cartWith(sku, 2), "pm_card_visa", key(), Map.of("order_id", id))
                .json();

        assertThat(answer.path("status").asString()).as(answer.toString()).isEqualTo("failed");
        assertThat(answer.path("failure").path("code").asString()).isEqualTo("reservation-taken");
        assertThat(stockOf(sku)).containsEntry("available", 7L).containsEntry("reserved", 3L);
    }

    /// A cart is given back just before the end of its checkout is recorded, so the next one may come in between.
    @Test
    void a_cart_whose_checkout_has_not_ended_yet_is_not_called_ordered() throws Exception {
        var sku = product(10);
        var cart = cartWith(sku, 2);
        Answer second;
        try (var db = server.database().dataSource().getConnection();
                var lock = db.prepareStatement("SELECT FROM inventory.inventory WHERE product_id = ? FOR UPDATE")) {
            db.setAutoCommit(false);
            lock.setString(1, sku);
            lock.execute();
            var first = checkout(cart, "pm_card_visa", key(), Map.of("wait", 0)).json();
            server.bean(CartApi.class).giveBack(cart, first.path("saga_id").asString());
            second = checkout(cart, "pm_card_visa", key(), Map.of());
            db.rollback();
        }
        assertThat(second.status()).as(second.body()).isEqualTo(409);
        assertThat(second.json().path("type").asString()).endsWith("/checkout-in-progress");
    }

    /// @param more fields of the body, and `wait` in seconds, 20 otherwise
    private Answer checkout(String cart, String method, String key, Map<String, Object> more) {
        var body = new HashMap<>(more);
        var wait = body.remove("wait");
        body.put("cart_id", cart);
        body.put("payment_method_id", method);
        body.put("shipping_address", ADDRESS);
        return server.post(
                "/v1/checkout", body, "Idempotency-Key", key, "Prefer", "wait=" + (wait == null ? 20 : wait));
    }

    private Map<String, Long> stockOf(String sku) {
        var stock = server.get("/v1/inventory/" + sku).json();
        return Map.of(
                "available", stock.path("available").asLong(),
                "reserved", stock.path("reserved").asLong());
    }

    private String product(int pieces) {
        var sku = "sku-" + UUID.randomUUID();
        server.put(
                "/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1000, "currency", "USD")));
        var stocked = server.put("/v1/inventory/" + sku, Map.of("available", pieces));
        assertThat(stocked.status()).as(stocked.body()).isLessThan(300);
        return sku;
    }

    private String cartWith(String sku, int quantity) {
        var cart = "cart_" + UUID.randomUUID();
        var answer = server.put(
                "/v1/carts/" + cart,
                Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", quantity))));
        assertThat(answer.status()).as(answer.body()).isLessThan(300);
        return cart;
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
