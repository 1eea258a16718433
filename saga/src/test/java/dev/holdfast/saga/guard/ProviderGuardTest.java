package dev.holdfast.saga.guard;

import static dev.holdfast.saga.guard.Seats.call;
import static dev.holdfast.saga.guard.Seats.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.guard.ProviderGuard.Ask;
import dev.holdfast.saga.guard.ProviderGuard.Begun;
import dev.holdfast.saga.guard.ProviderGuard.FindOut;
import dev.holdfast.saga.guard.ProviderGuard.Known;
import dev.holdfast.saga.guard.ProviderGuard.NothingLeft;
import dev.holdfast.saga.guard.ProviderGuard.Settled;
import dev.holdfast.saga.guard.ProviderGuard.Stands;
import dev.holdfast.saga.guard.ProviderGuard.TakeBack;
import dev.holdfast.saga.guard.ProviderGuard.Undoing;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProviderGuardTest {

    private static final GuardedCall CALL = call("s:pay");
    private static final Outcome PAID = new Outcome.Done(Map.of("charge", "ch_1"));
    private static final Outcome DECLINED = new Outcome.Refused("declined", "no money");

    private final Seats seats = new Seats();
    private final ProviderGuard guard = ProviderGuard.inSchema(Seats.SCHEMA, ParticipantGuard.KEPT);

    @Test
    void the_answer_of_a_provider_is_remembered() {
        assertThat(begin()).isEqualTo(new Ask(false, Duration.ZERO));
        assertThat(settle(PAID)).isEqualTo(new Stands(PAID));
        assertThat(begin()).isEqualTo(new Known(PAID));
        assertThat(settle(PAID)).isEqualTo(new Stands(PAID));
    }

    @Test
    void who_finds_a_call_open_is_told_that_the_provider_may_know_it() {
        begin();

        assertThat(begin()).isInstanceOfSatisfying(Ask.class, ask -> {
            assertThat(ask.again()).isTrue();
            assertThat(ask.openFor()).isPositive();
        });
        assertThat(settle(new Outcome.Unclear("no answer"))).isEqualTo(new Stands(new Outcome.Unclear("no answer")));
        assertThat(((Ask) begin()).again()).isTrue();
        assertThat(settle(DECLINED)).isEqualTo(new Stands(DECLINED));
        assertThat(begin()).isEqualTo(new Known(DECLINED));
    }

    @Test
    void what_surely_did_not_happen_may_be_asked_for_again() {
        begin();
        settle(new Outcome.Failed("connection refused"));

        assertThat(begin()).isEqualTo(new Ask(false, Duration.ZERO));
    }

    @Test
    void an_undo_finds_out_about_an_open_call_first() {
        begin();

        assertThat(undo()).isEqualTo(new FindOut(List.of(CALL)));
        assertThat(undo()).isEqualTo(new FindOut(List.of(CALL)));
        var found = new TakeBack(List.of(new Effect(CALL, Map.of("charge", "ch_1"))));
        assertThat(settle(PAID)).isEqualTo(found);
        // Dies here: the saga asks for the undo again.
        assertThat(undo()).isEqualTo(found);
        takenBack(found.effects().getFirst());
        takenBack(found.effects().getFirst());
        assertThat(undo()).isEqualTo(new NothingLeft());
        assertThat(code(((Known) begin()).outcome())).isEqualTo("undone");
    }

    /// The thread that asked the provider and the one that undoes learn the answer both.
    @Test
    void whoever_learns_of_an_effect_that_is_undone_takes_it_back() {
        begin();
        undo();

        var first = settle(PAID);
        var second = settle(PAID);

        assertThat(second).isEqualTo(first).isInstanceOf(TakeBack.class);
        takenBack(((TakeBack) first).effects().getFirst());
        assertThat(code(((Stands) settle(PAID)).outcome())).isEqualTo("undone");
    }

    @Test
    void an_undo_of_what_was_declined_is_done() {
        begin();
        undo();

        assertThat(settle(DECLINED)).isEqualTo(new Stands(DECLINED));
        assertThat(undo()).isEqualTo(new NothingLeft());
    }

    /// The first call was charged and its answer lost; the repetition was not even connected.
    @Test
    void one_that_surely_had_no_effect_says_nothing_of_the_one_before() {
        begin();
        begin();

        assertThat(settle(new Outcome.Failed("connection refused")))
                .isInstanceOfSatisfying(
                        Stands.class, stands -> assertThat(stands.outcome()).isInstanceOf(Outcome.Unclear.class));

        assertThat(((Ask) begin()).again()).isTrue();
        assertThat(undo()).isEqualTo(new FindOut(List.of(CALL)));
        assertThat(settle(PAID)).isInstanceOf(TakeBack.class);
    }

    @Test
    void one_that_was_unclear_is_not_freed_by_a_look_that_found_no_connection() {
        begin();
        settle(new Outcome.Unclear("no answer"));
        settle(new Outcome.Failed("connection refused"));

        assertThat(undo()).isEqualTo(new FindOut(List.of(CALL)));
    }

    @Test
    void an_undo_that_finds_no_connection_has_not_found_out() {
        begin();
        undo();
        settle(new Outcome.Failed("connection refused"));

        assertThat(undo()).isEqualTo(new FindOut(List.of(CALL)));
        settle(new Outcome.Refused("unknown", "the provider knows nothing of it"));
        assertThat(undo()).isEqualTo(new NothingLeft());
    }

    @Test
    void an_effect_that_shows_after_its_step_was_undone_as_free_is_taken_back() {
        begin();
        settle(new Outcome.Failed("connection refused"));
        assertThat(undo()).isEqualTo(new NothingLeft());
        assertThat(code(((Known) begin()).outcome())).isEqualTo("undone");

        assertThat(settle(PAID)).isEqualTo(new TakeBack(List.of(new Effect(CALL, Map.of("charge", "ch_1")))));
        assertThat(undo()).isInstanceOf(TakeBack.class);
    }

    @Test
    void one_that_surely_had_no_effect_does_not_contradict_another_that_had() {
        begin();
        begin();
        settle(PAID);

        assertThat(settle(new Outcome.Failed("connection refused"))).isEqualTo(new Stands(PAID));
    }

    @Test
    void an_undo_of_nothing_lets_nothing_begin() {
        assertThat(undo()).isEqualTo(new NothingLeft());
        assertThat(code(((Known) begin()).outcome())).isEqualTo("undone");
    }

    /// One thread gave up, the other got through.
    @Test
    void an_effect_is_believed_after_it_was_thought_not_to_be() {
        begin();
        settle(new Outcome.Failed("connection refused"));

        assertThat(settle(PAID)).isEqualTo(new Stands(PAID));
        assertThat(begin()).isEqualTo(new Known(PAID));
    }

    @Test
    void two_answers_that_contradict_each_other_are_a_case_for_a_person() {
        begin();
        settle(DECLINED);

        assertThatThrownBy(() -> settle(PAID)).hasMessageContaining("compare with the provider's books");
    }

    @Test
    void only_what_is_being_undone_is_taken_back() {
        begin();
        settle(PAID);

        assertThatThrownBy(() -> takenBack(new Effect(CALL, Map.of()))).hasMessageContaining("is not being undone");
        assertThatThrownBy(() -> seats.inTransaction(db -> guard.begin(db, CALL, "another")))
                .isInstanceOf(RequestMismatchException.class);
    }

    @Test
    void an_undo_finds_the_effects_of_all_generations() {
        begin();
        settle(DECLINED);
        var second = call("s:pay", 1);
        seats.inTransaction(db -> guard.begin(db, second, "other card"));

        assertThat(undo()).isEqualTo(new FindOut(List.of(second)));
        Settled found = seats.inTransaction(db -> guard.settle(db, second, PAID));
        assertThat(found).isEqualTo(new TakeBack(List.of(new Effect(second, Map.of("charge", "ch_1")))));
    }

    private Begun begin() {
        return seats.inTransaction(db -> guard.begin(db, CALL, "h"));
    }

    private Settled settle(Outcome answer) {
        return seats.inTransaction(db -> guard.settle(db, CALL, answer));
    }

    private Undoing undo() {
        return seats.inTransaction(db -> guard.beginUndo(db, CALL));
    }

    private void takenBack(Effect effect) {
        seats.inTransaction(db -> {
            guard.takenBack(db, effect);
            return null;
        });
    }
}
