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
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Shops that took one wish for two orders.
class DoubleOrderTest {

    private final Shop shop = Shop.open();

    @AfterEach
    void the_books_agree() {
        shop.assertBooksAgree();
    }

    /// A double click on "place order", or two tabs, placed two orders and charged twice
    /// (woocommerce/woocommerce#14541, magento/magento2#13952, Adyen/adyen-magento#255).
    @Test
    void a_customer_who_clicks_everywhere_gets_one_order_one_charge_and_one_label() throws Exception {
        var sku = shop.product(100);
        for (int round = 0; round < 5; round++) {
            var card = Shop.card();
            var tab = Purchase.of(shop.cart(sku, 2), card);

            var answers = Shop.atOnce(24, click -> shop.send(click % 2 == 0 ? tab : tab.key(tab.key() + click)));

            assertThat(answers).allMatch(answer -> answer.status() == 200 || answer.status() == 409);
            assertThat(answers)
                    .filteredOn(answer -> answer.status() == 200)
                    .isNotEmpty()
                    .extracting(answer -> status(answer.json()) + answer.json().path("saga_id"))
                    .containsOnly("completed" + sagaOf(answers));
            assertThat(shop.confirmed(card)).hasSize(1);
            assertThat(shop.labels(shop.confirmed(card).getFirst())).hasSize(1);
            assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, 2 * Shop.PRICE));
            assertThat(shop.stock(sku)).isEqualTo(new Stock(100 - 2L * (round + 1), 0));
        }
    }

    /// The page broke off before the answer, the buyer ordered again, and was charged twice
    /// (woocommerce/woocommerce#21748, mollie/PrestaShop#1510).
    @Test
    void an_order_whose_answer_was_lost_is_the_same_order_when_sent_again() throws Exception {
        var sku = shop.product(1);
        var card = Shop.card();
        var purchase = Purchase.of(shop.cart(sku, 1), card);

        shop.sendAndHangUp("/v1/checkout", purchase.body(), purchase.key());
        soon().until(() -> shop.stock(sku).available() == 0);
        var again = shop.send(purchase);

        assertThat(again.status()).as(again.body()).isEqualTo(200);
        assertThat(status(again.json())).isEqualTo("completed");
        assertThat(shop.confirmed(card))
                .containsExactly(again.json().path("order_id").asString());
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, Shop.PRICE));
    }

    /// A declined card, another try, and one cart became two orders, or could not be ordered any more at all
    /// (Adyen/adyen-magento2#915, medusajs/medusa#12481).
    @Test
    void after_a_decline_two_tabs_try_again_with_two_cards_and_one_order_is_paid() throws Exception {
        var sku = shop.product(10);
        for (int round = 0; round < 5; round++) {
            var cart = shop.cart(sku, 2);
            var declined = shop.send(Purchase.of(cart, "pm_card_insufficient_funds"));
            assertThat(status(declined.json())).isEqualTo("failed");

            var cards = List.of(Shop.card(), Shop.card());
            var answers = Shop.atOnce(2, tab -> shop.send(Purchase.of(cart, cards.get(tab))));

            assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(1);
            var paying = answers.getFirst().status() == 200 ? 0 : 1;
            assertThat(status(answers.get(paying).json())).isEqualTo("completed");
            assertThat(problem(answers.get(1 - paying)))
                    .isIn("409 checkout-in-progress", "409 cart-already-ordered", "409 still-running");
            assertThat(shop.statement(cards.get(paying))).isEqualTo(new Statement(1, 0, 2 * Shop.PRICE));
            assertThat(shop.statement(cards.get(1 - paying))).isEqualTo(new Statement(0, 0, 0));
            assertThat(shop.stock(sku)).isEqualTo(new Stock(10 - 2L * (round + 1), 0));
        }
    }

    /// Two orders came out with one number, and one customer's payment was booked on the other's order
    /// (magento/magento2#40259, mollie/PrestaShop#107).
    @Test
    void one_order_number_sent_by_eight_customers_at_once_is_one_customers_and_the_others_keep_their_carts()
            throws Exception {
        var sku = shop.product(100);
        var orderId = Shop.orderId();
        var cards = Shop.atOnce(8, customer -> Shop.card());
        var carts = Shop.atOnce(8, customer -> shop.cart(sku, customer + 1));

        var answers = Shop.atOnce(
                8,
                customer -> shop.send(
                        Purchase.of(carts.get(customer), cards.get(customer)).with("order_id", orderId)));

        var winners = answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(winners).hasSize(1);
        for (int customer = 0; customer < 8; customer++) {
            var cents = (customer + 1) * Shop.PRICE;
            if (answers.get(customer).status() == 200) {
                assertThat(shop.confirmed(cards.get(customer))).containsExactly(orderId);
                assertThat(shop.statement(cards.get(customer))).isEqualTo(new Statement(1, 0, cents));
            } else {
                assertThat(problem(answers.get(customer))).isEqualTo("409 order-id-taken");
                assertThat(shop.statement(cards.get(customer))).isEqualTo(new Statement(0, 0, 0));
                var other = shop.send(Purchase.of(carts.get(customer), cards.get(customer)));
                assertThat(status(other.json())).as(other.body()).isEqualTo("completed");
                assertThat(shop.statement(cards.get(customer))).isEqualTo(new Statement(1, 0, cents));
            }
        }
        assertThat(shop.stock(sku)).isEqualTo(new Stock(100 - 36, 0));
    }

    /// A guest signs in at the till, the guest's cart is merged into the account's while it is being paid, and the
    /// pieces come twice (opencart/opencart#7375).
    @Test
    void a_guests_cart_merged_while_it_is_checked_out_is_sold_once() throws Exception {
        var sku = shop.product(1_000);
        for (int round = 0; round < 20; round++) {
            var card = Shop.card();
            var guest = shop.cart(sku, 3);
            var account = "cart_" + UUID.randomUUID();
            shop.server().put("/v1/carts/" + account, Map.of("currency", "USD"));

            Shop.atOnce(
                    2,
                    tab -> tab == 0
                            ? shop.send(Purchase.of(guest, card))
                            : shop.server().post("/v1/carts/" + account + "/merge", Map.of("from_cart_id", guest)));
            var rest = shop.send(Purchase.of(account, card));

            assertThat(rest.status()).as(rest.body()).isIn(200, 409);
            assertThat(shop.confirmed(card)).hasSize(1);
            assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, 3 * Shop.PRICE));
            assertThat(shop.stock(sku)).isEqualTo(new Stock(1_000 - 3L * (round + 1), 0));
        }
    }

    private static String sagaOf(List<Answer> answers) {
        return answers.stream()
                .filter(answer -> answer.status() == 200)
                .map(answer -> answer.json().path("saga_id").toString())
                .findFirst()
                .orElseThrow();
    }
}
