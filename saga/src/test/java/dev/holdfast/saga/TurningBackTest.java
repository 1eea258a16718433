package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEvent.CLOSING_FAILED;
import static dev.holdfast.saga.SagaEvent.DONE;
import static dev.holdfast.saga.SagaEvent.PARKED;
import static dev.holdfast.saga.SagaEvent.RECOVERED;
import static dev.holdfast.saga.SagaEvent.RESOLVED;
import static dev.holdfast.saga.SagaEvent.SAGA_COMPLETED;
import static dev.holdfast.saga.SagaEvent.SAGA_FAILED;
import static dev.holdfast.saga.SagaEvent.UNDONE;
import static dev.holdfast.saga.SagaEvent.UNDO_FAILED;
import static dev.holdfast.saga.WrittenLog.LATER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What follows once a saga has turned back, and at its end.
class TurningBackTest {

    private final WrittenLog log = new WrittenLog(new Trip().withoutClosing());

    @Nested
    class Turned_back {

        @Test
        void undoes_one_step_after_the_other() {
            log.turned("hotel seat");
            log.assertNext(new Next.Undo("hotel", 0));

            log.after("hotel", UNDONE);
            log.assertNext(new Next.Undo("seat", 0));

            log.after("seat", UNDONE);
            log.assertNext(new Next.Finish(SagaStatus.FAILED));
        }

        @Test
        void a_failed_undo_holds_back_the_ones_behind_it() {
            log.turned("hotel seat");
            log.failed("hotel", UNDO_FAILED, 2);

            assertThat(log.attention()).isFalse();
            log.assertNext(new Next.Sleep(LATER, new Next.Undo("hotel", 2)));
        }

        @Test
        void a_dead_letter_does_not_and_is_still_repeated() {
            log.turned("hotel seat");
            log.failed("hotel", UNDO_FAILED, 3);

            assertThat(log.attention()).isTrue();
            log.assertNext(new Next.Sleep(LATER, new Next.Undo("hotel", 3)), new Next.Undo("seat", 0));
        }

        @Test
        void is_not_over_before_the_dead_letter_is_undone() {
            log.turned("hotel seat");
            log.failed("hotel", UNDO_FAILED, 3);
            log.after("seat", UNDONE);
            log.assertNext(new Next.Sleep(LATER, new Next.Undo("hotel", 3)));

            log.after("hotel", UNDONE);
            assertThat(log.attention()).isFalse();
            log.assertNext(new Next.Finish(SagaStatus.FAILED));
        }

        @Test
        void an_undo_resolved_by_hand_counts_as_undone() {
            log.turned("hotel");
            log.failed("hotel", UNDO_FAILED, 3);
            log.after("hotel", RESOLVED);

            assertThat(log.attention()).isFalse();
            log.assertNext(new Next.Finish(SagaStatus.FAILED));
        }

        @Test
        void with_nothing_to_undo_it_is_over() {
            log.turned("");

            log.assertNext(new Next.Finish(SagaStatus.FAILED));
        }
    }

    @Nested
    class The_end {

        private final WrittenLog closing = new WrittenLog(new Trip().definition());

        @Test
        void a_closing_action_comes_before_the_end() {
            closing.passPivot();
            closing.after("ticket", DONE);

            closing.assertNext(new Next.Close(new Ending.Completed(), 0));
        }

        @Test
        void a_closing_action_is_repeated_for_ever_and_asks_for_attention_after_three() {
            closing.turned("");
            closing.failed(null, CLOSING_FAILED, 3);

            assertThat(closing.attention()).isTrue();
            closing.assertNext(
                    new Next.Sleep(LATER, new Next.Close(new Ending.FailedBecause("hotel", "sold-out", "no room"), 3)));
        }

        @Test
        void nothing_follows_on_an_end() {
            log.passPivot();
            log.after("ticket", DONE);
            log.after(null, SAGA_COMPLETED);
            log.assertNext();

            closing.turned("");
            closing.after(null, SAGA_FAILED);
            closing.assertNext();
            assertThat(closing.attention()).isFalse();
        }

        @Test
        void a_parked_saga_asks_for_attention_until_it_is_recovered() {
            log.after(null, PARKED);
            assertThat(log.attention()).isTrue();

            log.after("seat", RECOVERED);
            assertThat(log.attention()).isFalse();
        }

        @Test
        void a_log_that_is_no_path_of_the_table_is_refused() {
            log.after("seat", UNDONE);

            assertThatThrownBy(log::assertNext)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("nothing leads from STARTED by UNDONE");
        }
    }
}
