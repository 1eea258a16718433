package dev.holdfast.stories;

import static dev.holdfast.stories.Shop.problem;
import static dev.holdfast.stories.Shop.soon;
import static dev.holdfast.stories.Shop.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.stories.Shop.Purchase;
import dev.holdfast.stories.Shop.Statement;
import dev.holdfast.stories.Shop.Stock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Shops that refused a customer the very piece they had set aside for that customer (Sylius/Sylius#7707,
/// woocommerce/woocommerce#67354). With a process that dies in between: [DyingServerTest].
class OwnStockTest {

    private final Shop shop = Shop.open();

    @AfterEach
    void the_books_agree() {
        shop.assertBooksAgree();
    }

    /// The reply of the hold that took the last piece was lost, and its repetition was told "out of stock".
    @Test
    void a_hold_of_the_last_piece_whose_reply_was_lost_is_answered_held_when_sent_again() throws Exception {
        var sku = shop.product(1);
        var id = Shop.orderId();
        var hold = Map.of("saga_id", id, "items", List.of(Map.of("item_id", sku, "qty", 1)));

        shop.sendAndHangUp("/v1/inventory/hold", hold, id);
        soon().until(() -> shop.stock(sku).equals(new Stock(0, 1)));

        var again = Shop.atOnce(8, attempt -> shop.server().post("/v1/inventory/hold", hold, "Idempotency-Key", id));
        assertThat(again).allMatch(answer -> answer.status() == 200);
        assertThat(again)
                .extracting(answer -> answer.body())
                .containsOnly(again.getFirst().body());
        var other = shop.send(Purchase.of(shop.cart(sku, 1), Shop.card()));
        assertThat(problem(other)).isEqualTo("409 cart-changed");
        assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 1));
        shop.server().post("/v1/inventory/release", Map.of("saga_id", id));
        assertThat(shop.stock(sku)).isEqualTo(new Stock(1, 0));
    }

    /// The database did not say whether the hold of the last piece was committed, and the checkout that held it was
    /// turned away by its own hold.
    @Test
    void a_checkout_that_does_not_know_whether_it_holds_the_last_piece_gets_it() throws Exception {
        var sku = shop.product(1);
        var card = Shop.card();
        var orderId = Shop.orderId();
        var database = shop.server().database();
        try (var slow =
                Gate.waiting(database, "INSERT", "inventory.reservations", "NEW.reservation_id = '" + orderId + "'")) {
            var accepted = shop.send(Purchase.of(shop.cart(sku, 1), card)
                    .with("order_id", orderId)
                    .withoutWaiting());
            var sagaId = accepted.json().path("saga_id").asString();
            soon().until(() -> shop.logged(sagaId, "reserve-inventory", "UNCLEAR") >= 1);
            slow.open();

            assertThat(status(shop.outcome(accepted))).isEqualTo("completed");
        }
        assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 0));
        assertThat(shop.confirmed(card)).containsExactly(orderId);
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, Shop.PRICE));
    }
}
