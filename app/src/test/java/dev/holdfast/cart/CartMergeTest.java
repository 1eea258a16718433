package dev.holdfast.cart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cart.CartCommand.Changed;
import dev.holdfast.cart.CartCommand.Merge;
import dev.holdfast.cart.CartCommand.NoSuchCart;
import dev.holdfast.cart.CartCommand.OtherCurrency;
import dev.holdfast.cart.CartCommand.OtherCustomer;
import dev.holdfast.cart.CartCommand.Put;
import dev.holdfast.cart.CartCommand.TooMuch;
import dev.holdfast.cart.Lines.Line;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CartMergeTest {

    private final CartFixture shop = new CartFixture();

    @AfterAll
    void close() throws Exception {
        shop.close();
    }

    @Test
    void a_guests_cart_goes_into_the_customers_and_is_gone() throws Exception {
        shop.put("/v1/carts/alice", """
                {"user_id":"usr_alice","currency":"USD","items":[{"sku":"book","quantity":1}]}""");
        shop.put("/v1/carts/guest", """
                {"currency":"USD","items":[{"sku":"pen","quantity":3},{"sku":"book","quantity":2},
                                           {"sku":"book","quantity":9,"unit_price":{"amount":5,"currency":"USD"}}]}""");

        var merged = shop.post("/v1/carts/alice/merge", "{\"from_cart_id\":\"guest\"}");

        assertThat(merged).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"cart_id":"alice","user_id":"usr_alice",
                 "items":[{"line_id":"line_1","sku":"book","quantity":3,"unit_price":{"amount":1999}},
                          {"line_id":"line_2","sku":"pen","quantity":3},
                          {"line_id":"line_3","sku":"book","quantity":9,"unit_price":{"amount":5}}]}
                """);
        assertThat(shop.get("/v1/carts/guest")).hasStatus(404);
        assertThat(shop.put("/v1/carts/guest/items/pen", "{\"quantity\":1}")).hasStatus(404);

        var again = shop.post("/v1/carts/alice/merge", "{\"from_cart_id\":\"guest\"}");
        assertThat(again.getResponse().getContentAsString())
                .isEqualTo(merged.getResponse().getContentAsString());
    }

    @Test
    void a_merge_sent_again_after_the_checkout_began_is_answered_and_changes_nothing() throws Exception {
        put("late", "usr", line("book", 1));
        put("late_guest", null, line("book", 1));
        shop.carts.submit(new Merge("late", "late_guest", null));
        var frozen = shop.carts.freeze("late", "saga_1");

        assertThat(shop.carts.submit(new Merge("late", "late_guest", null))).isInstanceOf(Changed.class);
        assertThat(shop.carts.freeze("late", "saga_1")).isEqualTo(frozen);
    }

    @Test
    void a_guest_who_comes_back_with_the_same_cart_id_merges_again() throws Exception {
        put("back", "usr", line("book", 1));
        put("back_guest", null, line("book", 1));
        shop.carts.submit(new Merge("back", "back_guest", null));
        put("back_guest", null, line("book", 1));

        var merged = (Changed) shop.carts.submit(new Merge("back", "back_guest", null));

        assertThat(merged.cart().items().getFirst().quantity()).isEqualTo(3);
    }

    @Test
    void with_a_key_the_first_answer_is_replayed_whatever_has_happened_since() throws Exception {
        put("keyed", "usr", line("book", 1));
        put("keyed_guest", null, line("book", 1));
        var first = shop.post("/v1/carts/keyed/merge", "{\"from_cart_id\":\"keyed_guest\"}", "m1");
        shop.delete("/v1/carts/keyed/items/book");

        var again = shop.post("/v1/carts/keyed/merge", "{\"from_cart_id\":\"keyed_guest\"}", "m1");

        assertThat(again.getResponse().getContentAsString())
                .isEqualTo(first.getResponse().getContentAsString());
        assertThat(shop.carts.find("keyed").orElseThrow().items()).isEmpty();
    }

    @Test
    void what_cannot_be_merged_is_refused_and_both_carts_stay() throws Exception {
        put("m1", "usr", line("book", 1_000_000));
        put("m2", null, line("book", 1));
        put("m3", "usr_other", line("book", 1));
        shop.batch(new Put("m4", null, "EUR", Lines.of(List.of(line("tee", 1))), null));

        assertThat(shop.post("/v1/carts/m1/merge", "{\"from_cart_id\":\"m1\"}")).hasStatus(400);
        assertThat(shop.post("/v1/carts/m1/merge", "{}")).hasStatus(400);
        assertThat(shop.carts.submit(new Merge("m1", "nothing", null))).isEqualTo(new NoSuchCart("nothing"));
        assertThat(shop.carts.submit(new Merge("nothing", "m1", null))).isEqualTo(new NoSuchCart("nothing"));
        assertThat(shop.carts.submit(new Merge("m1", "m2", null))).isInstanceOf(TooMuch.class);
        assertThat(shop.carts.submit(new Merge("m1", "m3", null))).isEqualTo(new OtherCustomer("m3"));
        assertThat(shop.carts.submit(new Merge("m1", "m4", null))).isInstanceOf(OtherCurrency.class);
        for (var cartId : List.of("m1", "m2", "m3", "m4")) {
            assertThat(shop.carts.find(cartId).orElseThrow().items()).hasSize(1);
        }
    }

    @Test
    void two_carts_of_two_thousand_lines_do_not_fit_into_one() throws Exception {
        shop.batch(
                new Put("big_1", null, "USD", Lines.of(distinct("a")), null),
                new Put("big_2", null, "USD", Lines.of(distinct("b")), null),
                new Put("big_3", null, "USD", Lines.of(distinct("a")), null));

        assertThat(shop.carts.submit(new Merge("big_1", "big_2", null))).isInstanceOf(TooMuch.class);
        var merged = (Changed) shop.carts.submit(new Merge("big_1", "big_3", null));
        assertThat(merged.cart().items()).hasSize(Lines.MOST).allMatch(line -> line.quantity() == 2);
    }

    /// Against the simplest model there is: pieces by product at the catalog's price, and a bag of agreed lines.
    @RepeatedTest(20)
    void merging_loses_no_piece_and_makes_none(RepetitionInfo repetition) {
        long seed = 40 + repetition.getCurrentRepetition();
        var random = new Random(seed);
        var carts = new ArrayList<Lines>();
        for (int i = 0; i < 5; i++) {
            carts.add(Lines.of(random(random)));
        }

        var merged = carts.getFirst();
        for (var cart : carts.subList(1, carts.size())) {
            var before = merged;
            merged = Lines.stored(merged.merged(cart).json());
            var here = before.list().stream().map(Line::sku).toList();
            assertThat(merged.list().stream().map(Line::sku).limit(here.size()).toList())
                    .as("seed %d: lines that were here stay where they were", seed)
                    .isEqualTo(here);
        }

        assertThat(pieces(merged.list())).as("seed %d", seed).isEqualTo(pieces(all(carts)));
        assertThat(agreed(merged.list())).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(agreed(all(carts)));
        assertThat(new HashSet<>(merged.list().stream().map(Line::n).toList()))
                .as("seed %d: every line has a number of its own", seed)
                .hasSize(merged.list().size());
    }

    private static List<Line> random(Random random) {
        return IntStream.range(0, random.nextInt(12))
                .mapToObj(i -> new Line(
                        0,
                        "sku_" + random.nextInt(6),
                        "name",
                        1 + random.nextInt(1_000),
                        1 + random.nextInt(9),
                        random.nextInt(4) == 0))
                .toList();
    }

    private static List<Line> all(List<Lines> carts) {
        return carts.stream().flatMap(cart -> cart.list().stream()).toList();
    }

    private static Map<String, Integer> pieces(List<Line> lines) {
        var pieces = new HashMap<String, Integer>();
        lines.stream()
                .filter(line -> !line.agreed())
                .forEach(line -> pieces.merge(line.sku(), line.quantity(), Integer::sum));
        return pieces;
    }

    private static List<List<Object>> agreed(List<Line> lines) {
        return lines.stream()
                .filter(Line::agreed)
                .map(line -> List.<Object>of(line.sku(), line.quantity(), line.amount()))
                .toList();
    }

    private static List<Line> distinct(String prefix) {
        return IntStream.range(0, Lines.MOST)
                .mapToObj(i -> new Line(0, prefix + i, "name", 1, 1, false))
                .toList();
    }

    private static Line line(String sku, int quantity) {
        return new Line(0, sku, "The " + sku, quantity, 100, false);
    }

    private void put(String cartId, String userId, Line... lines) throws Exception {
        shop.batch(new Put(cartId, userId, "USD", Lines.of(List.of(lines)), null));
    }
}
