package dev.holdfast.cart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cart.CartApi.Frozen;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.RequestKeys;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CartHttpTest {

    private final CartFixture shop = new CartFixture();

    @AfterAll
    void close() throws Exception {
        shop.close();
    }

    @Test
    void a_cart_is_put_shown_changed_and_deleted() {
        assertThat(shop.put("/v1/carts/cart_1", """
                        {"user_id":"usr_alice","currency":"USD","items":[{"sku":"book","quantity":2},{"sku":"pen","quantity":4}]}
                        """)).hasStatus(201);
        assertThat(shop.get("/v1/carts/cart_1")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
                        {"cart_id":"cart_1","user_id":"usr_alice","currency":"USD",
                         "items":[{"line_id":"line_1","sku":"book","name":"The book","quantity":2,
                                   "unit_price":{"amount":1999,"currency":"USD"},"line_total":{"amount":3998,"currency":"USD"}},
                                  {"line_id":"line_2","sku":"pen","name":"The pen","quantity":4,
                                   "unit_price":{"amount":250,"currency":"USD"},"line_total":{"amount":1000,"currency":"USD"}}],
                         "total":{"amount":4998,"currency":"USD"},
                         "expires_at":"2026-03-31T12:00:00Z","changes":[]}
                        """);

        assertThat(shop.put("/v1/carts/cart_1/items/pen", "{\"quantity\":1}")).hasStatusOk();
        assertThat(shop.put("/v1/carts/cart_1/items/lamp", "{\"quantity\":1}")).hasStatusOk();
        assertThat(shop.delete("/v1/carts/cart_1/items/book"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.total.amount")
                .isEqualTo(4750);

        assertThat(shop.delete("/v1/carts/cart_1")).hasStatus(204);
        assertThat(shop.delete("/v1/carts/cart_1")).hasStatus(204);
        assertThat(shop.get("/v1/carts/cart_1")).hasStatus(404);
        assertThat(shop.put("/v1/carts/cart_1/items/pen", "{\"quantity\":1}")).hasStatus(404);
    }

    @Test
    void a_guest_gets_an_id_and_a_cookie() {
        var created = shop.post("/v1/carts", "{\"currency\":\"USD\"}");
        assertThat(created).hasStatus(201);
        var cookie = created.getResponse().getCookie("holdfast_cart");
        assertThat(cookie.getValue()).startsWith("cart_");
        assertThat(cookie.isHttpOnly()).isTrue();
        assertThat(cookie.getAttribute("SameSite")).isEqualTo("Lax");
        assertThat(cookie.getMaxAge()).isEqualTo(30 * 86_400);
        assertThat(created.getResponse().getHeader("Location")).isEqualTo("/v1/carts/" + cookie.getValue());
        assertThat(shop.get("/v1/carts/" + cookie.getValue()))
                .hasStatusOk()
                .bodyJson()
                .doesNotHavePath("$.user_id");

        var customers = shop.post("/v1/carts", "{\"currency\":\"USD\",\"user_id\":\"usr_alice\"}");
        assertThat(customers.getResponse().getCookie("holdfast_cart")).isNull();
    }

    @Test
    void a_created_cart_is_created_once_under_one_key() throws Exception {
        var first = shop.post("/v1/carts", "{\"currency\":\"USD\"}", "k1");
        var again = shop.post("/v1/carts", "{\"currency\":\"USD\"}", "k1");

        assertThat(again).hasStatus(201);
        assertThat(again.getResponse().getContentAsString())
                .isEqualTo(first.getResponse().getContentAsString());
        assertThat(again.getResponse().getCookie("holdfast_cart").getValue())
                .isEqualTo(first.getResponse().getCookie("holdfast_cart").getValue());
        assertThat(shop.post("/v1/carts", "{\"currency\":\"EUR\"}", "k1")).hasStatus(422);
    }

    @Test
    void a_product_may_stand_on_several_lines_at_agreed_prices() {
        shop.put("/v1/carts/c", """
                {"currency":"USD","items":[{"sku":"book","quantity":5,"unit_price":{"amount":1000,"currency":"USD"}},
                                           {"sku":"book","quantity":1},
                                           {"sku":"book","quantity":9,"unit_price":{"amount":900,"currency":"USD"}}]}
                """);

        assertThat(shop.put("/v1/carts/c/items/book", "{\"quantity\":3}"))
                .as("only the line at the catalog's price is meant")
                .bodyJson()
                .extractingPath("$.items[*].quantity")
                .isEqualTo(java.util.List.of(5, 3, 9));
        assertThat(shop.delete("/v1/carts/c/items/book"))
                .bodyJson()
                .extractingPath("$.items.length()")
                .isEqualTo(0);
    }

    @Test
    void a_price_that_changed_is_shown_and_an_agreed_one_stays() {
        shop.prices.with("mug", 800, "USD").with("old", 300, "USD");
        shop.put("/v1/carts/c2", """
                {"currency":"USD","items":[{"sku":"mug","quantity":1},{"sku":"old","quantity":1},{"sku":"pen","quantity":1},
                                           {"sku":"mug","quantity":1,"unit_price":{"amount":7,"currency":"USD"}}]}
                """);
        shop.prices.with("mug", 900, "USD").without("old");

        assertThat(shop.get("/v1/carts/c2"))
                .bodyJson()
                .extractingPath("$.changes")
                .convertTo(Object[].class)
                .satisfies(changes -> assertThat(Json.write(changes)).isEqualToIgnoringWhitespace("""
                        [{"sku":"mug","kind":"price","was":{"amount":800,"currency":"USD"},"now":{"amount":900,"currency":"USD"}},
                         {"sku":"old","kind":"gone","was":{"amount":300,"currency":"USD"}}]
                        """));
        assertThat(shop.put("/v1/carts/c2/items/mug", "{\"quantity\":2}"))
                .as("more of it at the price it was added at, and the change still told")
                .bodyJson()
                .extractingPath("$.items[0].unit_price.amount")
                .isEqualTo(800);
    }

    @Test
    void a_frozen_cart_refuses_every_change_and_names_the_checkout() {
        shop.put("/v1/carts/c3", "{\"currency\":\"USD\",\"items\":[{\"sku\":\"book\",\"quantity\":1}]}");
        shop.put("/v1/carts/other", "{\"currency\":\"USD\",\"items\":[{\"sku\":\"pen\",\"quantity\":1}]}");
        assertThat(shop.carts.freeze("c3", "saga_1")).isInstanceOf(Frozen.class);

        for (var refused : java.util.List.of(
                shop.put("/v1/carts/c3", "{\"currency\":\"USD\"}"),
                shop.put("/v1/carts/c3/items/book", "{\"quantity\":2}"),
                shop.delete("/v1/carts/c3/items/book"),
                shop.delete("/v1/carts/c3"),
                shop.post("/v1/carts/c3/merge", "{\"from_cart_id\":\"other\"}"),
                shop.post("/v1/carts/other/merge", "{\"from_cart_id\":\"c3\"}"))) {
            assertThat(refused).hasStatus(409);
            assertThat(refused).bodyJson().isLenientlyEqualTo("{\"slug\":\"cart-frozen\",\"saga_id\":\"saga_1\"}");
        }
        assertThat(shop.get("/v1/carts/c3"))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.total.amount")
                .isEqualTo(1999);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {}                                                                          | #/currency
            {"currency":"XXX"}                                                          | #/currency
            {"currency":"usd"}                                                          | #/currency
            {"currency":"USD","user_id":"a b"}                                          | #/user_id
            {"currency":"USD","user_id":"\\ud800"}                                      | #/user_id
            {"currency":"USD","items":[null]}                                           | #/items/0
            {"currency":"USD","items":[{"quantity":1}]}                                 | #/items/0/sku
            {"currency":"USD","items":[{"sku":"a\\u0000","quantity":1}]}                | #/items/0/sku
            {"currency":"USD","items":[{"sku":"nothing","quantity":1}]}                 | #/items/0/sku
            {"currency":"USD","items":[{"sku":"tee","quantity":1}]}                     | #/items/0/sku
            {"currency":"USD","items":[{"sku":"pen","quantity":1},{"sku":"book"}]}      | #/items/1/quantity
            {"currency":"USD","items":[{"sku":"book","quantity":0}]}                    | #/items/0/quantity
            {"currency":"USD","items":[{"sku":"book","quantity":-1}]}                   | #/items/0/quantity
            {"currency":"USD","items":[{"sku":"book","quantity":1000001}]}              | #/items/0/quantity
            {"currency":"USD","items":[{"sku":"book","quantity":1,"unit_price":{"amount":0,"currency":"USD"}}]}\
             | #/items/0/unit_price/amount
            {"currency":"USD","items":[{"sku":"book","quantity":1,"unit_price":{"amount":1,"currency":"EUR"}}]}\
             | #/items/0/unit_price/currency
            {"currency":"USD","items":[{"sku":"book","quantity":1000000,\
            "unit_price":{"amount":1000000000000,"currency":"USD"}}]} | #/items
            """)
    void a_bad_cart_is_refused_with_a_pointer(String body, String pointer) {
        var refused = shop.put("/v1/carts/bad", body);
        assertThat(refused).hasStatus(400);
        assertThat(refused).bodyJson().extractingPath("$.errors[0].pointer").isEqualTo(pointer);
        assertThat(shop.carts.find("bad")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"currency":"USD","colour":"red"}
            {"currency":"USD","items":[{"sku":"book","quantity":2147483648}]}
            {"currency":"USD","items":[{"sku":"book","quantity":1e400}]}
            {"currency":"USD","items":[{"sku":"book","quantity":1.5}]}
            {"currency":"USD","items":[{"sku":"book","quantity":NaN}]}
            {"currency":"USD","items":{}}
            {"currency":"USD"
            """)
    void unreadable_json_is_refused(String body) {
        assertThat(shop.put("/v1/carts/bad", body)).hasStatus(400);
        assertThat(shop.carts.find("bad")).isEmpty();
    }

    @Test
    void more_than_two_thousand_lines_are_refused_and_two_thousand_are_not() {
        assertThat(shop.put("/v1/carts/large", cartOf(10_000))).hasStatus(400);
        assertThat(shop.put("/v1/carts/large", cartOf(2_000))).hasStatus(201);
        assertThat(shop.put("/v1/carts/large/items/lamp", "{\"quantity\":1}"))
                .hasStatus(409)
                .bodyJson()
                .extractingPath("$.slug")
                .isEqualTo("cart-limit");
        assertThat(shop.carts.find("large").orElseThrow().items()).hasSize(2_000);
    }

    @Test
    void a_sku_that_cannot_be_is_one_that_is_not_there() {
        shop.put("/v1/carts/c6", "{\"currency\":\"USD\"}");
        // Longer than an index entry may be, and of letters that do not compress.
        var sku = new Random(1)
                .ints(6_000, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        var request = shop.web.delete().uri("/v1/carts/c6/items/" + sku).header("Idempotency-Key", "long");

        assertThat(request.exchange()).hasStatus(404);
    }

    @Test
    void the_second_of_two_requests_at_once_under_one_key_is_told_that_the_first_is_running() throws Exception {
        var body = "{\"currency\":\"USD\",\"items\":[]}";
        try (var db = shop.database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            shop.keys.claim(db, List.of(new RequestKeys.Key("PUT /v1/carts/c7", "k7", "whatever it asks")));

            assertThat(shop.put("/v1/carts/c7", body, "k7"))
                    .hasStatus(409)
                    .bodyText()
                    .contains("still-running", "with the same key");
            db.rollback();
        }
        assertThat(shop.put("/v1/carts/c7", body, "k7")).hasStatus(201);
    }

    @Test
    void an_unknown_product_and_one_in_another_currency_are_not_added() {
        shop.put("/v1/carts/c4", "{\"currency\":\"USD\"}");

        assertThat(shop.put("/v1/carts/c4/items/nothing", "{\"quantity\":1}"))
                .hasStatus(404)
                .bodyJson()
                .extractingPath("$.detail")
                .asString()
                .contains("nothing");
        assertThat(shop.put("/v1/carts/c4/items/tee", "{\"quantity\":1}")).hasStatus(409);
        assertThat(shop.put("/v1/carts/c4/items/book", "{\"quantity\":0}")).hasStatus(400);
        assertThat(shop.put("/v1/carts/c4/items/book", "{}")).hasStatus(400);
    }

    private static String cartOf(int lines) {
        return IntStream.range(0, lines)
                .mapToObj(i -> "{\"sku\":\"book\",\"quantity\":1}")
                .collect(Collectors.joining(",", "{\"currency\":\"USD\",\"items\":[", "]}"));
    }
}
