package dev.holdfast.orders;

import static dev.holdfast.orders.OrdersFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.orders.OrderBooks.OpenOrder;
import dev.holdfast.orders.OrderBooks.OrderTotals;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderBooksTest {

    private final OrdersFixture fixture = new OrdersFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE orders.orders SET status = 'shipped' WHERE order_id = 'ord_1'",
                "UPDATE orders.orders SET event_seq = 7 WHERE order_id = 'ord_1'",
                "DELETE FROM orders.order_events WHERE order_id = 'ord_1'",
                "DELETE FROM orders.order_events WHERE order_id = 'ord_1' AND seq = 2",
                "DELETE FROM orders.order_events WHERE order_id = 'ord_1' AND seq = 3",
                "UPDATE orders.order_events SET from_state = 'created' WHERE order_id = 'ord_1' AND seq = 3",
                "UPDATE orders.order_events SET to_state = 'shipped' WHERE order_id = 'ord_1' AND seq = 2",
                "UPDATE orders.order_events SET from_state = NULL WHERE order_id = 'ord_1' AND seq = 2"
            })
    void an_order_that_somebody_tampered_with_is_found(String tampering) {
        fixture.orders.create(request("ord_1"));
        fixture.orders.confirm("ord_1");
        fixture.orders.create(request("ord_2"));
        assertThat(fixture.books.broken()).isZero();
        fixture.database.execute("ALTER TABLE orders.order_events DISABLE TRIGGER order_events_append_only");
        fixture.database.execute(tampering);
        assertThat(fixture.books.broken()).isEqualTo(1);
    }

    @Test
    void the_history_cannot_be_rewritten() {
        fixture.orders.create(request("ord_1"));
        assertThatThrownBy(() -> fixture.database.execute("DELETE FROM orders.order_events"))
                .rootCause()
                .hasMessageContaining("append-only");
    }

    @Test
    void open_orders_totals_and_counts_come_in_pages() {
        for (int i = 0; i < 5; i++) {
            fixture.orders.create(request("ord_" + i));
        }
        fixture.orders.confirm("ord_1");
        fixture.orders.cancel("ord_3", "gone");
        fixture.orders.cancel("ord_never", "undone before it was done");
        assertThat(fixture.books.open(null, 2)).extracting(OpenOrder::orderId).containsExactly("ord_0", "ord_2");
        assertThat(fixture.books.open("ord_2", 2))
                .extracting(OpenOrder::orderId)
                .containsExactly("ord_4");
        assertThat(fixture.books.totals("ord_3", 10))
                .containsExactly(
                        new OrderTotals("ord_4", "reserved", new BigDecimal("59.98"), "USD", new BigDecimal("59.98")));
        assertThat(fixture.books.pieces(List.of("ord_3", "ord_4")))
                .containsOnlyKeys("ord_3", "ord_4")
                .containsEntry("ord_4", Map.of("SKU-123", 2L));
        assertThat(fixture.books.countByStatus()).isEqualTo(Map.of("cancelled", 1L, "confirmed", 1L, "reserved", 3L));
    }
}
