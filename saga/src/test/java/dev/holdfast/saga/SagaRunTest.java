package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
            again.recovered();
            again.toTheEnd();

            assertThat(Standing.of(recorded).status()).as("died after %d", last).isEqualTo(SagaStatus.FAILED);
            assertThat(trip.keys()).contains("s1:hotel:undo", "s1:seat:undo").doesNotContain("s1:ticket");
        }
    }

    private SagaRun<String> run(List<LogEntry> log) {
        var tools = new SagaRun.Tools(new Rows(), this::call, new Leaping(), new Random(1), SagaListener.NONE);
        var execution = new Execution("s1", "trip", 1, "{}", null, null, START);
        return new SagaRun<>(definition, execution, "to Rome", log, tools);
    }

    private Outcome call(Callable<Outcome> attempt, Duration within) {
        history.add("call");
        try {
            return attempt.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /// A log in memory that dies with a row: the row is there, and its writer is not.
    private final class Rows implements SagaLog {

        @Override
        public void append(Command.Append append) {
            if (recorded.size() >= diesAfter) {
                throw new StoppedException("died before " + append.entries());
            }
            recorded.addAll(append.entries());
            history.add(String.join(
                    ", ",
                    append.entries().stream()
                            .map(entry -> entry.event() + " " + entry.step())
                            .toList()));
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
