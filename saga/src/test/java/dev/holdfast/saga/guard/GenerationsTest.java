package dev.holdfast.saga.guard;

import static dev.holdfast.saga.guard.Seats.call;
import static dev.holdfast.saga.guard.Seats.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.Outcome;
import org.junit.jupiter.api.Test;

class GenerationsTest {

    private final Seats seats = new Seats();

    @Test
    void the_next_generation_is_another_request_of_the_same_step() {
        seats.refuse(call("s:seat"));

        assertThat(seats.take(call("s:seat", 1), "alice")).isInstanceOf(Outcome.Done.class);
        assertThat(seats.take(call("s:seat", 1), "alice")).isInstanceOf(Outcome.Done.class);
        assertThat(code(seats.refuse(call("s:seat")))).isEqualTo("full");
        assertThat(seats.taken()).isOne();
    }

    @Test
    void one_undo_takes_back_every_generation_and_refuses_those_to_come() {
        seats.refuse(call("s:seat"));
        seats.refuse(call("s:seat", 1));
        seats.take(call("s:seat", 2));

        assertThat(seats.giveBack(call("s:seat"))).isEqualTo(Outcome.Done.done());

        assertThat(seats.taken()).isZero();
        assertThat(code(seats.take(call("s:seat", 2)))).isEqualTo("undone");
        assertThat(code(seats.take(call("s:seat", 3)))).isEqualTo("undone");
        assertThat(code(seats.refuse(call("s:seat", 1)))).isEqualTo("full");
    }

    @Test
    void an_undo_of_nothing_refuses_every_generation() {
        seats.giveBack(call("s:seat"));

        assertThat(code(seats.take(call("s:seat", 4)))).isEqualTo("undone");
        assertThat(code(seats.take(call("s:seat")))).isEqualTo("undone");
        assertThat(seats.taken()).isZero();
    }

    @Test
    void a_generation_that_a_later_one_has_overtaken_does_nothing() {
        seats.take(call("s:seat", 1));

        assertThat(code(seats.take(call("s:seat")))).isEqualTo("superseded");
        assertThat(seats.taken()).isOne();
    }

    /// The effect of a step exists once, whoever made the key up.
    @Test
    void a_generation_after_one_that_is_done_is_an_error() {
        seats.take(call("s:seat"));

        assertThatThrownBy(() -> seats.take(call("s:seat", 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("'s:seat:1' came while an earlier request of its step is done or open");
        assertThat(seats.taken()).isOne();
    }

    @Test
    void a_step_is_not_taken_for_the_generation_of_another() {
        seats.take(call("s:seat:1"));
        seats.giveBack(call("s:seat"));

        assertThat(seats.taken()).isOne();
    }
}
