package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The loop, taken forward by hand: what is done when is the test's to say.
class SagaStepperTest {

    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final Trip trip = new Trip();
    private final List<LogEntry> log = new ArrayList<>();
    private final Map<String, SagaStepper.Attempt> begun = new LinkedHashMap<>();
    private Instant now = START;

    @Test
    void an_attempt_is_made_when_the_world_makes_it_and_as_often() {
        var saga = stepper(trip.definition());
        saga.advance();
        assertThat(trip.called()).isEmpty();

        var seat = begun.get("seat");
        assertThat(seat.act(seat.call().orElseThrow())).isInstanceOf(Outcome.Done.class);
        assertThat(seat.act(seat.call().orElseThrow())).isInstanceOf(Outcome.Done.class);
        seat.answer(Outcome.Done.done());
        saga.advance();

        assertThat(trip.keys()).containsExactly("s1:seat", "s1:seat");
        assertThat(path()).containsExactly("DONE seat");
    }

    @Test
    void an_attempt_nobody_answers_is_unclear_when_its_time_is_over() {
        var saga = stepper(trip.within(Duration.ofSeconds(7)).definition());
        saga.advance();
        saga.advance();
        saga.advance();

        assertThat(path()).containsExactly("UNCLEAR seat");
        assertThat(now).isEqualTo(START.plusSeconds(7));
    }

    @Test
    void a_step_beside_one_that_was_refused_is_in_doubt_when_the_node_dies() {
        var sideBySide = sideBySide();
        var first = stepper(sideBySide);
        first.advance();
        begun.get("seat").answer(new Outcome.Refused("sold-out", "no seat"));
        first.advance();
        assertThat(path()).containsExactly("REFUSED seat");

        var second = stepper(sideBySide);
        second.recovered("second");
        second.advance();

        assertThat(path()).containsExactly("REFUSED seat", "RECOVERED hotel", "TURNED_BACK seat");
        assertThat(log.getLast().detail()).containsEntry("undo", "hotel");
    }

    @Test
    void a_step_that_was_called_when_its_saga_was_cancelled_is_in_doubt_when_the_node_dies() {
        var first = stepper(trip.definition());
        first.advance();
        first.signal("k1", Signal.CANCEL, "changed my mind");
        first.advance();
        assertThat(path()).containsExactly("SIGNALLED");

        var second = stepper(trip.definition());
        second.recovered("second");
        second.advance();

        assertThat(path()).containsExactly("SIGNALLED", "RECOVERED seat", "TURNED_BACK seat");
        assertThat(log.getLast().detail()).containsEntry("undo", "seat");
    }

    @Test
    void a_signal_that_is_there_comes_before_an_answer_and_one_after_the_last_row_changes_nothing() {
        var saga = stepper(trip.withoutClosing());
        saga.advance();
        begun.get("seat").answer(new Outcome.Refused("sold-out", "no seat"));
        saga.signal("k1", Signal.CANCEL, "changed my mind");
        saga.advance();
        assertThat(path()).containsExactly("SIGNALLED", "REFUSED seat", "TURNED_BACK seat", "SAGA_FAILED");

        saga.signal("k2", Signal.CANCEL, "really");
        assertThat(saga.advance()).isFalse();
        assertThat(path()).hasSize(4);
    }

    private static SagaDefinition<String> sideBySide() {
        return SagaDefinition.named("trip")
                .version(1)
                .carrying(Trip.TEXT)
                .parallel(
                        "booking",
                        group -> group.step("seat", step -> says(step).undoneBy((_, _) -> Outcome.Done.done()))
                                .step("hotel", step -> says(step).undoneBy((_, _) -> Outcome.Done.done())))
                .pivot("pay", SagaStepperTest::says)
                .build();
    }

    private static StepSpec<String> says(StepSpec<String> step) {
        return step.owner("travel-platform", "travel")
                .customerSees("BOOKING")
                .succeedsWhen("it is booked")
                .failsWhen("it is sold out")
                .compensatedAt("TRAVEL")
                .does((_, _) -> Outcome.Done.done());
    }

    private SagaStepper<String> stepper(SagaDefinition<String> definition) {
        return new SagaStepper<>(definition, "s1", "to Rome", List.copyOf(log), new ByHand());
    }

    private List<String> path() {
        return log.stream()
                .map(row -> row.event() + (row.step() == null ? "" : " " + row.step()))
                .toList();
    }

    private final class ByHand implements SagaStepper.World {

        @Override
        public void append(List<LogEntry> rows) {
            log.addAll(rows);
        }

        @Override
        public void begin(SagaStepper.Attempt attempt) {
            begun.put(attempt.call().map(StepCall::step).orElse("closing"), attempt);
        }

        @Override
        public SagaClock clock() {
            return new SagaClock() {
                @Override
                public Instant now() {
                    return now;
                }

                @Override
                public void sleep(Instant until, Alarm alarm) throws InterruptedException {
                    now = alarm.await(Duration.ZERO) ? now : until;
                }
            };
        }

        @Override
        public RandomGenerator random() {
            return new Random(1);
        }
    }
}
