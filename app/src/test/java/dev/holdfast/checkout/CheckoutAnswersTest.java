package dev.holdfast.checkout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.cart.CartApi;
import dev.holdfast.customers.CustomersApi;
import dev.holdfast.flows.Flows;
import dev.holdfast.platform.Address;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.testing.TestServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What customers are answered where something else is not as it should be.
class CheckoutAnswersTest {

    private static final Address ADDRESS = new Address("Jane Doe", "123 Main St", null, "Anytown", "CA", "90210", "US");

    private final TestServer server = TestServer.shared();

    /// Whether a node of the release that wrote it runs beside this one or never again: an accepted checkout has a
    /// status.
    @Test
    void an_accepted_checkout_of_a_version_this_node_does_not_know_has_a_status() {
        var sku = product(10);
        var cart = cartWith(sku);
        var body = Map.of("cart_id", cart, "payment_method_id", "pm_x", "shipping_address", ADDRESS);
        var first = server.post("/v1/checkout", body, "Idempotency-Key", cart, "Prefer", "wait=20")
                .json();
        var saga = first.path("saga_id").asString();
        var order = first.path("order_id").asString();
        var books = JdbcClient.create(server.database().dataSource());
        books.sql("UPDATE saga.saga_runs SET version = 9000, payload = payload || '{\"more\": 1}' WHERE saga_id = ?")
                .param(saga)
                .update();
        try {
            var status = server.get("/v1/checkout/" + saga);
            assertThat(status.status()).as(status.body()).isEqualTo(200);
            assertThat(status.json().path("status").asString()).isEqualTo("completed");
            assertThat(status.json().path("stage").asString()).isEqualTo("COMPLETED");
            assertThat(status.json().path("order_id").asString()).isEqualTo(order);
            assertThat(status.json().path("steps")).isEmpty();
            assertThat(server.get("/v1/ops/sagas/" + saga)
                            .json()
                            .path("order_id")
                            .asString())
                    .isEqualTo(order);
            var again = server.post("/v1/checkout", body, "Idempotency-Key", cart);
            assertThat(again.status()).as(again.body()).isEqualTo(202);
            assertThat(again.json().path("order_id").asString()).isEqualTo(order);

            books.sql("UPDATE saga.saga_runs SET definition = 'no-checkout' WHERE saga_id = ?")
                    .param(saga)
                    .update();
            assertThat(server.get("/v1/checkout/" + saga).status()).isEqualTo(404);
        } finally {
            books.sql("UPDATE saga.saga_runs SET version = 1, definition = 'checkout', payload = payload - 'more'"
                            + " WHERE saga_id = ?")
                    .param(saga)
                    .update();
        }
    }

    @Test
    void a_refused_checkout_is_refused_also_when_its_cart_cannot_be_given_back() {
        var cart = cartWith(product(0));
        var carts = server.bean(CartApi.class);
        var checkouts = new Checkouts(
                new CartsThatKeep(carts),
                server.bean(CustomersApi.class),
                server.bean(Pricing.class),
                server.bean(Flows.class),
                server.bean(SagaEngine.class));
        var request = new CheckoutRequest(null, cart, "pm_x", null, null, ADDRESS, null, null, null, null);

        assertThatThrownBy(() -> checkouts.accept(request, cart))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refused -> assertThat(refused.slug()).isEqualTo("cart-changed"));

        var left = carts.frozenSince(Instant.now().plusSeconds(60), null, 1_000).stream()
                .filter(frozen -> frozen.cartId().equals(cart))
                .toList();
        assertThat(left).as("the sweeper finds it").hasSize(1);
        carts.giveBack(cart, left.getFirst().sagaId());
    }

    private String product(int available) {
        var sku = "sku-" + UUID.randomUUID();
        server.put("/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1, "currency", "USD")));
        if (available > 0) {
            server.put("/v1/inventory/" + sku, Map.of("available", available));
        }
        return sku;
    }

    private String cartWith(String sku) {
        var cart = "cart_" + UUID.randomUUID();
        server.put("/v1/carts/" + cart, Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", 1))));
        return cart;
    }

    /// The carts, of which none can be given back: the way there breaks.
    private record CartsThatKeep(CartApi carts) implements CartApi {

        @Override
        public void giveBack(String cartId, String sagaId) {
            throw new EffectUnclearException("the connection broke", null);
        }

        @Override
        public Optional<Cart> find(String cartId) {
            return carts.find(cartId);
        }

        @Override
        public FreezeResult freeze(String cartId, String sagaId) {
            return carts.freeze(cartId, sagaId);
        }

        @Override
        public void close(String cartId, String sagaId) {
            carts.close(cartId, sagaId);
        }

        @Override
        public boolean takeOver(String cartId, String fromSagaId, String toSagaId) {
            return carts.takeOver(cartId, fromSagaId, toSagaId);
        }

        @Override
        public List<FrozenCart> frozenSince(Instant before, FrozenCart after, int limit) {
            return carts.frozenSince(before, after, limit);
        }
    }
}
