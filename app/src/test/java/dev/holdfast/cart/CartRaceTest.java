package dev.holdfast.cart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cart.CartApi.Frozen;
import dev.holdfast.cart.CartApi.FrozenByAnother;
import dev.holdfast.cart.CartCommand.Changed;
import dev.holdfast.cart.CartCommand.FrozenNow;
import dev.holdfast.cart.CartCommand.KeyRunning;
import dev.holdfast.cart.CartCommand.Merge;
import dev.holdfast.cart.CartCommand.NoSuchCart;
import dev.holdfast.cart.CartCommand.Put;
import dev.holdfast.cart.CartCommand.SetItem;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.RequestKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.TestInstance;

/// Two nodes, each with a lane of its own, on one database.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CartRaceTest {

    private final CartFixture shop = new CartFixture();
    private final List<Carts> nodes = List.of(shop.carts, shop.node());

    @AfterAll
    void close() throws Exception {
        shop.close();
    }

    @RepeatedTest(20)
    void of_two_tabs_that_check_out_one_cart_one_gets_it(RepetitionInfo repetition) throws Exception {
        var cartId = "tabs_" + repetition.getCurrentRepetition();
        put(cartId, 1);

        var results = race(i -> nodes.get(i % 2).freeze(cartId, "saga_" + i));

        var winners = results.stream().filter(Frozen.class::isInstance).toList();
        assertThat(winners).hasSize(1);
        var winner = ((Frozen) winners.getFirst()).cart().frozenBy();
        assertThat(results)
                .filteredOn(result -> !(result instanceof Frozen))
                .hasSize(7)
                .allSatisfy(result ->
                        assertThat(((FrozenByAnother) result).sagaId()).isEqualTo(winner));
    }

    @RepeatedTest(20)
    void a_change_is_either_in_what_was_frozen_or_refused(RepetitionInfo repetition) throws Exception {
        var cartId = "change_" + repetition.getCurrentRepetition();
        put(cartId, 1);

        var results = race(i -> i == 3
                ? nodes.get(1).freeze(cartId, "saga")
                : nodes.get(i % 2).submit(new SetItem(cartId, "sku_" + i, "N", Money.of(1, "USD"), 1, null)));

        var frozen = ((Frozen) results.get(3)).cart();
        for (int i = 0; i < results.size(); i++) {
            var sku = "sku_" + i;
            boolean inIt = frozen.items().stream().anyMatch(line -> line.sku().equals(sku));
            if (i != 3) {
                assertThat(results.get(i)).isInstanceOf(inIt ? Changed.class : FrozenNow.class);
            }
        }
        assertThat(shop.carts.find(cartId)).contains(frozen);
    }

    @RepeatedTest(20)
    void a_cart_left_frozen_is_taken_over_by_one_of_many(RepetitionInfo repetition) throws Exception {
        var cartId = "over_" + repetition.getCurrentRepetition();
        put(cartId, 1);
        shop.carts.freeze(cartId, "ended");

        var results = race(i -> nodes.get(i % 2).takeOver(cartId, "ended", "saga_" + i));

        assertThat(results).filteredOn(taken -> (Boolean) taken).hasSize(1);
    }

    @RepeatedTest(20)
    void a_cart_created_by_two_nodes_at_once_is_created_once(RepetitionInfo repetition) throws Exception {
        var cartId = "new_" + repetition.getCurrentRepetition();

        var results = race(i -> nodes.get(i % 2).submit(new Put(cartId, "usr_" + i, "USD", Lines.NONE, null)));

        assertThat(results).filteredOn(result -> ((Changed) result).created()).hasSize(1);
        assertThat(results)
                .filteredOn(result ->
                        ((Changed) result).cart().equals(shop.carts.find(cartId).orElseThrow()))
                .as("the last word stands")
                .hasSize(1);
    }

    @RepeatedTest(20)
    void a_post_sent_to_two_nodes_under_one_key_makes_one_cart(RepetitionInfo repetition) throws Exception {
        var key = new RequestKeys.Key("POST", "twice_" + repetition.getCurrentRepetition(), "h");
        var prefix = "made_" + repetition.getCurrentRepetition() + "_";

        var results = race(i -> nodes.get(i % 2).submit(new Put(prefix + i, null, "USD", Lines.NONE, key)));

        var made = results.stream().filter(Changed.class::isInstance).distinct().toList();
        assertThat(made).hasSize(1);
        assertThat(results).filteredOn(result -> !made.contains(result)).allMatch(KeyRunning.class::isInstance);
        assertThat(nodes.get(1).submit(new Put(prefix + 0, null, "USD", Lines.NONE, key)))
                .isEqualTo(made.getFirst());
        assertThat(IntStream.range(0, 8).filter(i -> shop.carts.find(prefix + i).isPresent()))
                .hasSize(1);
    }

    @RepeatedTest(20)
    void a_cart_merged_into_two_at_once_goes_into_one(RepetitionInfo repetition) throws Exception {
        var n = repetition.getCurrentRepetition();
        put("from_" + n, 5);
        put("into_0_" + n, 1);
        put("into_1_" + n, 1);

        var results = race(i -> nodes.get(i / 2 % 2).submit(new Merge("into_" + i % 2 + "_" + n, "from_" + n, null)));

        var pieces = IntStream.range(0, 2)
                .map(i -> shop.carts
                        .find("into_" + i + "_" + n)
                        .orElseThrow()
                        .items()
                        .getFirst()
                        .quantity());
        assertThat(pieces.boxed()).containsExactlyInAnyOrder(1, 6);
        assertThat(results).filteredOn(NoSuchCart.class::isInstance).hasSize(4);
    }

    @RepeatedTest(20)
    void carts_merged_crosswise_end_neither_in_deadlock_nor_in_loss(RepetitionInfo repetition) throws Exception {
        var n = repetition.getCurrentRepetition();
        put("a_" + n, 2);
        put("b_" + n, 3);

        race(i -> nodes.get(i % 2)
                .submit(i % 2 == 0 ? new Merge("a_" + n, "b_" + n, null) : new Merge("b_" + n, "a_" + n, null)));

        assertThat(List.of("a_" + n, "b_" + n).stream()
                        .flatMap(id -> shop.carts.find(id).stream())
                        .flatMap(cart -> cart.items().stream())
                        .mapToInt(CartApi.CartLine::quantity)
                        .sum())
                .isEqualTo(5);
    }

    private interface Racer {
        Object run(int i) throws Exception;
    }

    /// Eight at once; what each came to.
    private static List<Object> race(Racer racer) throws Exception {
        var start = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var running = new ArrayList<Future<Object>>();
            for (int i = 0; i < 8; i++) {
                int n = i;
                Callable<Object> task = () -> {
                    start.await();
                    return racer.run(n);
                };
                running.add(threads.submit(task));
            }
            start.countDown();
            var results = new ArrayList<>();
            for (var result : running) {
                results.add(result.get(30, TimeUnit.SECONDS));
            }
            return results;
        }
    }

    private void put(String cartId, int quantity) throws Exception {
        var line = new Lines.Line(0, "book", "Book", quantity, 100, false);
        shop.batch(new Put(cartId, null, "USD", Lines.of(List.of(line)), null));
    }
}
