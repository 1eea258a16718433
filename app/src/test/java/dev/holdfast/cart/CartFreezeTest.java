package dev.holdfast.cart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cart.CartApi.Cart;
import dev.holdfast.cart.CartApi.Empty;
import dev.holdfast.cart.CartApi.Frozen;
import dev.holdfast.cart.CartApi.FrozenByAnother;
import dev.holdfast.cart.CartApi.FrozenCart;
import dev.holdfast.cart.CartApi.NotThere;
import dev.holdfast.cart.CartCommand.Changed;
import dev.holdfast.cart.CartCommand.Close;
import dev.holdfast.cart.CartCommand.Delete;
import dev.holdfast.cart.CartCommand.Deleted;
import dev.holdfast.cart.CartCommand.Freeze;
import dev.holdfast.cart.CartCommand.Freezing;
import dev.holdfast.cart.CartCommand.FrozenNow;
import dev.holdfast.cart.CartCommand.GiveBack;
import dev.holdfast.cart.CartCommand.KeyReused;
import dev.holdfast.cart.CartCommand.Moved;
import dev.holdfast.cart.CartCommand.NoSuchCart;
import dev.holdfast.cart.CartCommand.Put;
import dev.holdfast.cart.CartCommand.RemoveItem;
import dev.holdfast.cart.CartCommand.SetItem;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.testing.Reach;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.core.simple.JdbcClient;

@ParameterizedClass(name = "{0}")
@EnumSource(Reach.class)
class CartFreezeTest {

    private final CartFixture shop = new CartFixture();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final CartApi carts;

    CartFreezeTest(Reach reach) {
        carts = reach.reach(shop.carts, () -> CartWire.offer(shop.carts), RemoteCarts::new, opened);
    }

    @AfterEach
    void close() throws Exception {
        Reach.close(opened);
        shop.close();
    }

    @Test
    void what_is_frozen_is_what_is_answered_and_the_same_saga_gets_the_same_answer() {
        filled("f1");

        var first = carts.freeze("f1", "saga_1");

        var cart = ((Frozen) first).cart();
        assertThat(cart.frozenBy()).isEqualTo("saga_1");
        assertThat(cart.items()).hasSize(1);
        assertThat(carts.freeze("f1", "saga_1")).isEqualTo(first);
        assertThat(carts.find("f1")).contains(cart);
        assertThat(carts.freeze("f1", "saga_2"))
                .isInstanceOfSatisfying(
                        FrozenByAnother.class,
                        other -> assertThat(other.sagaId()).isEqualTo("saga_1"));
    }

    @Test
    void an_empty_an_expired_and_an_unknown_cart_cannot_be_frozen() {
        shop.put("/v1/carts/f2", "{\"currency\":\"USD\"}");
        assertThat(carts.freeze("f2", "saga_1")).isEqualTo(new Empty());
        assertThat(carts.find("f2").orElseThrow().frozenBy()).isNull();

        filled("f3");
        shop.clock.pass(Duration.ofDays(30));
        assertThat(carts.freeze("f3", "saga_1")).isEqualTo(new NotThere());
        assertThat(carts.freeze("f4", "saga_1")).isEqualTo(new NotThere());
    }

    @Test
    void a_cart_given_back_is_the_customers_again_and_lives_thirty_days_more() {
        filled("f5");
        carts.freeze("f5", "saga_1");
        shop.clock.pass(Duration.ofDays(45));
        assertThat(carts.find("f5")).as("a frozen cart does not expire").isPresent();

        carts.giveBack("f5", "saga_2");
        assertThat(carts.find("f5").orElseThrow().frozenBy())
                .as("another saga's")
                .isEqualTo("saga_1");
        carts.giveBack("f5", "saga_1");
        carts.giveBack("f5", "saga_1");

        var cart = carts.find("f5").orElseThrow();
        assertThat(cart.frozenBy()).isNull();
        assertThat(cart.expiresAt()).isEqualTo(shop.clock.instant().plus(Duration.ofDays(30)));
        assertThat(carts.freeze("f5", "saga_2")).isInstanceOf(Frozen.class);
    }

    @Test
    void a_closed_cart_is_gone_and_only_its_own_saga_closes_it() {
        filled("f6");
        carts.close("f6", "saga_1");
        assertThat(carts.find("f6")).as("not frozen").isPresent();
        carts.freeze("f6", "saga_1");
        carts.close("f6", "saga_2");
        assertThat(carts.find("f6")).as("frozen by another").isPresent();

        carts.close("f6", "saga_1");
        carts.close("f6", "saga_1");
        assertThat(carts.find("f6")).isEmpty();
        filled("f6");
        carts.close("f6", "saga_1");
        assertThat(carts.find("f6")).as("a new cart under the old id").isPresent();
    }

    @Test
    void a_cart_left_frozen_is_taken_over_by_one() {
        filled("f7");
        carts.freeze("f7", "ended");

        assertThat(carts.takeOver("f7", "other", "saga_2")).isFalse();
        assertThat(carts.takeOver("f7", "ended", "saga_2")).isTrue();
        assertThat(carts.takeOver("f7", "ended", "saga_2")).as("sent again").isTrue();
        assertThat(carts.takeOver("f7", "ended", "saga_3")).isFalse();
        assertThat(carts.takeOver("nothing", "ended", "saga_3")).isFalse();
        assertThat(carts.freeze("f7", "saga_2")).isInstanceOf(Frozen.class);
    }

    @Test
    void carts_left_frozen_are_found_oldest_first() {
        for (var id : List.of("g1", "g2", "g3")) {
            filled(id);
            carts.freeze(id, "left_" + id);
            shop.clock.pass(Duration.ofMinutes(1));
        }

        var before = shop.clock.instant().minus(Duration.ofSeconds(90));
        var all = carts.frozenSince(before, null, 100);
        assertThat(all)
                .extracting(FrozenCart::cartId)
                .containsSubsequence("g1", "g2")
                .doesNotContain("g3");
        assertThat(all).extracting(FrozenCart::sagaId).containsSubsequence("left_g1", "left_g2");

        var paged = new ArrayList<FrozenCart>();
        for (var page = carts.frozenSince(before, null, 1);
                !page.isEmpty();
                page = carts.frozenSince(before, page.getLast(), 1)) {
            paged.addAll(page);
        }
        assertThat(paged).isEqualTo(all);
    }

    @Test
    void commands_on_one_cart_in_one_batch_answer_as_one_after_the_other() throws Exception {
        var outcomes = shop.batch(
                new SetItem("b1", "book", "B", Money.of(1, "USD"), 1, null),
                new Put("b1", null, "USD", Lines.NONE, null),
                new SetItem("b1", "book", "B", Money.of(1, "USD"), 2, null),
                new SetItem("b1", "book", "B", Money.of(5, "USD"), 3, null),
                new SetItem("b1", "pen", "P", Money.of(7, "USD"), 1, null),
                new RemoveItem("b1", "book", null),
                new Freeze("b1", "saga_1"),
                new SetItem("b1", "pen", "P", Money.of(7, "USD"), 9, null),
                new Freeze("b1", "saga_2"),
                new Close("b1", "saga_2"),
                new GiveBack("b1", "saga_1"),
                new Delete("b1", null),
                new Freeze("b1", "saga_2"),
                new Put("b1", "usr", "USD", Lines.NONE, null));

        assertThat(outcomes.get(0)).isEqualTo(new NoSuchCart("b1"));
        assertThat(((Changed) outcomes.get(1)).created()).isTrue();
        assertThat(quantities(outcomes.get(2))).containsExactly(2);
        assertThat(quantities(outcomes.get(3))).containsExactly(3);
        assertThat(((Changed) outcomes.get(3)).cart().items().getFirst().unitPrice())
                .isEqualTo(Money.of(1, "USD"));
        assertThat(quantities(outcomes.get(4))).containsExactly(3, 1);
        assertThat(quantities(outcomes.get(5))).containsExactly(1);
        assertThat(((Freezing) outcomes.get(6)).result()).isInstanceOf(Frozen.class);
        assertThat(outcomes.subList(7, 13))
                .containsExactly(
                        new FrozenNow("b1", "saga_1"),
                        new Freezing(new FrozenByAnother("saga_1", Duration.ZERO)),
                        new Moved(false),
                        new Moved(true),
                        new Deleted(),
                        new Freezing(new NotThere()));
        assertThat(((Changed) outcomes.get(13)).created()).isTrue();
        assertThat(carts.find("b1").orElseThrow().userId()).isEqualTo("usr");
    }

    /// A lost answer of COMMIT makes the lane run a batch again.
    @Test
    void a_batch_run_again_comes_to_the_same() throws Exception {
        filled("again");
        var batch = new CartCommand[] {
            new SetItem("again", "pen", "P", Money.of(250, "USD"), 4, key("set")),
            new RemoveItem("again", "lamp", null),
            new Put("again_2", "usr", "USD", Lines.NONE, key("put")),
            new Delete("again_3", key("delete")),
            new Freeze("again", "saga_1"),
        };

        var first = shop.batch(batch);
        var cart = carts.find("again");
        var second = shop.batch(batch);

        assertThat(second.get(0)).isEqualTo(first.get(0));
        assertThat(second.get(1)).as("frozen meanwhile, by itself").isEqualTo(new FrozenNow("again", "saga_1"));
        assertThat(second.subList(2, 5)).isEqualTo(first.subList(2, 5));
        assertThat(carts.find("again")).isEqualTo(cart);
    }

    @Test
    void in_one_batch_a_key_used_twice_is_answered_once_and_reused_is_told() throws Exception {
        var put = new Put("k1", null, "USD", Lines.NONE, key("once"));
        var outcomes = shop.batch(
                put,
                new SetItem("k1", "pen", "P", Money.of(250, "USD"), 4, null),
                put,
                new Put("k1", null, "EUR", Lines.NONE, new RequestKeys.Key("test", "once", "other")));

        assertThat(outcomes.get(2)).isEqualTo(outcomes.get(0));
        assertThat(outcomes.get(3)).isEqualTo(new KeyReused());
        assertThat(carts.find("k1").orElseThrow().items())
                .as("the replay emptied nothing")
                .hasSize(1);
    }

    @Test
    void freezing_the_largest_cart_answers_all_of_it_and_writes_none_of_its_lines() throws Exception {
        var lines = IntStream.range(0, Lines.MOST)
                .mapToObj(i -> new Lines.Line(0, "sku_" + i, "n".repeat(500), 1, 1, false))
                .toList();
        shop.batch(new Put("large", null, "USD", Lines.of(lines), null));
        var stored = toast();

        assertThat(((Frozen) carts.freeze("large", "saga_1")).cart().items()).hasSize(Lines.MOST);
        assertThat(toast()).as("chunks stored out of line").isEqualTo(stored);
    }

    @Test
    void carts_expire_and_are_swept_but_frozen_ones_are_not() throws Exception {
        var sweeper = new CartSweeper(shop.database.dataSource(), shop.clock);
        shop.clock.pass(Duration.ofDays(31));
        sweeper.sweep();
        shop.batch(IntStream.range(0, 2_500)
                .mapToObj(i -> new Put("s%04d".formatted(i), null, "USD", Lines.NONE, null))
                .toArray(CartCommand[]::new));
        filled("s_frozen");
        carts.freeze("s_frozen", "saga_1");
        shop.clock.pass(Duration.ofDays(29));
        filled("s0001");
        assertThat(sweeper.sweep()).isZero();

        shop.clock.pass(Duration.ofDays(1));
        assertThat(shop.get("/v1/carts/s0000")).as("gone before it is swept").hasStatus(404);
        assertThat(shop.put("/v1/carts/s0000/items/pen", "{\"quantity\":1}")).hasStatus(404);
        assertThat(sweeper.sweep()).isEqualTo(2_499);
        assertThat(carts.find("s0001")).isPresent();
        assertThat(carts.find("s_frozen")).isPresent();
    }

    private long toast() {
        return JdbcClient.create(shop.database.dataSource())
                .sql("SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'cart.carts'::regclass")
                .query(Long.class)
                .single();
    }

    private void filled(String cartId) {
        assertThat(shop.put(
                        "/v1/carts/" + cartId, "{\"currency\":\"USD\",\"items\":[{\"sku\":\"book\",\"quantity\":1}]}"))
                .hasStatus2xxSuccessful();
    }

    private static List<Integer> quantities(CartCommand.Outcome outcome) {
        Cart cart = ((Changed) outcome).cart();
        return cart.items().stream().map(CartApi.CartLine::quantity).toList();
    }

    private static RequestKeys.Key key(String key) {
        return new RequestKeys.Key("test", key, "h");
    }
}
