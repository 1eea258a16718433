package dev.holdfast.saga.guard;

import static dev.holdfast.saga.guard.Seats.call;
import static dev.holdfast.saga.guard.Seats.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ForgettingTest {

    private final Seats seats = new Seats();

    @Test
    void answers_are_kept_from_the_deadline_of_their_call_on() {
        seats.take(call("s:seat"));
        seats.take(new GuardedCall("t:seat", 0, Instant.now().plusSeconds(3_600)));
        seats.take(new GuardedCall("u:seat", 0, StepCall.ANY_TIME));

        assertThat(days()).containsExactly("s:seat 90", "t:seat 90", "u:seat 455");
        assertThat(hours("t:seat")).isEqualTo(hours("s:seat") + 1);
    }

    @Test
    void a_repetition_and_an_undo_keep_a_step_longer() {
        seats.take(call("s:seat"));
        seats.take(call("t:seat"));
        seats.postgres.execute("UPDATE seats.saga_guard_keys SET keep_until = now() + interval '5 minutes'");

        seats.giveBack(call("s:seat"));
        seats.take(call("t:seat"));

        assertThat(days()).containsExactly("s:seat 90", "t:seat 90");
    }

    @Test
    void steps_are_forgotten_whole_and_in_sets() {
        IntStream.range(0, 5).forEach(i -> seats.refuse(call("s" + i + ":seat")));
        seats.take(call("s0:seat", 1));
        seats.take(call("young:seat"));
        old("step_key LIKE 's_:seat'");

        assertThat(prune(3)).isEqualTo(3);
        assertThat(prune(3)).isEqualTo(2);
        assertThat(prune(3)).isZero();
        assertThat(seats.postgres.texts("SELECT step_key FROM seats.saga_guard_keys"))
                .containsExactly("young:seat");
    }

    @Test
    void an_answer_that_comes_late_is_kept_from_then_on() {
        var provider = ProviderGuard.inSchema(Seats.SCHEMA, ParticipantGuard.KEPT);
        seats.inTransaction(db -> provider.begin(db, call("s:seat"), "h"));
        old("true");

        seats.inTransaction(db -> provider.settle(db, call("s:seat"), Outcome.Done.done()));

        assertThat(days()).containsExactly("s:seat 90");
        old("true");
        assertThat(prune(10)).isEqualTo(1);
    }

    @Test
    void an_effect_that_is_being_taken_back_is_never_forgotten() {
        var provider = ProviderGuard.inSchema(Seats.SCHEMA, ParticipantGuard.KEPT);
        seats.inTransaction(db -> provider.begin(db, call("s:seat"), "h"));
        seats.inTransaction(db -> provider.settle(db, call("s:seat"), Outcome.Done.done()));
        seats.inTransaction(db -> provider.beginUndo(db, call("s:seat")));
        old("true");
        assertThat(prune(10)).isZero();

        seats.inTransaction(db -> provider.beginUndo(db, call("s:seat")));
        assertThat(days()).containsExactly("s:seat 90");
    }

    /// A step after the pivot comes at any time. It is not undone, so nothing has to be remembered for longer.
    @Test
    void what_may_come_at_any_time_is_not_late_and_kept_from_its_answer_on() {
        var late = new StepCall("s", "seat", "s:seat", "s:seat", 0, 0, StepCall.ANY_TIME, Map.of(), Map.of(), false);

        assertThat(seats.take(GuardedCall.of(late))).isInstanceOf(Outcome.Done.class);

        assertThat(days()).containsExactly("s:seat 90");
    }

    @Test
    void an_open_call_is_never_forgotten() {
        var provider = ProviderGuard.inSchema(Seats.SCHEMA, ParticipantGuard.KEPT);
        seats.refuse(call("s:seat"));
        seats.inTransaction(db -> provider.begin(db, call("s:seat", 1), "h"));
        old("true");

        assertThat(prune(10)).isZero();
        assertThat(code(seats.refuse(call("s:seat")))).isEqualTo("full");
    }

    @Test
    void a_step_that_somebody_works_at_is_left_for_later() {
        seats.take(call("s:seat"));
        old("true");

        seats.inTransaction(db -> {
            seats.guard.undo(db, call("s:seat"), effects -> seats.delete(db, effects));
            assertThat(prune(10)).isZero();
            return null;
        });

        assertThat(code(seats.take(call("s:seat")))).isEqualTo("undone");
    }

    /// Nothing was done under it in this transaction, so it may begin again and finds the key free.
    @Test
    void a_call_that_meets_the_pruning_of_its_step_has_to_come_again() {
        seats.take(call("s:seat"));
        old("true");
        var taking = seats.inTransaction(pruning -> {
            seats.guard.prune(pruning, 10);
            var second = Race.inBackground(() -> seats.take(call("s:seat")));
            Race.awaitWaiting(seats.postgres, 1);
            return second;
        });

        try {
            assertThat(Race.result(taking)).isInstanceOf(Outcome.Done.class);
        } catch (IllegalStateException e) {
            assertThat(e).hasStackTraceContaining("40001").hasStackTraceContaining("was pruned a moment ago");
        }
    }

    @Test
    void a_set_has_a_limit() {
        assertThatThrownBy(() -> prune(10_001)).hasMessageContaining("10001");
    }

    private int prune(int most) {
        return seats.inTransaction(db -> seats.guard.prune(db, most));
    }

    private void old(String which) {
        seats.postgres.execute(
                "UPDATE seats.saga_guard_keys SET keep_until = now() - interval '1 minute' WHERE " + which);
    }

    private Iterable<String> days() {
        return seats.postgres.texts("SELECT step_key || ' ' || round(extract(epoch FROM keep_until - now()) / 86400)"
                + " FROM seats.saga_guard_keys ORDER BY step_key");
    }

    private int hours(String key) {
        return seats.postgres.number("SELECT round(extract(epoch FROM keep_until - now()) / 3600)"
                + " FROM seats.saga_guard_keys WHERE step_key = '" + key + "'");
    }
}
