package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEvent.DEADLINE_PASSED;
import static dev.holdfast.saga.SagaEvent.DONE;
import static dev.holdfast.saga.SagaEvent.PIVOT_BEGUN;
import static dev.holdfast.saga.SagaEvent.REFUSED;
import static dev.holdfast.saga.SagaEvent.SIGNALLED;
import static dev.holdfast.saga.SagaEvent.UNCLEAR;
import static dev.holdfast.saga.SagaEvent.UNDONE;
import static dev.holdfast.saga.SagaEvent.WAITING;
import static dev.holdfast.saga.WrittenLog.LATER;
import static dev.holdfast.saga.WrittenLog.run;
import static dev.holdfast.saga.WrittenLog.turnBack;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What a request is made with, and what becomes of a saga that waits for another one, by the log alone.
class AskingProgressTest {

    private static final Map<String, String> DECLINED =
            Map.of("code", "declined", "message", "no money", "signal", "card", "deadline", LATER.toString());

    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = SagaDefinition.named("trip")
            .version(1)
            .carrying(Trip.TEXT)
            .step("seat", step -> undoable(step).asksFor("card", Duration.ofHours(1)))
            .step("hotel", step -> undoable(step).asksFor("card", Duration.ofHours(1)))
            .pivot("pay", step -> trip.says(step, "PAYING").asksFor("card", Duration.ofHours(1)))
            .build();
    private final WrittenLog log = new WrittenLog(definition);

    @Nested
    class A_request_says_the_same_under_its_key {

        @Test
        void also_when_what_would_open_the_next_one_comes_early() {
            log.failed("seat", UNCLEAR);
            signal("card", "k1", "amex");

            assertThat(shownTo("seat")).isEmpty();

            log.failedWith("seat", REFUSED, DECLINED);
            log.assertNext(new Next.Run("seat", 0, 1));
            assertThat(shownTo("seat")).containsEntry("card", "amex");
        }

        @Test
        void also_when_it_waits_for_something_else_meanwhile() {
            log.failedWith("seat", REFUSED, DECLINED);
            signal("card", "k1", "visa");
            waitsFor("seat", "3ds");
            signal("card", "k2", "amex");
            signal("3ds", "k3", "ok");

            assertThat(shownTo("seat")).isEqualTo(Map.of("card", "visa", "3ds", "ok"));
        }

        @Test
        void and_the_next_one_is_another() {
            waitsFor("seat", "3ds");
            signal("3ds", "k1", "ok");
            signal("3ds", "k2", "again");
            log.failedWith("seat", REFUSED, DECLINED);
            signal("card", "k3", "visa");

            assertThat(shownTo("seat")).isEqualTo(Map.of("card", "visa", "3ds", "again"));
        }

        @Test
        void which_a_later_step_begins_with() {
            log.failedWith("seat", REFUSED, DECLINED);
            signal("card", "k1", "visa");
            log.after("seat", DONE);
            signal("card", "k2", "amex");

            assertThat(shownTo("hotel")).containsEntry("card", "visa");
        }
    }

    @Nested
    class A_pivot_that_was_refused_and_asks_for_another_request {

        @Test
        void turns_back_when_the_saga_is_cancelled() {
            pivotIsRefused();
            cancel();

            log.assertNext(turnBack("pay", "cancelled", "changed my mind", "hotel", "seat"));
        }

        @Test
        void turns_back_when_the_time_of_the_saga_is_over() {
            pivotIsRefused();
            log.after(null, DEADLINE_PASSED);

            log.assertNext(turnBack("pay", "deadline-passed", "the time of the saga is over", "hotel", "seat"));
        }

        @Test
        void goes_through_once_the_other_request_is_there() {
            pivotIsRefused();
            signal("card", "k1", "visa");
            cancel();

            log.assertNext(new Next.Run("pay", 0, 1));
        }

        @Test
        void asks_though_a_cancel_came_while_it_was_under_way() {
            log.after("seat", DONE);
            log.after("hotel", DONE);
            log.after("pay", PIVOT_BEGUN);
            cancel();
            log.failedWith("pay", REFUSED, DECLINED);

            assertThat(log.standing().cancelled())
                    .as("answered that it is too late")
                    .isNull();
            assertThat(log.standing().goesThrough())
                    .as("it asks, and may be cancelled now")
                    .isFalse();
        }

        private void pivotIsRefused() {
            log.after("seat", DONE);
            log.after("hotel", DONE);
            log.after("pay", PIVOT_BEGUN);
            log.failedWith("pay", REFUSED, DECLINED);
        }

        private void cancel() {
            log.failedWith(null, SIGNALLED, Map.of("signal", Signal.CANCEL, "key", "c1", "payload", "changed my mind"));
        }
    }

    @Test
    void a_wait_whose_deadline_is_over_already_is_repeated_after_a_pause() {
        var past = LATER.minusSeconds(60).toString();
        log.failedWith(
                "seat",
                WAITING,
                Map.of("signal", "3ds", "deadline", past, "cause", "none in time", "retry_at", LATER.toString()));

        log.assertNext(new Next.Await("3ds", LATER, run("seat", 1)));
    }

    @Test
    void what_is_undone_only_after_another_step_of_its_group_is_so_in_whatever_order_they_were_done() {
        var group = new WrittenLog(SagaDefinition.named("trip")
                .version(1)
                .carrying(Trip.TEXT)
                .parallel(
                        "bookings",
                        bookings -> bookings.step("seat", step -> undoable(step).undoneOnlyAfter("hotel"))
                                .step("hotel", this::undoable))
                .pivot("pay", step -> trip.says(step, "PAYING"))
                .build());
        group.turned("seat hotel");
        group.assertNext(new Next.Undo("hotel", 0));

        group.after("hotel", UNDONE);
        group.assertNext(new Next.Undo("seat", 0));
    }

    private void waitsFor(String step, String signal) {
        log.failedWith(step, WAITING, Map.of("signal", signal, "deadline", LATER.toString(), "cause", "none in time"));
    }

    private void signal(String name, String key, String payload) {
        log.failedWith(null, SIGNALLED, Map.of("signal", name, "key", key, "payload", payload));
    }

    private Map<String, String> shownTo(String step) {
        return log.standing().signals(definition.step(step));
    }

    private StepSpec<String> undoable(StepSpec<String> step) {
        return trip.says(step, "BOOKING").undoneBy(trip::call).compensatedAt("SERVICE");
    }
}
