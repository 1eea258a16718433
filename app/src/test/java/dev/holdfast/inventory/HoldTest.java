package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static dev.holdfast.inventory.InventoryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.inventory.InventoryApi.Committed;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Released;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryApi.Shortage;
import dev.holdfast.inventory.InventoryFixture.Way;
import dev.holdfast.platform.Trace;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Way.class)
class HoldTest {

    private final InventoryFixture fixture;
    private final InventoryApi inventory;

    HoldTest(Way way) {
        fixture = new InventoryFixture(way);
        inventory = fixture.asked;
    }

    @AfterEach
    void close() throws Exception {
        assertThat(fixture.books.audit().rules())
                .allSatisfy(
                        rule -> assertThat(rule.broken()).as(rule.toString()).isZero());
        fixture.close();
    }

    @Test
    void a_hold_lowers_what_is_available_and_commit_makes_it_final() {
        fixture.stock("AW1001", 100);
        assertThat(inventory.hold(request("ORD-1", line("AW1001", 2)))).isInstanceOf(Held.class);
        assertThat(fixture.of("AW1001").available()).isEqualTo(98);
        assertThat(fixture.of("AW1001").reserved()).isEqualTo(2);
        assertThat(inventory.commit(ReservationRef.reservation("ORD-1")))
                .isEqualTo(new Committed("ORD-1", List.of(new HeldLine("AW1001", 2, "main"))));
        assertThat(fixture.of("AW1001").available()).isEqualTo(98);
        assertThat(fixture.of("AW1001").reserved()).isZero();
        assertThat(fixture.told("ORD-1")).isEqualTo("InventoryReserved 1, InventoryCommitted 2");
    }

    @Test
    void a_release_gives_back_what_was_held() {
        fixture.stock("book", 5);
        inventory.hold(request("r", line("book", 5)));
        assertThat(inventory.release(ReservationRef.saga("saga-r")))
                .isEqualTo(new Released("r", List.of(new HeldLine("book", 5, "main"))));
        assertThat(fixture.available("book")).isEqualTo(5);
    }

    @Test
    void all_lines_are_held_or_none() {
        fixture.stock("plenty", 10);
        fixture.stock("rare", 1);
        assertThat(inventory.hold(request("r", line("plenty", 2), line("rare", 2), line("unknown", 1))))
                .isEqualTo(new OutOfStock(List.of(new Shortage("rare", 2, 1), new Shortage("unknown", 1, 0))));
        assertThat(fixture.available("plenty")).isEqualTo(10);
        assertThat(fixture.told("r")).isEqualTo("InventoryFailed 1");
    }

    @Test
    void lines_of_one_product_count_as_their_sum() {
        fixture.stock("book", 5);
        assertThat(inventory.hold(request("r", line("book", 3), line("book", 3))))
                .isEqualTo(new OutOfStock(List.of(new Shortage("book", 6, 5))));
        var held = (Held) inventory.hold(request("s", line("book", 3), line("book", 2)));
        assertThat(held.items()).containsExactly(new HeldLine("book", 5, "main"));
    }

    @Test
    void an_event_belongs_to_the_trace_of_who_caused_it() {
        fixture.stock("book", 5);
        var trace = Trace.begin(new Random(1));
        trace.call(() -> inventory.hold(request("traced", line("book", 1))));
        inventory.hold(request("untraced", line("book", 1)));
        assertThat(fixture.texts("SELECT subject || ' ' || coalesce(traceparent, 'none') FROM inventory.told"))
                .containsExactly("traced " + trace.traceparent(), "untraced none");
    }
}
