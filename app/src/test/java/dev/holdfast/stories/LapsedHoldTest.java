package dev.holdfast.stories;

import static dev.holdfast.stories.Shop.soon;
import static dev.holdfast.stories.Shop.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.stories.Shop.Purchase;
import dev.holdfast.stories.Shop.Statement;
import dev.holdfast.stories.Shop.Stock;
import dev.holdfast.testing.TestServer.Answer;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Shops whose reservation ran out while the customer's payment was still under way. A hold lives for ten minutes;
/// the tests move its deadline instead of waiting for it.
class LapsedHoldTest {

    private static final String LET_LAPSE = """
            UPDATE inventory.reservations
               SET expires_at = clock_timestamp()
             WHERE reservation_id = ? AND status = 'held'
            """;

    private final Shop shop = Shop.open();

    @AfterEach
    void the_books_agree() {
        shop.assertBooksAgree();
    }

    /// The payment provider was out of reach for longer than the reservation lives, and the paying customer's stock
    /// was sold to somebody else (saleor/saleor#15246).
    @Test
    void a_payment_retried_for_longer_than_its_hold_lives_keeps_the_hold() throws Exception {
        var sku = shop.product(1);
        var card = Shop.card();
        var orderId = Shop.orderId();
        Answer accepted;
        try (var away = refusing("sandbox.provider_charges", "NEW.order_ref = '" + orderId + "'")) {
            accepted = shop.send(Purchase.of(shop.cart(sku, 1), card)
                    .with("order_id", orderId)
                    .withoutWaiting());
            var sagaId = accepted.json().path("saga_id").asString();
            soon().until(() -> shop.logged(sagaId, "authorize-payment", "FAILED") >= 1);
            var deadline = shop.books()
                    .sql("""
                            UPDATE inventory.reservations
                               SET expires_at = clock_timestamp() + interval '3 seconds'
                             WHERE reservation_id = ? AND status = 'held'
                            RETURNING expires_at
                            """)
                    .param(orderId)
                    .query(OffsetDateTime.class)
                    .single();

            soon().until(() -> expiryOf(orderId).isAfter(deadline));
            soon().until(() -> now().isAfter(deadline));
            assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 1));
        }
        assertThat(status(shop.outcome(accepted))).isEqualTo("completed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, Shop.PRICE));
        assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 0));
    }

    /// The provider did not answer, the reservation ran out, somebody else bought the last piece, and the payment
    /// was retried until it went through (woocommerce/woocommerce#10189, saleor/saleor#14733). Here the provider
    /// even authorizes after all, long after the checkout gave it up.
    @Test
    void a_payment_retried_after_its_hold_lapsed_turns_back_and_the_late_authorization_is_set_free() throws Exception {
        var sku = shop.product(1);
        var card = Shop.card();
        var orderId = Shop.orderId();
        Answer accepted;
        try (var silent = waiting("sandbox.provider_charges", "NEW.order_ref = '" + orderId + "'")) {
            accepted = shop.send(Purchase.of(shop.cart(sku, 1), card)
                    .with("order_id", orderId)
                    .withoutWaiting());
            silent.awaitSomebody();
            letLapse(orderId);
            sellElsewhere(sku);

            var failed = shop.outcome(accepted);
            assertThat(status(failed)).isEqualTo("failed");
            assertThat(failed.path("failure").path("code").asString()).isEqualTo("reservation-lapsed");
            assertThat(shop.statement(card)).isEqualTo(new Statement(0, 0, 0));
        }
        soon().until(() -> shop.statement(card).charges() == 1);
        soon().until(() -> shop.statement(card).equals(new Statement(1, 0, 0)));
        assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 0));
        assertThat(shop.confirmed(card)).isEmpty();
    }

    /// The money was taken, and only then did anybody notice that the reservation was gone: a paid order that
    /// cannot be shipped (saleor/saleor#14733).
    @Test
    void a_hold_that_lapsed_after_the_authorization_is_noticed_before_the_money_is_taken() throws Exception {
        var sku = shop.product(1);
        var card = Shop.card();
        var orderId = Shop.orderId();
        Answer accepted;
        try (var slow = waiting("carriers_sandbox.labels", "NEW.order_id = '" + orderId + "'")) {
            accepted = shop.send(Purchase.of(shop.cart(sku, 1), card)
                    .with("order_id", orderId)
                    .withoutWaiting());
            slow.awaitSomebody();
            assertThat(shop.statement(card)).isEqualTo(new Statement(1, Shop.PRICE, 0));
            letLapse(orderId);
            sellElsewhere(sku);
        }
        var failed = shop.outcome(accepted);
        assertThat(status(failed)).as(failed.toString()).isEqualTo("failed");
        assertThat(failed.path("failure").path("step").asString()).isEqualTo("pin-reservation");
        assertThat(failed.path("failure").path("code").asString()).isEqualTo("reservation-lapsed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, 0));
        assertThat(shop.books()
                        .sql("SELECT sum(captured) FROM sandbox.provider_charges WHERE method = ?")
                        .param(card)
                        .query(Integer.class)
                        .single())
                .isZero();
        assertThat(shop.labels(orderId)).isEmpty();
        assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 0));
    }

    private Gate waiting(String table, String rows) throws Exception {
        return Gate.waiting(shop.server().database(), "INSERT", table, rows);
    }

    private Gate refusing(String table, String rows) throws Exception {
        return Gate.refusing(shop.server().database(), "INSERT", table, rows);
    }

    private void letLapse(String orderId) {
        assertThat(shop.books().sql(LET_LAPSE).param(orderId).update()).isEqualTo(1);
    }

    private OffsetDateTime now() {
        return shop.books()
                .sql("SELECT clock_timestamp()")
                .query(OffsetDateTime.class)
                .single();
    }

    private OffsetDateTime expiryOf(String orderId) {
        return shop.books()
                .sql("SELECT expires_at FROM inventory.reservations WHERE reservation_id = ?")
                .param(orderId)
                .query(OffsetDateTime.class)
                .single();
    }

    /// The piece goes over the counter of another shop of the same warehouse.
    private void sellElsewhere(String sku) {
        var sale = Shop.orderId();
        var held = shop.server()
                .post(
                        "/v1/inventory/hold",
                        Map.of("saga_id", sale, "pinned", true, "items", List.of(Map.of("item_id", sku, "qty", 1))));
        assertThat(held.status()).as(held.body()).isEqualTo(200);
        var sold = shop.server().post("/v1/inventory/commit", Map.of("saga_id", sale));
        assertThat(sold.status()).as(sold.body()).isEqualTo(200);
    }
}
