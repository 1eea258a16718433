package dev.holdfast.stories;

import static dev.holdfast.stories.Shop.problem;
import static dev.holdfast.stories.Shop.status;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.stories.Shop.Purchase;
import dev.holdfast.stories.Shop.Statement;
import dev.holdfast.stories.Shop.Stock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Shops that sold what they did not have.
class OversellingTest {

    private final Shop shop = Shop.open();

    @AfterEach
    void the_books_agree() {
        shop.assertBooksAgree();
    }

    /// An order that names a product on two lines passes the stock check line by line and takes more than there is
    /// (django-oscar/django-oscar#2637, medusajs/medusa#16502, vendurehq/vendure#2702).
    @Test
    void a_product_on_two_lines_of_an_order_is_checked_and_held_as_their_sum() {
        var sku = shop.product(5);
        var card = Shop.card();
        var purchase = Purchase.of(shop.cart(sku, 3, 3), card);

        var told = shop.send(purchase);
        assertThat(problem(told)).isEqualTo("409 cart-changed");
        assertThat(told.json().path("changes").path(0).path("requested").asLong())
                .isEqualTo(6);

        var insisted = shop.send(purchase.with("expected_total", Map.of("amount", 6 * Shop.PRICE, "currency", "USD")));
        assertThat(status(insisted.json())).isEqualTo("failed");
        assertThat(insisted.json().path("failure").path("code").asString()).isEqualTo("out-of-stock");
        assertThat(shop.stock(sku)).isEqualTo(new Stock(5, 0));
        assertThat(shop.statement(card)).isEqualTo(new Statement(0, 0, 0));

        assertThat(status(shop.send(Purchase.of(shop.cart(sku, 3, 2), card)).json()))
                .isEqualTo("completed");
        assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 0));
    }

    /// Two customers check out the last piece at once, both succeed, and the stock is at minus one
    /// (magento/magento2#6363, opencart/opencart#4811, nopSolutions/nopCommerce#4184).
    @Test
    void the_last_piece_wanted_by_fifty_buyers_is_sold_and_charged_once() throws Exception {
        var sku = shop.product(1);
        var card = Shop.card();
        var carts = Shop.atOnce(50, buyer -> shop.cart(sku, 1));

        var answers = Shop.atOnce(50, buyer -> shop.send(Purchase.of(carts.get(buyer), card)));

        assertThat(answers)
                .filteredOn(answer ->
                        answer.status() == 200 && status(answer.json()).equals("completed"))
                .hasSize(1);
        assertThat(answers)
                .allMatch(answer -> answer.status() == 200 || problem(answer).equals("409 cart-changed"));
        assertThat(shop.stock(sku)).isEqualTo(new Stock(0, 0));
        assertThat(shop.statement(card)).isEqualTo(new Statement(1, 0, Shop.PRICE));
    }

    /// The stock is corrected in the back office while orders come in, one of the two writes is lost, and the
    /// counter ends up wrong or below zero (magento/inventory#538, woocommerce/woocommerce#16780).
    @Test
    void a_stock_correction_beside_running_checkouts_loses_neither() throws Exception {
        var sku = shop.product(20);
        var card = Shop.card();
        var carts = Shop.atOnce(40, buyer -> shop.cart(sku, 1));

        var sold = Shop.atOnce(44, client -> {
            if (client % 11 == 10) {
                shop.stock(sku, 3);
                return 0;
            }
            var answer = shop.send(Purchase.of(carts.get(client - client / 11), card));
            return answer.status() == 200 && status(answer.json()).equals("completed") ? 1 : 0;
        });

        var pieces = sold.stream().mapToInt(Integer::intValue).sum();
        assertThat(shop.confirmed(card)).hasSize(pieces);
        assertThat(shop.statement(card)).isEqualTo(new Statement(pieces, 0, pieces * Shop.PRICE));
        var stock = shop.books().sql("""
                        SELECT i.available, i.reserved, i.committed,
                               (SELECT sum(quantity) FROM inventory.ledger AS l
                                 WHERE l.product_id = i.product_id AND l.kind IN ('received', 'corrected')) AS in_all
                          FROM inventory.inventory AS i
                         WHERE i.product_id = ?
                        """).param(sku).query().singleRow();
        assertThat(stock.get("committed")).isEqualTo((long) pieces);
        assertThat(stock.get("reserved")).isEqualTo(0L);
        assertThat(((Number) stock.get("in_all")).longValue()).isEqualTo((long) stock.get("available") + pieces);
    }

    /// A product's text is edited in the back office, the form sends the old stock along, and what was sold
    /// meanwhile is back on the shelf (magento/inventory#538, PrestaShop/PrestaShop#19454).
    @Test
    void editing_a_product_while_it_sells_does_not_bring_its_stock_back() {
        var sku = shop.product(10);
        var card = Shop.card();
        var before = shop.server().get("/v1/products/" + sku);

        assertThat(status(shop.send(Purchase.of(shop.cart(sku, 5), card)).json()))
                .isEqualTo("completed");
        var saved = shop.server().put("/v1/products/" + sku, """
                {"name":"A better name","price":{"amount":1000,"currency":"USD"}}""");

        assertThat(before.status()).isEqualTo(200);
        assertThat(saved.status()).as(saved.body()).isEqualTo(200);
        assertThat(shop.stock(sku)).isEqualTo(new Stock(5, 0));
    }

    /// A payment is declined, the reservation stays in the books until it runs out, and the next customer is told
    /// that the piece on the shelf is sold out (woocommerce/woocommerce#55396).
    @Test
    void the_piece_of_a_declined_customer_is_there_for_the_next_one_as_soon_as_the_decline_is_told() {
        var sku = shop.product(1);
        for (int round = 0; round < 10; round++) {
            var card = Shop.card();
            var declined = shop.send(Purchase.of(shop.cart(sku, 1), "pm_card_declined"));
            assertThat(status(declined.json())).isEqualTo("failed");

            var next = shop.send(Purchase.of(shop.cart(sku, 1), card));

            assertThat(next.status()).as(next.body()).isEqualTo(200);
            assertThat(status(next.json())).as(next.body()).isEqualTo("completed");
            shop.stock(sku, 1);
        }
    }

    /// A quantity near 2^31 makes the total small or negative, and the shop sells for nothing
    /// (simplcommerce/SimplCommerce#1110, CVE-2024-50944; a negative quantity: newbee-ltd/newbee-mall#127).
    @Test
    void no_quantity_makes_a_total_small_or_negative() {
        var sku = shop.product(10);
        shop.price(sku, 999_999_999);
        for (var quantity : List.of(Integer.MAX_VALUE, 2_147_483_648L, 1_000_001, 0, -1)) {
            var refused = shop.server()
                    .put(
                            "/v1/carts/cart_" + sku,
                            Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", quantity))));
            assertThat(refused.status()).as(quantity + " " + refused.body()).isEqualTo(400);
        }
        var cart = shop.cart(sku, 1_000_000);
        var more = shop.server().put("/v1/carts/" + cart, """
                {"currency":"USD","items":[{"sku":"%1$s","quantity":1000000},{"sku":"%1$s","quantity":1000000}]}
                """.formatted(sku));
        assertThat(more.status()).as(more.body()).isIn(400, 409);
        assertThat(shop.server()
                        .get("/v1/carts/" + cart)
                        .json()
                        .at("/total/amount")
                        .asLong())
                .isEqualTo(999_999_999_000_000L);
        var card = Shop.card();
        assertThat(problem(shop.send(Purchase.of(cart, card)))).isEqualTo("409 cart-changed");
        assertThat(shop.statement(card)).isEqualTo(new Statement(0, 0, 0));
    }
}
