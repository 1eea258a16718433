package dev.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class TableSizesTest {

    private static final TableSizes BEFORE = new TableSizes(
            100,
            Map.of(
                    "orders.orders",
                    1_000L,
                    "orders.outbox",
                    500L,
                    "orders.outbox_relays",
                    8L,
                    "inventory.inventory",
                    50L));

    @Test
    void what_is_kept_is_neither_an_outbox_nor_the_counters() {
        assertThat(BEFORE.of(TableSizes::isKept)).isEqualTo(1_000);
        assertThat(BEFORE.of(TableSizes::isOutbox)).isEqualTo(508);
        assertThat(BEFORE.of(TableSizes.COUNTERS)).isEqualTo(50);
        assertThat(BEFORE.of("nowhere.at_all")).isZero();
    }

    @Test
    void growth_is_by_the_orders_of_the_time_between() {
        var after =
                new TableSizes(300, Map.of("orders.orders", 5_000L, "orders.order_items", 2_000L, "orders.outbox", 9L));

        assertThat(after.perOrderSince(BEFORE, TableSizes::isKept)).isEqualTo(30);
        assertThat(after.perOrderSince(BEFORE, "orders.order_items"::equals)).isEqualTo(10);
        assertThat(after.perOrderSince(after, TableSizes::isKept)).isZero();
    }
}
