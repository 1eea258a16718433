package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Many customers at once, over HTTP.
class SellingTest {

    private static final Map<String, Object> ADDRESS =
            Map.of("name", "Jane Doe", "address1", "123 Main St", "city", "Anytown", "zip", "90210", "country", "US");

    private final TestServer server = TestServer.shared();

    @Test
    void a_hundred_pieces_go_to_exactly_a_hundred_of_ten_thousand_attempts() throws Exception {
        var sku = product(100);
        var confirmed = new AtomicInteger();
        var lost = new AtomicInteger();
        var next = new AtomicInteger();
        atOnce(64, client -> {
            while (next.incrementAndGet() <= 10_000) {
                var cart = cartWith(sku, 1);
                var answer = checkout(cart, "pm_card_visa", key());
                if (answer.status() == 200
                        && answer.json().path("status").asString().equals("completed")) {
                    confirmed.incrementAndGet();
                } else {
                    lost.incrementAndGet();
                }
            }
            return null;
        });
        assertThat(confirmed).hasValue(100);
        assertThat(lost).hasValue(9_900);
        var stock = server.get("/v1/inventory/" + sku).json();
        assertThat(stock.path("available").asLong()).isZero();
        assertThat(stock.path("reserved").asLong()).isZero();
    }

    @Test
    void fifty_requests_with_one_key_start_one_checkout() throws Exception {
        var sku = product(1_000);
        for (int round = 0; round < 10; round++) {
            var cart = cartWith(sku, 2);
            var key = key();
            var answers = atOnce(50, client -> checkoutUntilAccepted(cart, key));
            assertThat(answers).allMatch(answer -> answer.status() == 200);
            assertThat(answers).extracting(SellingTest::sagaId).containsOnly(sagaId(answers.getFirst()));
        }
        assertThat(server.get("/v1/inventory/" + sku).json().path("available").asLong())
                .isEqualTo(980);
    }

    @Test
    void a_key_keeps_its_answer_when_the_cart_has_changed_since() throws Exception {
        var sku = product(5);
        var cart = cartWith(sku, 2);
        var key = key();
        var declined = checkout(cart, "pm_card_declined", key);
        assertThat(declined.json().path("status").asString()).isEqualTo("failed");

        price(sku, 2000);
        assertThat(checkout(cart, "pm_card_declined", key).body()).isEqualTo(declined.body());
        assertThat(checkout(cart, "pm_card_declined", key()).status()).isEqualTo(409);

        assertThat(server.put("/v1/carts/" + cart, Map.of("currency", "USD", "items", List.of()))
                        .status())
                .isEqualTo(200);
        assertThat(checkout(cart, "pm_card_declined", key).body()).isEqualTo(declined.body());
        assertThat(checkout(cart, "pm_card_visa", key).status()).isEqualTo(422);
        assertThat(checkout(cart, "pm_card_visa", key()).body()).contains("cart-empty");
    }

    @Test
    void two_tabs_with_two_keys_and_one_cart_make_one_order() throws Exception {
        var sku = product(1_000);
        for (int round = 0; round < 20; round++) {
            var cart = cartWith(sku, 1);
            var answers = atOnce(2, tab -> checkout(cart, "pm_card_visa", key()));
            assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
            assertThat(answers).filteredOn(answer -> answer.status() == 409).hasSize(1);
        }
        assertThat(server.get("/v1/inventory/" + sku).json().path("available").asLong())
                .isEqualTo(980);
    }

    @Test
    void a_declined_cart_may_be_checked_out_again_with_another_card() throws Exception {
        var sku = product(5);
        var cart = cartWith(sku, 2);
        var declined = checkout(cart, "pm_card_declined", key()).json();
        assertThat(declined.path("status").asString()).isEqualTo("failed");
        assertThat(declined.path("failure").path("code").asString()).isEqualTo("payment-declined");
        assertThat(server.get("/v1/inventory/" + sku).json().path("available").asLong())
                .isEqualTo(5);
        var paid = checkout(cart, "pm_card_visa", key()).json();
        assertThat(paid.path("status").asString()).as(paid::toString).isEqualTo("completed");
    }

    /// A storefront's behaviour: "still running" is asked again with the same key.
    private Answer checkoutUntilAccepted(String cart, String key) {
        while (true) {
            var answer = checkout(cart, "pm_card_visa", key);
            if (answer.status() != 409 || !answer.json().path("type").asString().endsWith("/still-running")) {
                return answer;
            }
        }
    }

    private Answer checkout(String cart, String method, String key) {
        return server.post(
                "/v1/checkout",
                Map.of("cart_id", cart, "payment_method_id", method, "shipping_address", ADDRESS),
                "Idempotency-Key",
                key,
                "Prefer",
                "wait=60");
    }

    private String product(int pieces) {
        var sku = "sku-" + UUID.randomUUID();
        price(sku, 1000);
        assertThat(server.put("/v1/inventory/" + sku, Map.of("available", pieces))
                        .status())
                .isLessThan(300);
        return sku;
    }

    private void price(String sku, int cents) {
        var answer = server.put(
                "/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", cents, "currency", "USD")));
        assertThat(answer.status()).isLessThan(300);
    }

    private static String sagaId(Answer answer) {
        return answer.json().path("saga_id").asString();
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

    private static <T> List<T> atOnce(int clients, java.util.function.IntFunction<T> work) throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = IntStream.range(0, clients)
                    .<Callable<T>>mapToObj(client -> () -> work.apply(client))
                    .toList();
            return threads.invokeAll(tasks).stream()
                    .map(java.util.concurrent.Future::resultNow)
                    .toList();
        }
    }
}
