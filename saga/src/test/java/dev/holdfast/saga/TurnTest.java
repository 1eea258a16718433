package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A saga's thread makes its attempts, and another one goes on with the saga when there is something else to do.
@Timeout(60)
class TurnTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final List<String> threads = new CopyOnWriteArrayList<>();
    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch answers = new CountDownLatch(1);
    private SagaEngine engine;

    @AfterEach
    void close() {
        answers.countDown();
        if (engine != null) {
            engine.close();
        }
    }

    @Test
    void attempts_are_made_on_the_thread_of_the_saga() {
        trip.when("seat", (payload, call) -> noted()).when("ticket", (payload, call) -> noted());
        start();

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(threads).containsExactly("saga-s1", "saga-s1");
    }

    @Test
    void an_attempt_with_little_time_has_a_thread_of_its_own() {
        trip.within(Turn.LONG_ENOUGH.minusMillis(1)).when("seat", (payload, call) -> noted());
        start();

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(threads).containsExactly("saga-attempt");
    }

    @Test
    void a_signal_is_recorded_while_a_participant_is_called() throws Exception {
        trip.when("seat", (payload, call) -> blocked());
        start();
        called.await();

        engine.signal("s1", "hello", "k1", "");
        await().atMost(SOON).until(() -> events().contains(SagaEvent.SIGNALLED));
        assertThat(events()).doesNotContain(SagaEvent.DONE);
        answers.countDown();

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(trip.called()).containsExactly("seat", "hotel", "pay", "ticket");
        assertThat(events().subList(0, 2)).containsExactly(SagaEvent.SIGNALLED, SagaEvent.DONE);
    }

    @Test
    void a_cancel_that_comes_while_a_participant_is_called_turns_back_once_that_has_answered() throws Exception {
        trip.when("hotel", (payload, call) -> blocked());
        start();
        called.await();

        engine.cancel("s1", "k1", "changed my mind");
        answers.countDown();

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(trip.called()).containsExactly("seat", "hotel", "hotel:undo", "seat:undo");
    }

    @Test
    void an_attempt_that_takes_no_notice_of_its_limit_is_given_up_and_repeated() throws Exception {
        trip.within(Turn.LONG_ENOUGH).when("seat", (payload, call) -> {
            return call.attempt() == 0 ? deaf() : Outcome.Done.done();
        });
        start();

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(view.log().getFirst().event()).isEqualTo(SagaEvent.UNCLEAR);
        assertThat(view.log().getFirst().detail()).containsEntry("cause", "no answer within " + Turn.LONG_ENOUGH);
    }

    @Test
    void the_deadline_of_a_saga_is_recorded_while_a_participant_is_called() throws Exception {
        trip.when("seat", (payload, call) -> blocked());
        start(trip.builder("trip").closing((payload, sagaId, ending) -> {}).deadline(Turn.LONG_ENOUGH.plusSeconds(1)));

        await().atMost(SOON).until(() -> events().contains(SagaEvent.DEADLINE_PASSED));
        answers.countDown();
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(threads).containsExactly("saga-s1");
    }

    @Test
    void an_attempt_beside_which_a_deadline_comes_soon_has_a_thread_of_its_own() throws Exception {
        trip.when("seat", (payload, call) -> blocked());
        start(trip.builder("trip").closing((payload, sagaId, ending) -> {}).deadline(Turn.LONG_ENOUGH.dividedBy(2)));

        await().atMost(SOON).until(() -> events().contains(SagaEvent.DEADLINE_PASSED));
        answers.countDown();
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(threads).containsExactly("saga-attempt");
    }

    @Test
    void who_is_due_before_the_horizon_is_looked_at() {
        var turn = new Turn();
        turn.succeededBy(() -> () -> {
            throw new OutOfMemoryError("unable to create a thread");
        });
        var due = Instant.parse("2025-08-05T14:23:00Z");
        assertThat(turn.mayBeDue(Instant.MAX)).isFalse();
        var asked = new ArrayList<Boolean>();
        var attempt = turn.attempt(
                () -> {
                    asked.add(turn.mayBeDue(due.minusNanos(1)));
                    asked.add(turn.mayBeDue(due));
                    turn.look(due);
                    return Outcome.Done.done();
                },
                due);

        assertThatThrownBy(() -> turn.make(attempt, () -> {})).isInstanceOf(Turn.Over.class);
        assertThat(asked).containsExactly(false, true);
        assertThat(turn.mayBeDue(Instant.MIN)).as("nobody has the turn").isTrue();
    }

    @Test
    void an_engine_that_closes_leaves_an_attempt_behind_that_takes_no_notice() throws Exception {
        trip.when("seat", (payload, call) -> deaf());
        start();
        called.await();

        long begun = System.nanoTime();
        engine.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
        assertThat(events()).isEmpty();
    }

    @Test
    void an_interruption_that_an_attempt_leaves_behind_does_not_stop_its_saga() {
        trip.when("seat", (payload, call) -> {
            Thread.currentThread().interrupt();
            return Outcome.Done.done();
        });
        start();

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    /// Whoever is disturbed at the very moment an attempt is over: one thread goes on, never two, never none.
    @Test
    void of_the_thread_that_makes_an_attempt_and_the_one_that_is_to_go_on_beside_it_one_has_the_turn()
            throws Exception {
        var successors = new AtomicInteger();
        int returned = 0;
        int rounds = 5_000;
        var barrier = new CyclicBarrier(2);
        for (int round = 0; round < rounds; round++) {
            var turn = new Turn();
            turn.succeededBy(() -> successors::incrementAndGet);
            var beside = new AtomicInteger();
            var disturber = Thread.ofPlatform().start(() -> {
                meet(barrier);
                turn.disturb();
            });
            try {
                var attempt = turn.attempt(
                        () -> {
                            meet(barrier);
                            return Outcome.Done.done();
                        },
                        Instant.MAX);
                turn.make(attempt, beside::incrementAndGet);
                returned++;
            } catch (Turn.Over e) {
                assertThat(turn.alarm().isRung()).isTrue();
            }
            disturber.join();
            assertThat(beside).hasValue(0);
        }
        assertThat(returned + successors.get()).isEqualTo(rounds);
    }

    /// A saga whose turn nobody has would stand still for good.
    @Test
    void a_thread_that_could_not_be_started_is_started_at_a_later_look() {
        var turn = new Turn();
        var starts = new AtomicInteger();
        turn.succeededBy(() -> () -> {
            if (starts.incrementAndGet() == 1) {
                throw new OutOfMemoryError("unable to create a thread");
            }
        });
        var attempt = turn.attempt(
                () -> {
                    turn.disturb();
                    return Outcome.Done.done();
                },
                Instant.MAX);

        assertThatThrownBy(() -> turn.make(attempt, () -> {})).isInstanceOf(Turn.Over.class);
        assertThat(starts).hasValue(1);
        turn.look(Instant.now());
        turn.look(Instant.now());
        assertThat(starts).hasValue(2);
    }

    @Test
    void an_attempt_is_not_made_here_when_something_has_come_already() {
        var turn = new Turn();
        turn.succeededBy(() -> {
            throw new AssertionError("nobody is to go on");
        });
        turn.disturb();
        var beside = new AtomicInteger();

        turn.make(turn.attempt(() -> Outcome.Done.done(), Instant.MAX), beside::incrementAndGet);

        assertThat(beside).hasValue(1);
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private Outcome noted() {
        threads.add(Thread.currentThread().getName());
        return Outcome.Done.done();
    }

    private Outcome blocked() throws InterruptedException {
        threads.add(Thread.currentThread().getName());
        called.countDown();
        answers.await();
        return Outcome.Done.done();
    }

    private Outcome deaf() {
        called.countDown();
        while (answers.getCount() > 0) {
            try {
                answers.await();
            } catch (InterruptedException e) {
                // takes no notice
            }
        }
        return Outcome.Done.done();
    }

    private List<SagaEvent> events() {
        return engine.find("s1").orElseThrow().log().stream()
                .map(LogEntry::event)
                .toList();
    }

    private void start() {
        start(trip.builder("trip").closing((payload, sagaId, ending) -> {}));
    }

    private void start(SagaDefinition.Builder<String> flow) {
        var definition = flow.build();
        engine = SagaEngine.builder(postgres.dataSource())
                .register(definition)
                .clock(SagaClock.of(Clock.systemUTC()))
                .settings(SagaSettings.DEFAULTS.withDrainGrace(Duration.ofMillis(200)))
                .start();
        engine.start(definition, request("s1"));
    }
}
