package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.UnclearCommitException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/// What an attempt may do, and what the engine makes of it.
class AttemptTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final List<Boolean> attention = new CopyOnWriteArrayList<>();
    private SagaEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void an_exception_nobody_classified_is_unclear() {
        assertThat(firstEvent(new IllegalStateException("oops"))).isEqualTo(SagaEvent.UNCLEAR);
    }

    @Test
    void an_error_is_unclear_too() {
        assertThat(firstEvent(new StackOverflowError())).isEqualTo(SagaEvent.UNCLEAR);
    }

    @Test
    void what_a_lane_did_not_commit_has_failed() {
        assertThat(firstEvent(new NotCommittedException("inventory", "rolled back", null)))
                .isEqualTo(SagaEvent.FAILED);
    }

    @Test
    void what_a_lane_did_not_take_has_failed() {
        assertThat(firstEvent(new OverloadedException("inventory", "full"))).isEqualTo(SagaEvent.FAILED);
    }

    @Test
    void what_a_lane_does_not_know_is_unclear() {
        assertThat(firstEvent(new UnclearCommitException("inventory", "no answer", null)))
                .isEqualTo(SagaEvent.UNCLEAR);
    }

    @Test
    void an_attempt_that_does_not_return_in_time_is_unclear_and_interrupted() throws Exception {
        var interrupted = new CountDownLatch(1);
        trip.within(Duration.ofMillis(50)).when("seat", (payload, call) -> {
            if (call.attempt() == 0) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
            }
            return Outcome.Done.done();
        });
        start();

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(view.log().getFirst().event()).isEqualTo(SagaEvent.UNCLEAR);
        assertThat(view.log().getFirst().detail()).containsEntry("cause", "no answer within PT0.05S");
        assertThat(interrupted.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void attempts_are_repeated_after_1_2_and_4_seconds_under_one_key() {
        var clock = new Leaping();
        trip.pausing(Backoff.DEFAULT)
                .answers(
                        "seat",
                        new Outcome.Failed("a"),
                        new Outcome.Unclear("b"),
                        new Outcome.Failed("c"),
                        Outcome.Done.done());
        start(clock);

        engine.await("s1", SOON);
        assertThat(trip.keys().subList(0, 4)).containsOnly("s1:seat");
        assertThat(trip.calls().subList(0, 4)).extracting(StepCall::attempt).containsExactly(0, 1, 2, 3);
        assertThat(trip.calls().subList(0, 4))
                .extracting(StepCall::notAfter)
                .containsExactly(
                        START.plusSeconds(10), START.plusSeconds(11), START.plusSeconds(13), START.plusSeconds(17));
    }

    @Test
    void steps_before_the_pivot_and_the_pivot_are_refused_when_they_come_late_and_those_after_it_never() {
        start(new Leaping());

        engine.await("s1", SOON);
        assertThat(trip.calls())
                .extracting(StepCall::notAfter)
                .containsExactly(
                        START.plusSeconds(10), START.plusSeconds(10), START.plusSeconds(10), StepCall.ANY_TIME);
    }

    @Test
    void a_step_that_waits_is_repeated_at_its_deadline() {
        var clock = new Leaping();
        var deadline = START.plusSeconds(600);
        trip.answers("pay", new Outcome.Waiting("payment-confirmed", deadline), Outcome.Done.done());
        start(clock);

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(clock.now()).isEqualTo(deadline);
    }

    @Test
    void a_refusal_after_the_pivot_asks_for_attention_until_it_is_done() {
        trip.answers("ticket", new Outcome.Refused("closed", "no"), Outcome.Done.done());
        start();

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(attention).containsExactly(true, false);
    }

    @Test
    void later_steps_know_what_earlier_ones_reported() {
        trip.answers("seat", new Outcome.Done(Map.of("number", "12A")))
                .answers("hotel", new Outcome.Done(Map.of("room", "7", "floor", "1")));
        start();

        engine.await("s1", SOON);
        assertThat(trip.calls().get(2).facts())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("seat.number", "12A", "hotel.room", "7", "hotel.floor", "1"));
    }

    @Test
    void the_log_context_names_the_saga_and_its_trace() {
        var context = new CompletableFuture<Map<String, String>>();
        trip.when("seat", (payload, call) -> {
            context.complete(MDC.getCopyOfContextMap());
            return Outcome.Done.done();
        });
        start();
        engine.await("s1", SOON);

        assertThat(context.join())
                .containsEntry("saga_id", "s1")
                .containsEntry("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    @Test
    void a_listener_that_throws_holds_nothing_up() {
        var definition = trip.definition();
        engine = SagaEngine.builder(postgres.dataSource())
                .register(definition)
                .listener(new SagaListener() {
                    @Override
                    public void started(String sagaId, String name) {
                        throw new IllegalStateException("no room for metrics");
                    }

                    @Override
                    public void stepEnded(String saga, String name, String step, SagaEvent event, Duration duration) {
                        throw new IllegalStateException("no room for metrics");
                    }

                    @Override
                    public void ended(String sagaId, String name, SagaStatus status, Duration duration) {
                        throw new IllegalStateException("no room for metrics");
                    }
                })
                .start();
        engine.start(definition, request("s1"));

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void texts_a_database_refuses_do_not_stop_a_saga() {
        trip.answers("seat", new Outcome.Refused("bad\0code", "half a \uD800 pair"));
        start();

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(engine.find("s1").orElseThrow().failure().code()).isEqualTo("bad\uFFFDcode");
    }

    private SagaEvent firstEvent(Throwable thrown) {
        trip.when("seat", (payload, call) -> {
            if (call.attempt() == 0) {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (Exception) thrown;
            }
            return Outcome.Done.done();
        });
        start();
        return engine.await("s1", SOON).orElseThrow().log().getFirst().event();
    }

    private void start() {
        start(SagaClock.of(Clock.systemUTC()));
    }

    private void start(SagaClock clock) {
        var definition = trip.definition();
        engine = SagaEngine.builder(postgres.dataSource())
                .register(definition)
                .clock(clock)
                .settings(SagaSettings.DEFAULTS.withPutDownAfter(Duration.ofDays(365)))
                .random(new Middle())
                .listener(new SagaListener() {
                    @Override
                    public void attention(String sagaId, String name, boolean needed) {
                        attention.add(needed);
                    }
                })
                .start();
        engine.start(definition, request("s1"));
    }

    /// Time stands still but for sleeping, which takes none.
    private static final class Leaping implements SagaClock {

        private final AtomicReference<Instant> now = new AtomicReference<>(START);

        @Override
        public Instant now() {
            return now.get();
        }

        @Override
        public void sleep(Instant until, Alarm alarm) {
            now.set(until);
        }
    }

    /// The middle of every range, so pauses are what the book says.
    private static final class Middle implements java.util.random.RandomGenerator {

        @Override
        public long nextLong() {
            throw new UnsupportedOperationException("only doubles are asked for");
        }

        @Override
        public double nextDouble() {
            return 0.5;
        }
    }
}
