package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static dev.holdfast.inventory.InventoryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.inventory.InventoryApi.Committed;
import dev.holdfast.inventory.InventoryApi.ExtendResult;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Refused;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryCommand.Asked;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a lane remembers of the rows it wrote is a guess, and no guess is ever answered or written.
class RecallTest {

    private static final ReservationRef R = ReservationRef.reservation("r");

    private final InventoryFixture fixture = new InventoryFixture();
    private final InventoryService one = fixture.inventory;
    private final InventoryService other = fixture.node(InventoryFixture.LONG);

    @AfterEach
    void close() throws Exception {
        assertThat(fixture.books.audit().rules())
                .allSatisfy(
                        rule -> assertThat(rule.broken()).as(rule.toString()).isZero());
        fixture.close();
    }

    @Test
    void what_another_node_has_sold_meanwhile_is_not_sold_again() {
        fixture.stock("book", 3);
        one.hold(request("r", line("book", 1)));
        other.hold(request("s", line("book", 2)));
        assertThat(one.hold(request("t", line("book", 1)))).isInstanceOf(OutOfStock.class);
    }

    @Test
    void what_another_node_has_brought_in_is_sold() {
        fixture.stock("book", 1);
        one.hold(request("r", line("book", 1)));
        other.release(R);
        assertThat(one.hold(request("s", line("book", 1)))).isInstanceOf(Held.class);
    }

    @Test
    void a_hold_that_another_node_released_is_neither_pinned_nor_committed() {
        fixture.stock("book", 3);
        one.hold(request("r", line("book", 1)));
        other.release(R);
        assertThat(code(one.pin(R, null))).isEqualTo("reservation-released");
        assertThat(one.commit(R)).isInstanceOf(Refused.class);
    }

    @Test
    void a_pin_that_is_repeated_is_answered_from_the_table() {
        fixture.stock("book", 3);
        one.hold(request("r", line("book", 1)));
        assertThat(one.pin(R, null)).isInstanceOf(Held.class);
        assertThat(other.commit(R)).isInstanceOf(Committed.class);
        assertThat(code(one.pin(R, null))).isEqualTo("reservation-committed");
    }

    @Test
    void a_saga_that_another_node_undid_holds_nothing_more() {
        fixture.stock("book", 3);
        one.hold(request("r", line("book", 1)));
        other.release(ReservationRef.saga("saga-s"));
        assertThat(one.hold(request("s", line("book", 1)))).isInstanceOf(Refused.class);
    }

    @Test
    void a_figure_that_somebody_set_by_hand_is_not_overwritten() {
        fixture.stock("book", 3);
        one.hold(request("r", line("book", 1)));
        fixture.database.execute("UPDATE inventory.inventory SET available = available + 10");
        one.hold(request("s", line("book", 1)));
        assertThat(fixture.available("book")).isEqualTo(11);
        fixture.database.execute("UPDATE inventory.inventory SET available = available - 10");
    }

    @Test
    void what_a_transaction_wrote_that_was_rolled_back_is_found_to_be_wrong_and_read_anew() throws Exception {
        fixture.stock("book", 3);
        var batch = fixture.queue();
        try (var db = fixture.database.of("inventory").direct().getConnection()) {
            db.setAutoCommit(false);
            hold(batch, db, "r");
            db.commit();
            hold(batch, db, "s");
            db.rollback();
            assertThatThrownBy(() -> hold(batch, db, "s"))
                    .isInstanceOf(StaleRows.class)
                    .hasMessageContaining("1 of 1 stock rows");
            db.rollback();
            hold(batch, db, "s");
            db.commit();
        }
        assertThat(fixture.available("book")).isEqualTo(1);
    }

    private void hold(InventoryBatch batch, Connection db, String reservation) throws SQLException {
        var command = new InventoryRequests(fixture.warehouses).hold(request(reservation, line("book", 1)));
        assertThat(batch.run(db, List.of(new Asked(command, null)))).hasOnlyElementsOfType(Outcome.Stands.class);
    }

    private static String code(ExtendResult result) {
        return ((Refused) result).code();
    }
}
