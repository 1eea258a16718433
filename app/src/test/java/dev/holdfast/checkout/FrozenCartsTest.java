package dev.holdfast.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cart.CartApi;
import dev.holdfast.platform.Json;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.testing.TestServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// No cart stays frozen for good.
class FrozenCartsTest {

    private static final Map<String, Object> ADDRESS =
            Map.of("name", "Jane Doe", "address1", "123 Main St", "city", "Anytown", "zip", "90210", "country", "US");

    private final TestServer server = TestServer.shared();
    private final CartApi carts = server.bean(CartApi.class);
    private final FrozenCarts frozen =
            new FrozenCarts(carts, server.bean(SagaEngine.class), Clock.systemUTC(), Duration.ofSeconds(45));

    @Test
    void a_cart_nobody_gives_back_is_found_behind_any_number_of_checkouts_that_wait() throws Exception {
        var sku = "sku-" + UUID.randomUUID();
        server.put("/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1, "currency", "USD")));
        server.put("/v1/inventory/" + sku, Map.of("available", 1_000));
        try (var db = server.database().dataSource().getConnection();
                var lock = db.prepareStatement("SELECT FROM inventory.inventory WHERE product_id = ? FOR UPDATE")) {
            db.setAutoCommit(false);
            lock.setString(1, sku);
            lock.execute();
            var waiting = checkouts(sku, 250);
            var orphan = cartWith(sku);
            carts.freeze(orphan, "saga_chk_that_never_came_to_be");

            frozen.sweep(Duration.ZERO);

            assertThat(carts.find(orphan).orElseThrow().frozenBy()).isNull();
            assertThat(waiting)
                    .allSatisfy(
                            cart -> assertThat(carts.find(cart).orElseThrow().frozenBy())
                                    .isNotNull());
            db.rollback();
        }
    }

    @Test
    void a_checkout_that_comes_to_nothing_hands_a_cart_back_to_whom_it_took_it_from() throws SQLException {
        var sku = "sku-" + UUID.randomUUID();
        server.put("/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1, "currency", "USD")));
        var cart = cartWith(sku);
        carts.freeze(cart, "saga_chk_about_to_start");
        beganSecondsAgo(cart, 10);

        var nothingThere = server.post(
                "/v1/checkout",
                Map.of("cart_id", cart, "payment_method_id", "pm_x", "shipping_address", ADDRESS),
                "Idempotency-Key",
                cart);

        assertThat(nothingThere.status()).as(nothingThere.body()).isEqualTo(409);
        assertThat(nothingThere.body()).contains("cart-changed");
        assertThat(carts.find(cart).orElseThrow().frozenBy()).isEqualTo("saga_chk_about_to_start");
    }

    /// Were it taken over and both refused, it would stay frozen and nobody could change it.
    @Test
    void a_cart_that_was_frozen_a_moment_ago_is_left_to_the_checkout_that_froze_it() {
        var sku = "sku-" + UUID.randomUUID();
        server.put("/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1, "currency", "USD")));
        var cart = cartWith(sku);
        carts.freeze(cart, "saga_chk_about_to_be_refused");

        var second = server.post(
                "/v1/checkout",
                Map.of("cart_id", cart, "payment_method_id", "pm_x", "shipping_address", ADDRESS),
                "Idempotency-Key",
                cart);
        carts.giveBack(cart, "saga_chk_about_to_be_refused");

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.body()).contains("still-running");
        assertThat(server.put("/v1/carts/" + cart + "/items/" + sku, Map.of("quantity", 2))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void a_cart_made_anew_under_the_id_of_an_ordered_one_is_refused_and_stays() {
        var sku = "sku-" + UUID.randomUUID();
        server.put("/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1, "currency", "USD")));
        server.put("/v1/inventory/" + sku, Map.of("available", 10));
        var cart = cartWith(sku);
        assertThat(checkedOut(cart, "first")).contains("\"status\":\"completed\"");
        server.put("/v1/carts/" + cart, Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", 3))));

        assertThat(checkedOut(cart, "second")).contains("cart-already-ordered");

        assertThat(carts.find(cart)).hasValueSatisfying(kept -> {
            assertThat(kept.frozenBy()).isNull();
            assertThat(kept.items().getFirst().quantity()).isEqualTo(3);
        });
    }

    /// As a repetition of its request leaves it that dies, or loses the database, between handing the cart back to
    /// the checkout and thawing it.
    @Test
    void a_cart_that_was_left_frozen_for_a_checkout_that_failed_can_be_ordered_again_at_once() {
        var sku = "sku-" + UUID.randomUUID();
        server.put("/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1, "currency", "USD")));
        server.put("/v1/inventory/" + sku, Map.of("available", 10));
        var cart = cartWith(sku);
        var declined = checkedOut(cart, "first", "pm_card_declined");
        assertThat(declined).contains("\"status\":\"failed\"");
        carts.freeze(cart, Json.mapper().readTree(declined).path("saga_id").asString());

        assertThat(checkedOut(cart, "second")).contains("\"status\":\"completed\"");
    }

    @Test
    void a_cart_of_a_name_beyond_ascii_can_be_checked_out() {
        var sku = "sku-" + UUID.randomUUID();
        server.put("/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1, "currency", "USD")));
        server.put("/v1/inventory/" + sku, Map.of("available", 1_000));
        var cart = "panier-d'été-" + UUID.randomUUID();
        server.put(
                "/v1/carts/" + URLEncoder.encode(cart, StandardCharsets.UTF_8),
                Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", 1))));

        var answer = server.post(
                "/v1/checkout",
                Map.of("cart_id", cart, "payment_method_id", "pm_x", "shipping_address", ADDRESS),
                "Idempotency-Key",
                UUID.randomUUID().toString());

        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    }

    private List<String> checkouts(String sku, int count) throws InterruptedException {
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            var orders = Collections.nCopies(count, (Callable<String>) () -> checkout(sku));
            return clients.invokeAll(orders).stream().map(Future::resultNow).toList();
        }
    }

    private String checkout(String sku) {
        var cart = cartWith(sku);
        var answer = server.post(
                "/v1/checkout",
                Map.of("cart_id", cart, "payment_method_id", "pm_x", "shipping_address", ADDRESS),
                "Idempotency-Key",
                cart);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return cart;
    }

    private String checkedOut(String cart, String key) {
        return checkedOut(cart, key, "pm_x");
    }

    private String checkedOut(String cart, String key, String card) {
        return server.post(
                        "/v1/checkout",
                        Map.of("cart_id", cart, "payment_method_id", card, "shipping_address", ADDRESS),
                        "Idempotency-Key",
                        cart + key,
                        "Prefer",
                        "wait=20")
                .body();
    }

    private void beganSecondsAgo(String cart, int seconds) throws SQLException {
        try (var db = server.database().dataSource().getConnection();
                var move = db.prepareStatement(
                        "UPDATE cart.carts SET frozen_at = frozen_at - ? * interval '1 second' WHERE cart_id = ?")) {
            move.setInt(1, seconds);
            move.setString(2, cart);
            assertThat(move.executeUpdate()).isEqualTo(1);
        }
    }

    private String cartWith(String sku) {
        var cart = "cart_" + UUID.randomUUID();
        server.put("/v1/carts/" + cart, Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", 1))));
        return cart;
    }
}
