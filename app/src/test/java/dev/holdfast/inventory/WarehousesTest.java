package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryApi.Shortage;
import dev.holdfast.inventory.Warehouses.Warehouse;
import dev.holdfast.platform.KeyReusedException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Strategy.class)
class WarehousesTest {

    private final InventoryFixture fixture;

    WarehousesTest(Strategy strategy) {
        fixture = new InventoryFixture(strategy);
    }

    @BeforeEach
    void three_warehouses() {
        fixture.warehouses.put(new Warehouse("leipzig", "Leipzig", "DE", 51.3, 12.4, 200));
        fixture.warehouses.put(new Warehouse("osaka", "Osaka", "JP", 34.7, 135.5, 50));
    }

    @AfterEach
    void close() throws Exception {
        assertThat(fixture.books.audit().holds()).isTrue();
        fixture.close();
    }

    @Test
    void the_nearest_to_the_country_comes_first_and_without_one_the_priority_decides() {
        assertThat(fixture.warehouses.nearestTo("FR")).containsExactly("leipzig", "main", "osaka");
        assertThat(fixture.warehouses.nearestTo("KR")).containsExactly("osaka", "leipzig", "main");
        assertThat(fixture.warehouses.nearestTo("CA")).containsExactly("main", "leipzig", "osaka");
        // Fiji lies across the date line from America: the short way is what counts.
        assertThat(fixture.warehouses.nearestTo("FJ")).containsExactly("osaka", "main", "leipzig");
        assertThat(fixture.warehouses.nearestTo(null)).containsExactly("osaka", "main", "leipzig");
        assertThat(fixture.warehouses.nearestTo("ZZ")).containsExactly("osaka", "main", "leipzig");
    }

    @Test
    void a_line_comes_whole_from_the_nearest_warehouse_that_has_all_of_it() {
        fixture.stock("book", "leipzig", 3);
        fixture.stock("book", "main", 9);
        fixture.stock("book", "osaka", 9);
        assertThat(held("a", "FR", 2)).containsExactly(new HeldLine("book", 2, "leipzig"));
        assertThat(held("b", "FR", 5)).containsExactly(new HeldLine("book", 5, "main"));
    }

    @Test
    void a_line_no_warehouse_has_whole_is_split_the_nearest_first() {
        fixture.stock("book", "leipzig", 3);
        fixture.stock("book", "main", 4);
        fixture.stock("book", "osaka", 5);
        assertThat(held("a", "FR", 9))
                .containsExactly(
                        new HeldLine("book", 3, "leipzig"),
                        new HeldLine("book", 4, "main"),
                        new HeldLine("book", 2, "osaka"));
        assertThat(fixture.inventory.hold(request("b", "FR", 4)))
                .isEqualTo(new OutOfStock(List.of(new Shortage("book", 4, 3))));
        fixture.inventory.release(ReservationRef.reservation("a"));
        assertThat(fixture.of("book").warehouses())
                .extracting(InventoryApi.WarehouseStock::available)
                .containsExactly(3L, 4L, 5L);
    }

    @Test
    void thousands_of_products_are_received_at_once_and_only_once() {
        var receipts = IntStream.range(0, 5_000)
                .mapToObj(i -> new Receipt("p" + i, null, 10 + i))
                .toList();
        fixture.inventory.receive("import-1", receipts);
        fixture.inventory.receive("import-1", receipts);
        assertThat(fixture.available("p4999")).isEqualTo(5_009);
        assertThat(fixture.books.audit().stockRows()).isEqualTo(5_000);
        assertThat(fixture.books.audit().movements()).isEqualTo(5_000);
        assertThatThrownBy(() -> fixture.inventory.receive("import-1", receipts.subList(0, 1)))
                .isInstanceOf(KeyReusedException.class);
    }

    @Test
    void an_unknown_warehouse_receives_nothing() {
        assertThatThrownBy(() -> fixture.inventory.receive("k", List.of(new Receipt("book", "moon", 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("moon");
        assertThat(fixture.inventory.availability(List.of("book"))).isEmpty();
    }

    private List<HeldLine> held(String id, String country, int quantity) {
        return ((Held) fixture.inventory.hold(request(id, country, quantity))).items();
    }

    private static HoldRequest request(String id, String country, int quantity) {
        return new HoldRequest(id, "saga-" + id, id, null, false, country, List.of(line("book", quantity)));
    }
}
