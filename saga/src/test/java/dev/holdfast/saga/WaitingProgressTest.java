package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEvent.DEADLINE_PASSED;
import static dev.holdfast.saga.SagaEvent.DONE;
import static dev.holdfast.saga.SagaEvent.FAILED;
import static dev.holdfast.saga.SagaEvent.RECOVERED;
import static dev.holdfast.saga.SagaEvent.REFUSED;
import static dev.holdfast.saga.SagaEvent.SIGNALLED;
import static dev.holdfast.saga.SagaEvent.UNCLEAR;
import static dev.holdfast.saga.SagaEvent.UNDONE;
import static dev.holdfast.saga.SagaEvent.UNDO_FAILED;
import static dev.holdfast.saga.WrittenLog.LATER;
import static dev.holdfast.saga.WrittenLog.run;
import static dev.holdfast.saga.WrittenLog.turnBack;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What follows from signals, deadlines and steps side by side, by the log alone.
class WaitingProgressTest {

    private static final Map<String, String> DECLINED =
            Map.of("code", "sold-out", "message", "no room", "signal", "another-card", "deadline", LATER.toString());

    private WrittenLog log = new WrittenLog(new Trip().withoutClosing());

    @Nested
    class A_signal {

        @Test
        void ends_the_wait_it_is_for() {
            log.waiting("seat");
            signal("seat-confirmed", "k1");

            log.assertNext(run("seat", 1));
        }

        @Test
        void that_came_before_the_wait_ends_it_at_once() {
            signal("seat-confirmed", "k1");
            log.waiting("seat");

            log.assertNext(run("seat", 1));
        }

        @Test
        void ends_one_wait_and_not_the_next() {
            signal("seat-confirmed", "k1");
            log.waiting("seat");
            log.waiting("seat");

            log.assertNext(new Next.Await("seat-confirmed", LATER, run("seat", 2)));
        }

        @Test
        void of_another_name_ends_no_wait() {
            log.waiting("seat");
            signal("something-else", "k1");

            log.assertNext(new Next.Await("seat-confirmed", LATER, run("seat", 1)));
        }

        @Test
        void that_answers_a_wait_uses_no_attempt_up() {
            for (int i = 0; i < 10; i++) {
                log.waiting("seat");
                signal("seat-confirmed", "k" + i);
            }

            log.assertNext(run("seat", 10));
        }

        @Test
        void does_not_take_the_doubt_away() {
            log.waiting("seat");
            signal("seat-confirmed", "k1");
            log.failed("seat", FAILED, 4);

            log.assertNext(turnBack("seat", "no-answer", "no route", "seat"));
        }

        @Test
        void that_comes_while_it_turns_back_changes_nothing() {
            log.after("seat", DONE);
            log.turned("seat");
            signal("seat-confirmed", "k1");

            log.assertNext(new Next.Undo("seat", 0));
        }
    }

    @Nested
    class Another_request {

        @Test
        void is_waited_for_when_one_is_refused() {
            log.failedWith("seat", REFUSED, DECLINED);

            log.assertNext(new Next.Await("another-card", LATER, turnBack("seat", "sold-out", "no room")));
        }

        @Test
        void goes_under_the_next_key_with_all_its_attempts() {
            log.failed("seat", UNCLEAR, 3);
            log.failedWith("seat", REFUSED, DECLINED);
            signal("another-card", "k1");

            log.assertNext(new Next.Run("seat", 0, 1));
        }

        @Test
        void can_be_refused_and_asked_for_again() {
            for (int generation = 0; generation < 3; generation++) {
                log.assertNext(new Next.Run("seat", 0, generation));
                log.failedWith("seat", REFUSED, DECLINED);
                signal("another-card", "k" + generation);
            }
            log.assertNext(new Next.Run("seat", 0, 3));
        }

        @Test
        void that_was_given_before_it_was_asked_for_is_taken() {
            signal("another-card", "k1");
            log.failedWith("seat", REFUSED, DECLINED);

            log.assertNext(new Next.Run("seat", 0, 1));
        }
    }

    @Nested
    class Cancelling {

        @Test
        void before_the_pivot_undoes_what_is_done_and_what_is_in_doubt() {
            log.after("seat", DONE);
            log.failed("hotel", UNCLEAR);
            cancel();

            log.assertNext(turnBack("hotel", "cancelled", "changed my mind", "hotel", "seat"));
        }

        @Test
        void before_anything_happened_fails_at_once() {
            cancel();

            log.assertNext(turnBack("seat", "cancelled", "changed my mind"));
        }

        @Test
        void a_saga_at_its_pivot_that_has_not_begun_turns_it_back() {
            log.reachPivot();
            cancel();

            log.assertNext(turnBack("pay", "cancelled", "changed my mind", "hotel", "seat"));
        }

        @Test
        void after_the_pivot_has_begun_lets_it_go_through() {
            log.beginPivot();
            cancel();
            log.assertNext(run("pay", 0));

            log.after("pay", DONE);
            log.assertNext(run("ticket", 0));
        }
    }

    @Nested
    class The_time_of {

        @Test
        void a_step_before_the_pivot_ends_it_as_if_its_attempts_were_used_up() {
            log.after("seat", DONE);
            log.failed("hotel", UNCLEAR);
            log.after("hotel", DEADLINE_PASSED);

            log.assertNext(turnBack("hotel", "no-answer", "no route", "hotel", "seat"));
        }

        @Test
        void a_step_ends_its_waiting() {
            log.waiting("seat");
            log.after("seat", DEADLINE_PASSED);

            log.assertNext(turnBack("seat", "no-answer", "no signal in time", "seat"));
        }

        @Test
        void a_pivot_in_doubt_turns_nothing_back_and_calls_a_person() {
            log.beginPivot();
            log.failed("pay", UNCLEAR);
            log.after("pay", DEADLINE_PASSED);

            log.assertNext(new Next.Sleep(LATER, run("pay", 1)));
            assertThat(log.attention()).isTrue();
        }

        @Test
        void the_saga_turns_it_back_before_the_pivot() {
            log.after("seat", DONE);
            log.after(null, DEADLINE_PASSED);

            log.assertNext(turnBack("hotel", "deadline-passed", "the time of the saga is over", "seat"));
        }

        @Test
        void the_saga_calls_a_person_after_the_pivot_until_it_is_done() {
            log.passPivot();
            log.after(null, DEADLINE_PASSED);
            log.assertNext(run("ticket", 0));
            assertThat(log.attention()).isTrue();

            log.after("ticket", DONE);
            assertThat(log.attention()).isFalse();
        }
    }

    @Nested
    class Side_by_side {

        private final Trip trip = new Trip();

        Side_by_side() {
            log = new WrittenLog(SagaDefinition.named("trip")
                    .version(1)
                    .carrying(Trip.TEXT)
                    .parallel(
                            "bookings",
                            group -> group.step("seat", step -> undoable(step))
                                    .step("hotel", step -> undoable(step))
                                    .step("car", step -> undoable(step)))
                    .pivot("pay", step -> trip.says(step, "PAYING"))
                    .build());
        }

        @Test
        void all_steps_of_a_group_are_due_together() {
            log.assertNext(run("seat", 0), run("hotel", 0), run("car", 0));
        }

        @Test
        void the_pivot_waits_for_all_of_them() {
            log.after("hotel", DONE);
            log.after("seat", DONE);
            log.assertNext(run("car", 0));

            log.after("car", DONE);
            log.assertNext(new Next.BeginPivot("pay"));
        }

        @Test
        void they_are_undone_in_reverse_of_their_completion() {
            log.after("car", DONE);
            log.after("seat", DONE);
            log.refused("hotel");

            log.assertNext(turnBack("hotel", "sold-out", "no room", "seat", "car"));
        }

        @Test
        void one_in_doubt_is_undone_in_its_place() {
            log.after("car", DONE);
            log.failed("seat", UNCLEAR);
            log.refused("hotel");

            log.assertNext(turnBack("hotel", "sold-out", "no room", "seat", "car"));
        }

        @Test
        void after_a_crash_each_that_is_not_done_is_in_doubt() {
            log.after("car", DONE);
            log.after("seat", RECOVERED);
            log.after("hotel", RECOVERED);
            log.refused("seat");

            log.assertNext(turnBack("seat", "sold-out", "no room", "hotel", "car"));
        }

        private StepSpec<String> undoable(StepSpec<String> step) {
            return trip.says(step, "BOOKING").undoneBy(trip::call).compensatedAt("SERVICE");
        }
    }

    @Nested
    class A_dead_letter {

        private final Trip trip = new Trip();

        @Test
        void no_longer_holds_back_the_undo_behind_it() {
            log.after("seat", DONE);
            log.after("hotel", DONE);
            log.turned("hotel seat");
            log.failed("hotel", UNDO_FAILED, 3);

            log.assertNext(new Next.Sleep(LATER, new Next.Undo("hotel", 3)), new Next.Undo("seat", 0));
        }

        @Test
        void still_holds_back_the_undo_that_depends_on_it() {
            log = new WrittenLog(SagaDefinition.named("trip")
                    .version(1)
                    .carrying(Trip.TEXT)
                    .step("visa", step -> undoable(step))
                    .step("seat", step -> undoable(step).undoneOnlyAfter("hotel"))
                    .step("hotel", step -> undoable(step))
                    .pivot("pay", step -> trip.says(step, "PAYING"))
                    .build());
            log.turned("hotel seat visa");
            log.failed("hotel", UNDO_FAILED, 3);
            log.assertNext(new Next.Sleep(LATER, new Next.Undo("hotel", 3)), new Next.Undo("visa", 0));

            log.after("visa", UNDONE);
            log.assertNext(new Next.Sleep(LATER, new Next.Undo("hotel", 3)));

            log.after("hotel", UNDONE);
            log.assertNext(new Next.Undo("seat", 0));
        }

        private StepSpec<String> undoable(StepSpec<String> step) {
            return trip.says(step, "BOOKING").undoneBy(trip::call).compensatedAt("SERVICE");
        }
    }

    @Test
    void the_time_of_a_step_is_counted_from_its_first_attempt() {
        var trip = new Trip();
        var definition = SagaDefinition.named("trip")
                .version(1)
                .carrying(Trip.TEXT)
                .pivot("pay", step -> trip.says(step, "PAYING").deadline(Duration.ofMinutes(3)))
                .build();
        var written = new WrittenLog(definition);
        assertThat(Deadlines.next(definition, LATER, written.standing())).isEmpty();

        written.after("pay", SagaEvent.PIVOT_BEGUN);
        written.failed("pay", FAILED, 2);
        assertThat(Deadlines.next(definition, LATER, written.standing()))
                .contains(new Deadlines.Deadline("pay", WrittenLog.NOW.plus(Duration.ofMinutes(3))));
    }

    private void signal(String name, String key) {
        log.failedWith(null, SIGNALLED, Map.of("signal", name, "key", key));
    }

    private void cancel() {
        log.failedWith(null, SIGNALLED, Map.of("signal", "$cancel", "key", "c", "payload", "changed my mind"));
    }
}
