package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    private boolean stopping;
    private Surroundings surroundings = Surroundings.NONE;
    private SagaRun<String> current;

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
            run.deliver(signal("retry " + repetition, Signal.RETRY, ""));
            run.advance();
            run.advance();
        }
        assertThat(now).isEqualTo(START);

        run.deliver(signal("retry 4", Signal.RETRY, ""));
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

    @Test
    void a_signal_that_comes_while_its_wait_is_repeated_ends_the_wait_that_follows() {
        var deadline = START.plus(Duration.ofMinutes(1));
        trip.when("hotel", (payload, call) -> {
            if (call.attempt() == 1) {
                current.deliver(signal("k1", "room-free", "7"));
            }
            return call.signals().containsKey("room-free")
                    ? Outcome.Done.done()
                    : new Outcome.Waiting("room-free", call.attempt() == 0 ? deadline : now.plus(Duration.ofDays(1)));
        });
        run(List.of()).toTheEnd();

        assertThat(Standing.of(recorded).status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(now).isBefore(deadline.plus(Duration.ofMinutes(1)));
    }

    @Test
    void a_cancel_that_came_during_the_last_step_before_the_pivot_finds_the_pivot_not_begun() {
        trip.when("hotel", (payload, call) -> {
            current.deliver(signal("c1", Signal.CANCEL, "changed my mind"));
            return Outcome.Done.done();
        });
        run(List.of()).toTheEnd();

        assertThat(events()).doesNotContain(SagaEvent.PIVOT_BEGUN).endsWith(SagaEvent.SAGA_FAILED);
        assertThat(trip.called()).containsExactly("seat", "hotel", "hotel:undo", "seat:undo");
    }

    /// It would be put down until the end of time.
    @Test
    void a_saga_whose_definition_is_resumed_while_it_looks_whether_it_is_paused_goes_on() {
        surroundings = new Surroundings() {
            private boolean paused = true;

            @Override
            public boolean paused(String name) {
                var before = paused;
                paused = false;
                return before;
            }

            @Override
            public Optional<Duration> putDownAfter() {
                return Optional.of(Duration.ofMinutes(1));
            }
        };
        var run = run(List.of());
        run.toTheEnd();

        assertThat(run.isPutDown()).isFalse();
        assertThat(Standing.of(recorded).status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void closing_waits_for_an_undo_that_is_under_way_and_was_resolved_meanwhile() {
        trip.answers("pay", new Outcome.Refused("declined", "no")).when("hotel:undo", (payload, call) -> {
            if (call.attempt() < 3) {
                return new Outcome.Failed("down");
            }
            var said = FlatJson.write(Map.of("step", "hotel", "reason", "by phone", "evidence", "call 7"));
            current.deliver(signal("r1", Signal.RESOLVE, said));
            return null;
        });
        run(List.of()).toTheEnd();

        assertThat(events())
                .containsSubsequence(SagaEvent.RESOLVED, SagaEvent.UNDO_FAILED, SagaEvent.SAGA_FAILED)
                .endsWith(SagaEvent.SAGA_FAILED);
    }

    @Test
    void a_dead_letter_that_hangs_does_not_keep_the_undo_behind_it_from_its_turn() {
        var undone = new ArrayList<Instant>();
        trip.within(Duration.ofHours(1))
                .answers("pay", new Outcome.Refused("declined", "no"))
                .when("hotel:undo", (payload, call) -> call.attempt() < 3 ? new Outcome.Failed("down") : null)
                .when("seat:undo", (payload, call) -> {
                    if (call.attempt() < 3) {
                        return new Outcome.Failed("down");
                    }
                    undone.add(now);
                    return Outcome.Done.done();
                });
        var run = run(trip.definition(), List.of());
        while (undone.isEmpty()) {
            run.advance();
        }

        assertThat(undone.getFirst()).isBefore(START.plus(Duration.ofMinutes(1)));
    }

    @Test
    void a_group_of_a_node_that_stops_begins_nothing_while_it_waits_for_what_is_under_way() {
        var flow = SagaDefinition.named("trip")
                .version(1)
                .carrying(Trip.TEXT)
                .parallel(
                        "bookings", group -> group.step("hotel", this::undoable).step("car", this::undoable))
                .pivot("pay", step -> trip.says(step, "PAYING"))
                .build();
        trip.when("hotel", (payload, call) -> null).when("car", (payload, call) -> {
            stopping = true;
            return new Outcome.Failed("down");
        });

        assertThatThrownBy(() -> run(flow, List.of()).toTheEnd()).isInstanceOf(StoppedException.class);
        assertThat(trip.called()).containsExactly("hotel", "car");
        assertThat(events()).containsExactly(SagaEvent.FAILED, SagaEvent.UNCLEAR);
    }

    private SagaRun<String> run(List<LogEntry> log) {
        return run(definition, log);
    }

    private SagaRun<String> run(SagaDefinition<String> flow, List<LogEntry> log) {
        var tools = new SagaRun.Tools(
                new Rows(),
                new Inline(),
                new Leaping(),
                new Random(1),
                SagaListener.NONE,
                TraceBinding.NONE,
                surroundings);
        var execution = new Execution("s1", "trip", 1, "{}", null, null, null, START);
        current = new SagaRun<>(flow, execution, "to Rome", log, tools);
        return current;
    }

    private static Signal signal(String key, String name, String payload) {
        return new Signal("s1", key, name, payload, "olga", START);
    }

    private List<SagaEvent> events() {
        return recorded.stream().map(LogEntry::event).toList();
    }

    private StepSpec<String> undoable(StepSpec<String> step) {
        return trip.says(step, "BOOKING").undoneBy(trip::call).compensatedAt("SERVICE");
    }

    private StepCaller.Call call(Callable<Outcome> attempt) {
        history.add("call");
        try {
            var outcome = Optional.ofNullable(attempt.call()); // without one it hangs
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
            now = now.plus(atMost);
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
            return stopping;
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
