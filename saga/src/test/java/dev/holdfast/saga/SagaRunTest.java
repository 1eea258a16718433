package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/// The loop alone: one thread, virtual time, no database.
class SagaRunTest {

    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final List<String> history = new ArrayList<>();
    private final List<LogEntry> recorded = new ArrayList<>();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition =
            trip.pausing(Backoff.DEFAULT).definition();
    private Instant now = START;
    private int diesAfter = Integer.MAX_VALUE;

    @Test
    void nothing_is_done_before_what_it_depends_on_is_recorded() {
        trip.answers("pay", new Outcome.Refused("declined", "no"));
        run(List.of()).toTheEnd();

        assertThat(history)
                .containsExactly(
                        "call",
                        "DONE seat",
                        "call",
                        "DONE hotel, PIVOT_BEGUN pay",
                        "call",
                        "REFUSED pay, TURNED_BACK pay",
                        "call",
                        "UNDONE hotel",
                        "call",
                        "UNDONE seat",
                        "call",
                        "SAGA_FAILED null");
    }

    @Test
    void an_hour_of_pauses_takes_no_time() {
        trip.when("pay", (payload, call) -> call.attempt() < 200 ? new Outcome.Unclear("?") : Outcome.Done.done());
        run(List.of()).toTheEnd();

        assertThat(Duration.between(START, now)).isGreaterThan(Duration.ofHours(1));
        assertThat(Standing.of(recorded).status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void hurrying_does_not_take_away_the_time_a_participant_still_has_to_answer() {
        var deadline = START.plus(Duration.ofHours(3));
        trip.answers("seat", new Outcome.Waiting("seat-held", deadline));
        var run = run(List.of());
        run.advance();
        run.advance();
        for (int repetition = 1; repetition <= 3; repetition++) {
            run.hurry();
            run.advance();
            run.advance();
        }
        assertThat(now).isEqualTo(START);

        run.hurry();
        run.advance();
        assertThat(now).isEqualTo(deadline);
    }

    /// Every place where it can die, for a saga that turns back: it ends the same, each step under its one key.
    @Test
    void whichever_row_is_its_last_another_run_goes_on_from_there() {
        for (int last = 0; last < 8; last++) {
            recorded.clear();
            trip.calls().clear();
            trip.answers("pay", new Outcome.Refused("declined", "no"));
            diesAfter = last;
            assertThatThrownBy(() -> run(List.of()).toTheEnd()).isInstanceOf(StoppedException.class);
            assertThat(recorded.size()).isGreaterThanOrEqualTo(last);

            diesAfter = Integer.MAX_VALUE;
            var again = run(List.copyOf(recorded));
            again.recovered("a");
            again.toTheEnd();

            assertThat(Standing.of(recorded).status()).as("died after %d", last).isEqualTo(SagaStatus.FAILED);
            assertThat(trip.keys()).contains("s1:hotel:undo", "s1:seat:undo").doesNotContain("s1:ticket");
        }
    }

    private SagaRun<String> run(List<LogEntry> log) {
        var tools = new SagaRun.Tools(
                new Rows(),
                new Inline(),
                new Leaping(),
                new Random(1),
                SagaListener.NONE,
                TraceBinding.NONE,
                Surroundings.NONE);
        var execution = new Execution("s1", "trip", 1, "{}", null, null, null, START);
        return new SagaRun<>(definition, execution, "to Rome", log, tools);
    }

    private StepCaller.Call call(Callable<Outcome> attempt) {
        history.add("call");
        try {
            var outcome = Optional.of(attempt.call());
            return new StepCaller.Call() {
                @Override
                public Optional<Outcome> outcome() {
                    return outcome;
                }

                @Override
                public void abandon() {
                    // it is over
                }
            };
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private final class Inline implements StepCaller {

        @Override
        public Call begin(Callable<Outcome> attempt, Alarm over) {
            return call(attempt);
        }

        @Override
        public void await(Duration atMost, Alarm alarm) {
            throw new AssertionError("nothing is ever under way");
        }
    }

    /// A log in memory that dies with a row: the row is there, and its writer is not.
    private final class Rows implements SagaLog {

        @Override
        public long append(Command.Append append) {
            if (recorded.size() >= diesAfter) {
                throw new StoppedException("died before " + append.entries());
            }
            recorded.addAll(append.entries());
            history.add(String.join(
                    ", ",
                    append.entries().stream()
                            .map(entry -> entry.event() + " " + entry.step())
                            .toList()));
            return 0;
        }

        @Override
        public boolean stopped() {
            return false;
        }
    }

    private final class Leaping implements SagaClock {

        @Override
        public Instant now() {
            return now;
        }

        @Override
        public void sleep(Instant until, Alarm alarm) {
            now = until;
        }
    }
}
