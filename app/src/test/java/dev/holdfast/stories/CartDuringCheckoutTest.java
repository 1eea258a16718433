package dev.holdfast.stories;

import static dev.holdfast.stories.Shop.problem;
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

/// Shops where what was paid and what was ordered were two things.
class CartDuringCheckoutTest {

    private final Shop shop = Shop.open();

    @AfterEach
    void the_books_agree() {
        shop.assertBooksAgree();
    }

    /// While the payment for one piece was under way, another tab added more; the order had all of it, paid was one
    /// (snipcart/snipcart-v3-feedback#97, odoo/odoo#114660).
    @Test
    void a_cart_cannot_be_changed_while_it_is_paid_and_paid_is_what_is_shipped() throws Exception {
        var sku = shop.product(10);
        var card = Shop.card();
        var orderId = Shop.orderId();
        var cart = shop.cart(sku, 1);
        var other = shop.cart(sku, 5);
        Answer accepted;
        try (var paying = Gate.waiting(
                shop.server().database(), "INSERT", "sandbox.provider_charges", "NEW.order_ref = '" + orderId + "'")) {
            accepted =
                    shop.send(Purchase.of(cart, card).with("order_id", orderId).withoutWaiting());
            paying.awaitSomebody();

            var path = "/v1/carts/" + cart;
            var attempts = List.of(
                    shop.server().put(path + "/items/" + sku, Map.of("quantity", 6)),
                    shop.server().put(path, Map.of("currency", "USD", "items", List.of())),
                    shop.server().delete(path + "/items/" + sku),
                    shop.server().delete(path),
                    shop.server().post(path + "/merge", Map.of("from_cart_id", other)),
                    shop.server().post("/v1/carts/" + other + "/merge", Map.of("from_cart_id", cart)));
            assertThat(attempts).extracting(Shop::problem).containsOnly("409 cart-frozen");
        }
        assertThat(status(shop.outcome(accepted))).isEqualTo("completed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, Shop.PRICE));
        assertThat(shop.stock(sku)).isEqualTo(new Stock(9, 0));
        var order = shop.server().get("/v1/orders/" + orderId).json();
        assertThat(order.at("/items/0/quantity").asInt()).isEqualTo(1);
        assertThat(order.path("items")).hasSize(1);
        assertThat(shop.server().get("/v1/carts/" + cart).status()).isEqualTo(404);
    }

    /// One tab showed a total, another added to the cart, the first one ordered: the customer bought what that page
    /// had never shown (snipcart/snipcart-v3-feedback#97, the other way round).
    @Test
    void a_tab_orders_for_the_total_it_shows_or_not_at_all() {
        var sku = shop.product(10);
        var card = Shop.card();
        var cart = shop.cart(sku, 1);
        var shown = Purchase.of(cart, card).with("expected_total", Map.of("amount", Shop.PRICE, "currency", "USD"));
        shop.server().put("/v1/carts/" + cart + "/items/" + sku, Map.of("quantity", 4));

        var refused = shop.send(shown);
        assertThat(problem(refused)).isEqualTo("409 cart-changed");
        assertThat(refused.json().at("/total/amount").asLong()).isEqualTo(4 * Shop.PRICE);
        assertThat(shop.statement(card)).isEqualTo(new Statement(0, 0, 0));
        assertThat(shop.stock(sku)).isEqualTo(new Stock(10, 0));

        var agreed = shop.send(shown.with("expected_total", Map.of("amount", 4 * Shop.PRICE, "currency", "USD")));
        assertThat(status(agreed.json())).as(agreed.body()).isEqualTo("completed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, 4 * Shop.PRICE));
    }

    /// A price was raised while customers were at the payment page: the charge was the old one, the order the new
    /// one, and the order was stuck in "payment error" (PrestaShop/PrestaShop#11507, shopware/shopware#1741).
    @Test
    void a_price_changed_during_the_payment_changes_neither_the_charge_nor_the_order() throws Exception {
        var sku = shop.product(10);
        var card = Shop.card();
        var orderId = Shop.orderId();
        var cart = shop.cart(sku, 2);
        Answer accepted;
        try (var paying = Gate.waiting(
                shop.server().database(), "INSERT", "sandbox.provider_charges", "NEW.order_ref = '" + orderId + "'")) {
            accepted =
                    shop.send(Purchase.of(cart, card).with("order_id", orderId).withoutWaiting());
            paying.awaitSomebody();
            shop.price(sku, 9 * Shop.PRICE);
        }
        assertThat(status(shop.outcome(accepted))).isEqualTo("completed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, 2 * Shop.PRICE));
        assertThat(shop.server()
                        .get("/v1/orders/" + orderId)
                        .json()
                        .at("/total/amount")
                        .asLong())
                .isEqualTo(2 * Shop.PRICE);
    }

    /// A price was raised after the product had gone into the cart, and the customer was charged a price nobody had
    /// shown, or the shop sold at the old one (woocommerce/woocommerce#21418, spree/spree#11801).
    @Test
    void a_price_changed_before_the_payment_is_agreed_to_before_it_counts() throws Exception {
        var sku = shop.product(10);
        var card = Shop.card();
        var purchase = Purchase.of(shop.cart(sku, 1), card);
        shop.price(sku, Shop.PRICE + 100);

        var answers =
                Shop.atOnce(8, click -> shop.send(purchase.key(UUID.randomUUID().toString())));
        assertThat(answers).noneMatch(answer -> answer.status() == 200);
        assertThat(answers).extracting(Shop::problem).contains("409 cart-changed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(0, 0, 0));

        var agreed = shop.send(purchase.with("expected_total", Map.of("amount", Shop.PRICE + 100, "currency", "USD")));
        assertThat(status(agreed.json())).as(agreed.body()).isEqualTo("completed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, Shop.PRICE + 100));
    }
}
