package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static dev.holdfast.inventory.InventoryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.inventory.InventoryApi.Committed;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Released;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryApi.Shortage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A product in parts is one product to everybody who asks.
class PartsTest {

    private static final String PARTS = """
            SELECT concat_ws(' ', part, available, reserved, committed) FROM inventory.stock_parts ORDER BY part
            """;

    private final InventoryFixture fixture = new InventoryFixture(Strategy.POOLS);
    private final InventoryService one = fixture.node(settings(Strategy.POOLS, Map.of()));
    private final InventoryService other = fixture.node(settings(Strategy.POOLS, Map.of()));

    @AfterEach
    void close() throws Exception {
        assertThat(fixture.books.audit().rules())
                .allSatisfy(
                        rule -> assertThat(rule.broken()).as(rule.toString()).isZero());
        fixture.close();
    }

    @Test
    void lanes_sell_from_parts_of_their_own_and_the_sum_is_what_is_there() {
        fixture.stock("book", 90);
        for (int i = 0; i < 10; i++) {
            assertThat(one.hold(request("r" + i, line("book", 1)))).isInstanceOf(Held.class);
            assertThat(other.hold(request("s" + i, line("book", 1)))).isInstanceOf(Held.class);
        }
        assertThat(fixture.texts("SELECT count(*) FROM inventory.stock_parts WHERE reserved > 0"))
                .isEqualTo(List.of("2"));
        assertThat(fixture.of("book").available()).isEqualTo(70);
        assertThat(fixture.of("book").reserved()).isEqualTo(20);
    }

    @Test
    void the_last_piece_is_found_whatever_part_it_lies_in() {
        fixture.stock("book", 7);
        for (int i = 0; i < 7; i++) {
            assertThat((i % 2 == 0 ? one : other).hold(request("r" + i, line("book", 1))))
                    .isInstanceOf(Held.class);
        }
        for (var node : List.of(one, other)) {
            assertThat(node.hold(request("late-" + node.hashCode(), line("book", 2))))
                    .isEqualTo(new OutOfStock(List.of(new Shortage("book", 2, 0))));
        }
    }

    @Test
    void a_hold_wants_more_than_any_part_has() {
        fixture.stock("book", 9);
        one.hold(request("r", line("book", 1)));
        other.hold(request("s", line("book", 1)));
        assertThat(one.hold(request("t", line("book", 7)))).isInstanceOf(Held.class);
        assertThat(fixture.available("book")).isZero();
    }

    @Test
    void what_one_node_holds_another_commits_or_releases() {
        fixture.stock("book", 30);
        for (int i = 0; i < 10; i++) {
            one.hold(request("r" + i, line("book", 1)));
        }
        for (int i = 0; i < 10; i++) {
            var held = ReservationRef.reservation("r" + i);
            assertThat(i % 2 == 0 ? other.commit(held) : other.release(held))
                    .isInstanceOfAny(Committed.class, Released.class);
        }
        assertThat(fixture.of("book").reserved()).isZero();
        assertThat(fixture.available("book")).isEqualTo(25);
    }

    @Test
    void a_node_that_knows_no_parts_finds_what_lies_in_them() {
        fixture.stock("book", 12);
        one.hold(request("r", line("book", 2)));
        for (var strategy : List.of(Strategy.QUEUE, Strategy.PESSIMISTIC, Strategy.OPTIMISTIC)) {
            var node = fixture.node(settings(strategy, Map.of()));
            assertThat(node.hold(request("all-" + strategy, line("book", 10)))).isInstanceOf(Held.class);
            assertThat(fixture.available("book")).isZero();
            assertThat(node.release(ReservationRef.reservation("all-" + strategy)))
                    .isInstanceOf(Released.class);
            other.hold(request("between-" + strategy, line("book", 1)));
            other.release(ReservationRef.reservation("between-" + strategy));
        }
    }

    @Test
    void one_product_may_be_in_parts_among_others_that_are_not() {
        fixture.database.execute("DELETE FROM inventory.stock_parts");
        var node = fixture.node(settings(Strategy.QUEUE, Map.of("ticket", Strategy.POOLS)));
        node.correct(null, "ticket", null, 40);
        node.correct(null, "book", null, 40);
        for (int i = 0; i < 10; i++) {
            assertThat(node.hold(request("r" + i, line("ticket", 1), line("book", 1))))
                    .isInstanceOf(Held.class);
            assertThat(node.commit(ReservationRef.reservation("r" + i))).isInstanceOf(Committed.class);
        }
        assertThat(fixture.texts("SELECT DISTINCT product_id FROM inventory.stock_parts"))
                .containsExactly("ticket");
        assertThat(fixture.available("ticket")).isEqualTo(30);
        assertThat(fixture.available("book")).isEqualTo(30);
    }

    @Test
    void a_figure_is_set_for_all_parts_together() {
        fixture.stock("book", 30);
        one.hold(request("r", line("book", 1)));
        other.hold(request("s", line("book", 1)));
        one.correct(null, "book", null, 3);
        assertThat(fixture.available("book")).isEqualTo(3);
        assertThat(fixture.texts(PARTS)).isNotEmpty();
    }

    private static InventorySettings settings(Strategy strategy, Map<String, Strategy> strategyOf) {
        return new InventorySettings(InventoryFixture.LONG, Duration.ofSeconds(5), strategy, strategyOf, 2, 1, 3);
    }
}
