package dev.holdfast.saga.guard;

import static dev.holdfast.saga.guard.Seats.call;
import static dev.holdfast.saga.guard.Seats.code;
import static dev.holdfast.saga.guard.Seats.late;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ParticipantGuardTest {

    private final Seats seats = new Seats();

    @Test
    void the_same_key_twice_has_one_effect_and_one_answer() {
        var first = seats.take(call("s:seat"));

        assertThat(first).isEqualTo(new Outcome.Done(Map.of("seat", "s:seat")));
        assertThat(seats.take(call("s:seat"))).isEqualTo(first);
        assertThat(seats.taken()).isOne();
    }

    @Test
    void a_refusal_is_an_answer_too() {
        assertThat(code(seats.refuse(call("s:seat")))).isEqualTo("full");
        assertThat(code(seats.take(call("s:seat")))).isEqualTo("full");
        assertThat(seats.taken()).isZero();
    }

    @Test
    void what_surely_had_no_effect_leaves_the_key_free() {
        var failed = seats.inTransaction(
                db -> seats.guard.once(db, call("s:seat"), "h", () -> new Outcome.Failed("the printer is off")));

        assertThat(failed).isEqualTo(new Outcome.Failed("the printer is off"));
        assertThat(seats.take(call("s:seat"))).isInstanceOf(Outcome.Done.class);
        assertThat(seats.taken()).isOne();
    }

    @Test
    void another_request_under_the_key_is_an_error_that_says_so() {
        seats.take(call("s:seat"), "alice");

        assertThatThrownBy(() -> seats.take(call("s:seat"), "bob"))
                .isInstanceOf(RequestMismatchException.class)
                .hasMessageContaining("'s:seat' stands for another request already");
        assertThat(seats.postgres.texts("SELECT who FROM seats.taken")).containsExactly("alice");
    }

    @Test
    void an_action_that_comes_after_its_undo_is_refused() {
        assertThat(seats.giveBack(call("s:seat"))).isEqualTo(Outcome.Done.done());
        assertThat(code(seats.take(call("s:seat")))).isEqualTo("undone");
        assertThat(code(seats.take(call("s:seat")))).isEqualTo("undone");
        assertThat(seats.taken()).isZero();
    }

    @Test
    void an_undo_takes_back_what_was_done_once() {
        seats.take(call("s:seat"), "alice");
        seats.take(call("t:seat"), "bob");

        assertThat(seats.giveBack(call("s:seat"))).isEqualTo(Outcome.Done.done());
        var again = seats.inTransaction(db -> seats.guard.undo(db, call("s:seat"), effects -> {
            throw new AssertionError("nothing is left to take back");
        }));

        assertThat(again).isEqualTo(Outcome.Done.done());
        assertThat(code(seats.take(call("s:seat"), "alice"))).isEqualTo("undone");
        assertThat(seats.postgres.texts("SELECT who FROM seats.taken")).containsExactly("bob");
    }

    @Test
    void an_undo_that_the_business_refuses_leaves_everything_as_it_was() {
        seats.take(call("s:seat"));

        var refused = seats.inTransaction(
                db -> seats.guard.undo(db, call("s:seat"), effects -> new Outcome.Refused("departed", "it flies")));

        assertThat(code(refused)).isEqualTo("departed");
        assertThat(seats.take(call("s:seat"))).isInstanceOf(Outcome.Done.class);
        assertThat(seats.giveBack(call("s:seat"))).isEqualTo(Outcome.Done.done());
        assertThat(seats.taken()).isZero();
    }

    @Test
    void a_late_action_is_refused_for_good() {
        assertThat(code(seats.take(late("s:seat")))).isEqualTo("too-late");
        assertThat(code(seats.take(call("s:seat")))).isEqualTo("too-late");
        assertThat(seats.taken()).isZero();
    }

    /// Were it refused, its saga would take a step for undone that is done.
    @Test
    void a_repetition_that_is_late_gets_the_answer_on_record() {
        var first = seats.take(call("s:seat"));

        assertThat(seats.take(late("s:seat"))).isEqualTo(first);
    }

    /// The database of this test lives at the same time as its JVM, so the call is made late by waiting for the
    /// one before it, which is what happens to it in earnest.
    @Test
    void an_action_becomes_late_while_it_waits_for_its_predecessor() {
        seats.inTransaction(first -> {
            var call = new GuardedCall("s:seat", 0, now().plusMillis(400));
            seats.guard.once(first, call, "s:seat", () -> new Outcome.Failed("no"));
            var second = Race.inBackground(() -> seats.take(call));
            Race.awaitWaiting(seats.postgres, 1);
            seats.postgres.execute("SELECT pg_sleep_until('" + call.notAfter().plusMillis(10) + "')");
            first.rollback();
            assertThat(code(Race.result(second))).isEqualTo("too-late");
            return null;
        });
        assertThat(seats.taken()).isZero();
    }

    @Test
    void a_rollback_leaves_nothing() {
        assertThatThrownBy(() -> seats.inTransaction(db -> seats.guard.once(db, call("s:seat"), "h", () -> {
                    seats.insert(db, "alice");
                    throw new SQLException("the disk is full", "53100");
                })))
                .hasMessageContaining("the disk is full");

        assertThat(seats.postgres.number("SELECT count(*) FROM seats.saga_guard_keys"))
                .isZero();
        assertThat(seats.taken()).isZero();
        assertThat(seats.take(call("s:seat"))).isInstanceOf(Outcome.Done.class);
    }

    /// The wrong way to handle it, and still no second effect.
    @Test
    void an_exception_that_is_committed_keeps_the_key_open() {
        var works = new AtomicInteger();
        seats.inTransaction(db -> {
            assertThatThrownBy(() -> seats.guard.once(db, call("s:seat"), "s:seat", () -> {
                        works.incrementAndGet();
                        seats.insert(db, "alice");
                        throw new IllegalStateException("late second thoughts");
                    }))
                    .hasMessage("late second thoughts");
            return null;
        });

        assertThatThrownBy(() -> seats.take(call("s:seat"))).isInstanceOf(OpenCallException.class);
        assertThatThrownBy(() -> seats.giveBack(call("s:seat")))
                .isInstanceOf(OpenCallException.class)
                .hasMessageContaining("ProviderGuard.settle");
        assertThat(works).hasValue(1);
        assertThat(seats.taken()).isOne();
    }

    @Test
    void what_cannot_be_right_is_refused_before_anything_is_done() throws SQLException {
        try (var db = seats.postgres.dataSource().getConnection()) {
            assertThatThrownBy(() -> seats.guard.once(db, call("s:seat"), "h", Outcome.Done::done))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("setAutoCommit(false)");
        }
        assertThatThrownBy(() -> seats.inTransaction(
                        db -> seats.guard.once(db, call("s:seat"), "h", () -> new Outcome.Unclear("who knows"))))
                .hasMessageContaining("ProviderGuard");
        assertThatThrownBy(() -> seats.inTransaction(db -> seats.guard.once(db, call("s:seat"), "h", () -> null)))
                .hasMessageContaining("answered nothing");
        assertThatThrownBy(() -> ParticipantGuard.inSchema("a; DROP", Duration.ofDays(1)))
                .hasMessageContaining("'a; DROP'");
        assertThatThrownBy(() -> ParticipantGuard.inSchema("a", Duration.ofSeconds(1)))
                .hasMessageContaining("PT1S");
        assertThatThrownBy(() -> new GuardedCall("x".repeat(256), 0, null)).hasMessageContaining("255");
    }

    @Test
    void texts_that_the_database_does_not_take_do_not_stop_an_answer() {
        var odd = new Outcome.Done(Map.of("note", "a\0b \ud83d \"quoted\", {braced}", "empty", ""));

        seats.inTransaction(db -> seats.guard.once(db, call("s:seat"), "h", () -> odd));

        Outcome again = seats.inTransaction(db -> seats.guard.once(db, call("s:seat"), "h", () -> odd));
        assertThat(again)
                .isEqualTo(new Outcome.Done(Map.of("note", "a\ufffdb \ufffd \"quoted\", {braced}", "empty", "")));
    }

    @Test
    void a_call_of_the_engine_tells_the_step_and_the_generation() {
        var until = Instant.parse("2030-01-01T00:00:00Z");
        var first = new StepCall("s", "2", "s:2", "s:2", 0, 0, until, Map.of(), Map.of(), false);
        var third = new StepCall("s", "2", "s:2:2", "s:2:2", 0, 2, until, Map.of(), Map.of(), true);
        var undo = new StepCall("s", "2", "s:2:undo", "s:2", 0, 0, StepCall.ANY_TIME, Map.of(), Map.of(), false);

        assertThat(GuardedCall.of(first)).isEqualTo(new GuardedCall("s:2", 0, until));
        assertThat(GuardedCall.of(third)).isEqualTo(new GuardedCall("s:2", 2, until));
        assertThat(GuardedCall.of(third).key()).isEqualTo("s:2:2");
        assertThat(GuardedCall.of(undo)).isEqualTo(new GuardedCall("s:2", 0, null));
    }

    private Instant now() {
        return Instant.parse(seats.postgres
                .texts("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')")
                .getFirst());
    }
}
