package dev.holdfast.stories;

import static dev.holdfast.stories.Shop.problem;
import static dev.holdfast.stories.Shop.soon;
import static dev.holdfast.stories.Shop.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.stories.Shop.Purchase;
import dev.holdfast.stories.Shop.Statement;
import dev.holdfast.stories.Shop.Stock;
import dev.holdfast.testing.TestServer.Answer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Providers and carriers that answer after everybody has stopped listening.
class LateAnswerTest {

    private final Shop shop = Shop.open();

    @AfterEach
    void the_books_agree() {
        shop.assertBooksAgree();
    }

    /// The authorization came after the payment was cancelled, was booked onto the cancelled order, and the
    /// customer had paid for nothing (Adyen/adyen-magento2#3313, coreshop/CoreShop#2529).
    @Test
    void an_authorization_that_is_answered_after_its_void_takes_nobodys_money() throws Exception {
        var card = Shop.card();
        var orderId = Shop.orderId();
        var authorize = Map.of(
                "order_id", orderId,
                "amount", Map.of("amount", Shop.PRICE, "currency", "USD"),
                "payment_method_ids", List.of(card));
        CompletableFuture<Answer> late;
        try (var silent = waiting("INSERT", "sandbox.provider_charges", "NEW.order_ref = '" + orderId + "'")) {
            late = CompletableFuture.supplyAsync(
                    () -> shop.server().post("/v1/payments/authorize", authorize, "Idempotency-Key", orderId),
                    Thread::startVirtualThread);
            silent.awaitSomebody();
            var paymentId = shop.books()
                    .sql("SELECT payment_id FROM payment.payments WHERE order_id = ?")
                    .param(orderId)
                    .query(String.class)
                    .single();

            var voided =
                    shop.server().post("/v1/payments/" + paymentId + "/void", null, "Idempotency-Key", orderId + "-v");
            assertThat(voided.status()).as(voided.body()).isEqualTo(200);
        }
        assertThat(late.join().status()).as(late.join().body()).isNotEqualTo(200);
        soon().until(() -> shop.statement(card).charges() == 1);
        soon().until(() -> shop.statement(card).equals(new Statement(1, 0, 0)));
        var again = shop.server().post("/v1/payments/authorize", authorize, "Idempotency-Key", orderId);
        assertThat(problem(again)).isEqualTo("409 payment-undone");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, 0));
    }

    /// The capture timed out, its retry went out under a fresh key, and the money was taken twice; or the order was
    /// cancelled although the money was taken (medusajs/medusa#16466, Automattic/woocommerce-payments#5605).
    @Test
    void a_capture_in_doubt_is_asked_again_until_it_is_known_and_never_undone() throws Exception {
        var sku = shop.product(1);
        var card = Shop.card();
        var orderId = Shop.orderId();
        Answer accepted;
        try (var silent = waiting("INSERT", "sandbox.provider_operations", "NEW.kind = 'capture'")) {
            accepted = shop.send(Purchase.of(shop.cart(sku, 1), card)
                    .with("order_id", orderId)
                    .withoutWaiting());
            var sagaId = accepted.json().path("saga_id").asString();
            soon().until(() -> shop.logged(sagaId, "capture-payment", "UNCLEAR") >= 1);

            assertThat(status(shop.server().get(accepted.header("Location")).json()))
                    .isEqualTo("processing");
            assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 1));
        }
        assertThat(status(shop.outcome(accepted))).isEqualTo("completed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, Shop.PRICE));
        assertThat(shop.books().sql("""
                        SELECT o.kind
                          FROM sandbox.provider_operations AS o JOIN sandbox.provider_charges AS c USING (charge_id)
                         WHERE c.method = ?
                        """).param(card).query(String.class).list()).containsExactly("capture");
        assertThat(shop.confirmed(card)).containsExactly(orderId);
    }

    /// A carrier did not answer in time, another one made the label, the first one's label was bought as well, and
    /// the parcel was collected twice (openlinker-project/openlinker#1917).
    @Test
    void of_a_carrier_that_answers_late_and_one_that_stepped_in_one_label_stays() throws Exception {
        var sku = shop.product(1);
        var card = Shop.card();
        var orderId = Shop.orderId();
        Answer accepted;
        try (var silent = waiting("INSERT", "carriers_sandbox.labels", "NEW.order_id = '" + orderId + "'")) {
            accepted = shop.send(Purchase.of(shop.cart(sku, 1), card)
                    .with("order_id", orderId)
                    .withoutWaiting());
            soon().until(() ->
                    shop.books().sql("""
                                    SELECT count(*)
                                      FROM shipping.carrier_attempts AS a JOIN shipping.shipments AS s USING (shipping_id)
                                     WHERE s.order_id = ? AND a.carrier = 'ups'
                                    """).param(orderId).query(Integer.class).single() == 1);
        }
        assertThat(status(shop.outcome(accepted))).isEqualTo("completed");
        soon().until(() -> shop.labels(orderId).equals(List.of("ups")));
        assertThat(shop.books()
                        .sql(
                                "SELECT carrier || ' ' || status FROM carriers_sandbox.labels WHERE order_id = ? ORDER BY 1")
                        .param(orderId)
                        .query(String.class)
                        .list())
                .containsExactly("fedex cancelled", "ups live");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, Shop.PRICE));
    }

    private Gate waiting(String event, String table, String rows) throws Exception {
        return Gate.waiting(shop.server().database(), event, table, rows);
    }
}
