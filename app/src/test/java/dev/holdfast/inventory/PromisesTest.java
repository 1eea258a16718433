package dev.holdfast.inventory;

import static dev.holdfast.inventory.InventoryFixture.line;
import static dev.holdfast.inventory.InventoryFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.inventory.InventoryApi.Committed;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.HoldResult;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Refused;
import dev.holdfast.inventory.InventoryApi.Released;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryApi.Restocked;
import dev.holdfast.inventory.InventoryApi.Shortage;
import dev.holdfast.inventory.InventoryFixture.Way;
import dev.holdfast.platform.KeyReusedException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// What a participant of a saga promises, one by one.
@ParameterizedClass(name = "{0}")
@EnumSource(Way.class)
class PromisesTest {

    private static final ReservationRef R = ReservationRef.reservation("r");

    private final InventoryFixture fixture;
    private final InventoryApi inventory;

    PromisesTest(Way way) {
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
    void the_same_hold_twice_has_one_effect_and_one_answer() {
        fixture.stock("book", 10);
        var first = inventory.hold(request("r", line("book", 3)));
        assertThat(inventory.hold(request("r", line("book", 3)))).isEqualTo(first);
        assertThat(inventory.hold(request("r", line("book", 1), line("book", 2))))
                .isEqualTo(first);
        assertThat(fixture.available("book")).isEqualTo(7);
        assertThat(fixture.told("r")).isEqualTo("InventoryReserved 1");
    }

    @Test
    void the_last_unit_is_not_refused_to_the_order_that_has_it() {
        fixture.stock("last", 1);
        assertThat(inventory.hold(request("r", line("last", 1)))).isInstanceOf(Held.class);
        assertThat(inventory.hold(request("r", line("last", 1)))).isInstanceOf(Held.class);
    }

    @Test
    void a_refusal_is_answered_again_under_its_key_and_asked_anew_under_another() {
        fixture.stock("book", 1);
        var refusal = new OutOfStock(List.of(new Shortage("book", 2, 1)));
        assertThat(inventory.hold(request("r", line("book", 2)))).isEqualTo(refusal);
        fixture.stock("book", 5);
        assertThat(inventory.hold(request("r", line("book", 2)))).isEqualTo(refusal);
        assertThat(fixture.told("r")).isEqualTo("InventoryFailed 1");
        var anew = new HoldRequest("r", "saga-r", "another key", null, false, null, List.of(line("book", 2)));
        assertThat(inventory.hold(anew)).isInstanceOf(Held.class);
        assertThat(fixture.told("r")).isEqualTo("InventoryFailed 1, InventoryReserved 2");
    }

    @Test
    void another_request_under_the_same_reservation_is_an_error_that_says_so() {
        fixture.stock("book", 10);
        inventory.hold(request("r", line("book", 3)));
        assertThatThrownBy(() -> inventory.hold(request("r", line("book", 4)))).isInstanceOf(KeyReusedException.class);
        var otherSaga = new HoldRequest("r", "other", "r:hold", null, false, null, List.of(line("book", 3)));
        assertThatThrownBy(() -> inventory.hold(otherSaga)).isInstanceOf(KeyReusedException.class);
    }

    @Test
    void another_saga_under_the_reservations_id_is_refused_and_leaves_it_alone() {
        fixture.stock("book", 10);
        inventory.hold(request("r", line("book", 3)));
        var other = new HoldRequest("r", "other", "other:hold", null, false, null, List.of(line("book", 3)));
        assertThat(refusal(inventory.hold(other))).isEqualTo("reservation-taken");
        fixture.lapse("r");
        assertThat(refusal(inventory.hold(other))).isEqualTo("reservation-taken");
        assertThat(refusal(inventory.hold(request("r", line("book", 3))))).isEqualTo("reservation-lapsed");
    }

    @Test
    void an_undo_before_its_do_refuses_the_do() {
        fixture.stock("book", 10);
        assertThat(inventory.release(R)).isEqualTo(new Released("r", List.of()));
        assertThat(refusal(inventory.hold(request("r", line("book", 3))))).isEqualTo("reservation-released");
        assertThat(fixture.available("book")).isEqualTo(10);
        assertThat(fixture.told("r")).isEmpty();
    }

    @Test
    void an_undo_of_the_saga_refuses_every_reservation_it_may_still_ask_for() {
        fixture.stock("book", 10);
        assertThat(inventory.release(ReservationRef.saga("saga-r"))).isEqualTo(new Released("saga-r", List.of()));
        assertThat(refusal(inventory.hold(request("r", line("book", 3))))).isEqualTo("reservation-released");
        assertThat(refusal(inventory.hold(request("r", line("book", 3))))).isEqualTo("reservation-released");
    }

    @Test
    void an_undo_twice_succeeds_and_says_the_same() {
        fixture.stock("book", 10);
        inventory.hold(request("r", line("book", 3)));
        var released = new Released("r", List.of(new HeldLine("book", 3, "main")));
        assertThat(inventory.release(R)).isEqualTo(released);
        assertThat(inventory.release(R)).isEqualTo(released);
        assertThat(refusal(inventory.hold(request("r", line("book", 3))))).isEqualTo("reservation-released");
        assertThat(fixture.available("book")).isEqualTo(10);
        assertThat(fixture.told("r")).isEqualTo("InventoryReserved 1, InventoryReleased 2");
    }

    @Test
    void an_undo_of_a_refused_hold_refuses_it_for_good() {
        inventory.hold(request("r", line("book", 3)));
        assertThat(inventory.release(R)).isEqualTo(new Released("r", List.of()));
        fixture.stock("book", 10);
        var anew = new HoldRequest("r", "saga-r", "another key", null, false, null, List.of(line("book", 2)));
        assertThat(refusal(inventory.hold(anew))).isEqualTo("reservation-released");
    }

    @Test
    void a_late_pin_leaves_the_hold_its_deadline() {
        fixture.stock("book", 10);
        inventory.hold(request("r", line("book", 3)));
        var past = Instant.now().minusSeconds(60);

        assertThat(((Refused) inventory.pin(R, past)).code()).isEqualTo("too-late");
        assertThat(((Held) inventory.pin(R, Instant.now().plusSeconds(60))).expiresAt())
                .isNull();
        assertThat(((Held) inventory.pin(R, past)).expiresAt()).isNull();
    }

    @Test
    void a_hold_later_than_its_caller_waits_is_refused_and_stays_refused() {
        fixture.stock("book", 10);
        var past = Instant.now().minusSeconds(60);
        var late = new HoldRequest("r", "saga-r", "k", past, false, null, List.of(line("book", 3)));
        assertThat(refusal(inventory.hold(late))).isEqualTo("too-late");
        assertThat(refusal(inventory.hold(late))).isEqualTo("too-late");
        assertThat(fixture.available("book")).isEqualTo(10);
        var inTime = new HoldRequest(
                "s", "saga-s", "k", Instant.now().plusSeconds(60), false, null, List.of(line("book", 3)));
        assertThat(inventory.hold(inTime)).isInstanceOf(Held.class);
    }

    @Test
    void a_late_repetition_of_a_hold_that_was_in_time_answers_what_is_held() {
        fixture.stock("book", 10);
        var soon = Instant.now().plusSeconds(60);
        inventory.hold(new HoldRequest("r", "saga-r", "k", soon, false, null, List.of(line("book", 3))));
        var late = new HoldRequest(
                "r", "saga-r", "k", Instant.now().minusSeconds(60), false, null, List.of(line("book", 3)));
        assertThat(inventory.hold(late)).isInstanceOf(Held.class);
    }

    @Test
    void commit_twice_says_the_same_and_what_is_committed_is_not_released() {
        fixture.stock("book", 10);
        inventory.hold(request("r", line("book", 3)));
        var committed = new Committed("r", List.of(new HeldLine("book", 3, "main")));
        assertThat(inventory.commit(R)).isEqualTo(committed);
        assertThat(inventory.commit(R)).isEqualTo(committed);
        assertThat(((Refused) inventory.release(R)).code()).isEqualTo("reservation-committed");
        assertThat(inventory.hold(request("r", line("book", 3)))).isInstanceOf(Held.class);
        assertThat(fixture.available("book")).isEqualTo(7);
    }

    @Test
    void nothing_is_extended_pinned_committed_or_restocked_that_is_not_held() {
        assertThat(((Refused) inventory.commit(R)).code()).isEqualTo("not-held");
        assertThat(((Refused) inventory.pin(R, null)).code()).isEqualTo("not-held");
        assertThat(((Refused) inventory.extend(R, Instant.now())).code()).isEqualTo("not-held");
        assertThat(((Refused) inventory.restock(R, "k", List.of())).code()).isEqualTo("not-held");
        fixture.stock("book", 1);
        inventory.hold(request("r", line("book", 1)));
        inventory.release(R);
        assertThat(((Refused) inventory.commit(R)).code()).isEqualTo("reservation-released");
        assertThat(((Refused) inventory.pin(R, null)).code()).isEqualTo("reservation-released");
    }

    @Test
    void a_restock_brings_committed_pieces_back_once_per_key_and_never_more_than_went() {
        fixture.stock("book", 10);
        inventory.hold(request("r", line("book", 5)));
        inventory.commit(R);
        var two = new Restocked("r", List.of(new HeldLine("book", 2, "main")));
        assertThat(inventory.restock(R, "k1", List.of(line("book", 2)))).isEqualTo(two);
        assertThat(inventory.restock(R, "k1", List.of(line("book", 2)))).isEqualTo(two);
        assertThat(fixture.available("book")).isEqualTo(7);
        assertThatThrownBy(() -> inventory.restock(R, "k1", List.of(line("book", 1))))
                .isInstanceOf(KeyReusedException.class);
        assertThat(((Refused) inventory.restock(R, "k2", List.of(line("book", 4)))).code())
                .isEqualTo("not-held");
        assertThat(inventory.restock(R, "k2", List.of()))
                .isEqualTo(new Restocked("r", List.of(new HeldLine("book", 3, "main"))));
        assertThat(fixture.available("book")).isEqualTo(10);
    }

    @Test
    void do_and_undo_racing_on_two_nodes_end_in_undone() throws Exception {
        fixture.stock("book", 1_000);
        var other = fixture.reached(fixture.node(InventoryFixture.LONG));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 100; i++) {
                var id = "race-" + i;
                var undo = i % 2 == 0 ? ReservationRef.reservation(id) : ReservationRef.saga("saga-" + id);
                var start = new CyclicBarrier(2);
                var does = threads.submit(() -> {
                    start.await();
                    return inventory.hold(request(id, line("book", 1)));
                });
                var undoes = threads.submit(() -> {
                    start.await();
                    return other.release(undo);
                });
                assertThat(undoes.get()).isInstanceOf(Released.class);
                does.get();
                assertThat(fixture.inventory.find(id).map(InventoryApi.Reservation::status))
                        .as(id)
                        .hasValue("released");
            }
        }
        assertThat(fixture.available("book")).isEqualTo(1_000);
        assertThat(fixture.of("book").reserved()).isZero();
    }

    private static String refusal(HoldResult result) {
        return ((Refused) result).code();
    }
}
