package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEvent.DONE;
import static dev.holdfast.saga.SagaEvent.FAILED;
import static dev.holdfast.saga.SagaEvent.PIVOT_BEGUN;
import static dev.holdfast.saga.SagaEvent.RECOVERED;
import static dev.holdfast.saga.SagaEvent.REFUSED;
import static dev.holdfast.saga.SagaEvent.UNCLEAR;
import static dev.holdfast.saga.WrittenLog.LATER;
import static dev.holdfast.saga.WrittenLog.run;
import static dev.holdfast.saga.WrittenLog.turnBack;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// One test per cell of the table in [Progress], and what accumulates over attempts.
class ProgressTest {

    private final WrittenLog log = new WrittenLog(new Trip().withoutClosing());

    @Nested
    class Before_the_pivot {

        @Test
        void nothing_recorded_runs_the_first_step() {
            log.assertNext(run("seat", 0));
        }

        @Test
        void done_goes_to_the_next_step() {
            log.after("seat", DONE);

            log.assertNext(run("hotel", 0));
        }

        @Test
        void refused_undoes_the_finished_steps_and_not_this_one() {
            log.after("seat", DONE);
            log.refused("hotel");

            log.assertNext(turnBack("hotel", "sold-out", "no room", "seat"));
        }

        @Test
        void failed_is_repeated_at_its_time_until_its_attempts_are_used_up() {
            for (int attempt = 0; attempt < 3; attempt++) {
                log.assertNext(attempt == 0 ? run("seat", 0) : new Next.Sleep(LATER, run("seat", attempt)));
                log.failed("seat", FAILED);
            }
            log.assertNext(new Next.Sleep(LATER, run("seat", 3)));
        }

        @Test
        void failed_with_its_attempts_used_up_undoes_the_finished_steps() {
            log.after("seat", DONE);
            log.failed("hotel", FAILED, 4);

            log.assertNext(turnBack("hotel", "not-reachable", "no route", "seat"));
        }

        @Test
        void unclear_is_repeated_and_once_given_up_undone_too() {
            log.after("seat", DONE);
            log.failed("hotel", UNCLEAR, 3);
            log.assertNext(new Next.Sleep(LATER, run("hotel", 3)));

            log.failed("hotel", UNCLEAR);
            log.assertNext(turnBack("hotel", "no-answer", "no route", "hotel", "seat"));
        }

        @Test
        void a_later_failed_does_not_clear_an_unclear_attempt() {
            log.failed("seat", UNCLEAR);
            log.failed("seat", FAILED, 3);

            log.assertNext(turnBack("seat", "no-answer", "no route", "seat"));
        }

        @Test
        void a_refusal_by_the_participant_clears_an_unclear_attempt() {
            log.failed("seat", UNCLEAR);
            log.refused("seat");

            log.assertNext(turnBack("seat", "sold-out", "no room"));
        }

        @Test
        void a_recovered_step_is_unclear_although_every_answer_ruled_an_effect_out() {
            log.failed("seat", FAILED);
            log.after("seat", RECOVERED);
            log.assertNext(new Next.Sleep(LATER, run("seat", 1)));

            log.failed("seat", FAILED, 3);
            log.assertNext(turnBack("seat", "no-answer", "no route", "seat"));
        }

        @Test
        void a_recovery_uses_no_attempt_up() {
            log.after("seat", RECOVERED);
            log.after("seat", RECOVERED);

            log.assertNext(run("seat", 0));
        }

        @Test
        void waiting_waits_until_the_deadline_and_then_repeats() {
            log.waiting("seat");

            log.assertNext(new Next.Await("seat-confirmed", LATER, run("seat", 1)));
        }

        @Test
        void waiting_for_the_last_time_is_unclear_and_undone() {
            log.failed("seat", FAILED, 3);
            log.waiting("seat");

            log.assertNext(new Next.Await(
                    "seat-confirmed", LATER, turnBack("seat", "no-answer", "no signal in time", "seat")));
        }
    }

    @Nested
    class The_pivot {

        @Test
        void it_is_recorded_as_begun_before_it_is_called() {
            log.reachPivot();
            log.assertNext(new Next.BeginPivot("pay"));

            log.after("pay", PIVOT_BEGUN);
            log.assertNext(run("pay", 0));
        }

        @Test
        void done_goes_on() {
            log.beginPivot();
            log.after("pay", DONE);

            log.assertNext(run("ticket", 0));
        }

        @Test
        void refused_undoes_the_finished_steps() {
            log.beginPivot();
            log.refused("pay");

            log.assertNext(turnBack("pay", "sold-out", "no room", "hotel", "seat"));
        }

        @Test
        void failed_is_repeated_and_once_used_up_turns_back() {
            log.beginPivot();
            log.failed("pay", FAILED, 3);
            log.assertNext(new Next.Sleep(LATER, run("pay", 3)));

            log.failed("pay", FAILED);
            log.assertNext(turnBack("pay", "not-reachable", "no route", "hotel", "seat"));
        }

        @Test
        void unclear_is_repeated_for_ever_and_asks_for_attention_after_three() {
            log.beginPivot();
            log.failed("pay", UNCLEAR, 2);
            assertThat(log.attention()).isFalse();

            log.failed("pay", UNCLEAR);
            assertThat(log.attention()).isTrue();

            log.failed("pay", UNCLEAR, 97);
            log.assertNext(new Next.Sleep(LATER, run("pay", 100)));
        }

        @Test
        void a_pivot_in_doubt_never_turns_back_because_of_later_failures() {
            log.beginPivot();
            log.failed("pay", UNCLEAR);
            log.failed("pay", FAILED, 50);

            log.assertNext(new Next.Sleep(LATER, run("pay", 51)));
        }

        @Test
        void a_begun_pivot_that_was_recovered_is_in_doubt() {
            log.beginPivot();
            log.after("pay", RECOVERED);
            log.failed("pay", FAILED, 50);

            log.assertNext(new Next.Sleep(LATER, run("pay", 50)));
        }

        @Test
        void a_pivot_in_doubt_still_turns_back_when_its_participant_refuses() {
            log.beginPivot();
            log.failed("pay", UNCLEAR, 5);
            log.refused("pay");

            log.assertNext(turnBack("pay", "sold-out", "no room", "hotel", "seat"));
        }

        @Test
        void waiting_waits_and_is_then_repeated_for_ever() {
            log.beginPivot();
            for (int i = 0; i < 10; i++) {
                log.waiting("pay");
            }

            log.assertNext(new Next.Await("seat-confirmed", LATER, run("pay", 10)));
        }
    }

    @Nested
    class After_the_pivot {

        @Test
        void done_at_the_last_step_finishes() {
            log.passPivot();
            log.after("ticket", DONE);

            log.assertNext(new Next.Finish(SagaStatus.COMPLETED));
        }

        @Test
        void refused_is_a_defect_that_is_repeated_and_asks_for_attention_at_once() {
            log.passPivot();
            log.failedWith("ticket", REFUSED, Map.of("code", "no", "message", "no", "retry_at", LATER.toString()));

            assertThat(log.attention()).isTrue();
            log.assertNext(new Next.Sleep(LATER, run("ticket", 1)));
        }

        @Test
        void failed_is_repeated_for_ever_and_asks_for_attention_after_three() {
            log.passPivot();
            log.failed("ticket", FAILED, 2);
            assertThat(log.attention()).isFalse();

            log.failed("ticket", FAILED, 98);
            assertThat(log.attention()).isTrue();
            log.assertNext(new Next.Sleep(LATER, run("ticket", 100)));
        }

        @Test
        void unclear_is_repeated_for_ever() {
            log.passPivot();
            log.failed("ticket", UNCLEAR, 100);

            log.assertNext(new Next.Sleep(LATER, run("ticket", 100)));
        }

        @Test
        void waiting_waits_and_is_then_repeated() {
            log.passPivot();
            log.waiting("ticket");

            log.assertNext(new Next.Await("seat-confirmed", LATER, run("ticket", 1)));
        }

        @Test
        void attention_passes_with_the_trouble() {
            log.passPivot();
            log.failed("ticket", FAILED, 5);
            log.after("ticket", DONE);

            assertThat(log.attention()).isFalse();
        }
    }
}
