package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompensationTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Backoff LONG = new Backoff(Duration.ofHours(1), Duration.ofHours(1));

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final CompletableFuture<String> deadLetter = new CompletableFuture<>();
    private final Trip trip = new Trip().answers("pay", new Outcome.Refused("card-declined", "no money"));
    private SagaEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void turning_back_records_the_tasks_in_the_same_transaction() throws Exception {
        var undoing = new CountDownLatch(1);
        var mayUndo = new CountDownLatch(1);
        trip.when("hotel:undo", (payload, call) -> {
            undoing.countDown();
            mayUndo.await();
            return Outcome.Done.done();
        });
        start(trip.definition());

        assertThat(undoing.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(postgres.texts("SELECT status || ' ' || current_step FROM saga.saga_executions"))
                .containsExactly("COMPENSATING pay");
        assertThat(postgres.texts("""
                        SELECT saga_id || ' ' || seq || ' ' || target_service || ' ' || status || ' ' || retry_count
                          FROM saga.saga_compensating_tasks ORDER BY seq
                        """)).containsExactly("s1 1 HOTEL_SERVICE PENDING 0", "s1 2 SEAT_SERVICE PENDING 0");
        assertThat(engine.find("s1").orElseThrow().stage()).isEqualTo("COMPENSATING");
        mayUndo.countDown();
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(postgres.texts("SELECT DISTINCT status FROM saga.saga_compensating_tasks"))
                .containsExactly("COMPLETED");
    }

    @Test
    void an_undo_has_a_key_of_its_own_and_names_the_key_it_takes_back() {
        start(trip.definition());
        engine.await("s1", SOON);

        var undo = trip.calls().getLast();
        assertThat(undo.key()).isEqualTo("s1:seat:undo");
        assertThat(undo.doKey()).isEqualTo("s1:seat");
        assertThat(undo.notAfter()).isEqualTo(StepCall.ANY_TIME);
    }

    @Test
    void an_undo_that_fails_three_times_is_a_dead_letter_that_holds_nothing_up_and_is_still_tried() throws Exception {
        var seatUndone = new CountDownLatch(1);
        var carrierIsBack = new CountDownLatch(1);
        trip.when("seat:undo", (payload, call) -> {
                    seatUndone.countDown();
                    return Outcome.Done.done();
                })
                .when("hotel:undo", (payload, call) -> {
                    return carrierIsBack.getCount() > 0 ? new Outcome.Failed("down") : Outcome.Done.done();
                });
        start(trip.definition());

        assertThat(deadLetter.get(20, TimeUnit.SECONDS)).isEqualTo("hotel: down");
        assertThat(seatUndone.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(engine.await("s1", Duration.ofMillis(50)).orElseThrow().status())
                .isEqualTo(SagaStatus.COMPENSATING);
        assertThat(postgres.texts("SELECT step || ' ' || error FROM saga.saga_dead_letters WHERE resolved_at IS NULL"))
                .containsExactly("hotel down");
        assertThat(engine.list(SagaQuery.newest(10).withNeedsAttention(true))).hasSize(1);

        carrierIsBack.countDown();
        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(view.needsAttention()).isFalse();
        assertThat(postgres.texts("SELECT resolved_by FROM saga.saga_dead_letters"))
                .containsExactly("engine");
        assertThat(engine.list(SagaQuery.newest(10).withNeedsAttention(true))).isEmpty();
    }

    @Test
    void a_dead_letter_resolved_by_hand_counts_as_undone_and_the_reason_is_kept() throws Exception {
        trip.answers("hotel:undo", new Outcome.Failed("down"));
        start(trip.definition());
        deadLetter.get(20, TimeUnit.SECONDS);

        assertThat(engine.operator().resolve("s1", "hotel", "olga", "called them", "mail 4711"))
                .isEqualTo(new OperatorAnswer.Accepted());

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(postgres.texts(
                        "SELECT resolved_by || ', ' || reason || ', ' || evidence FROM saga.saga_dead_letters"))
                .containsExactly("olga, called them, mail 4711");
        assertThat(postgres.texts("SELECT who || ' ' || what || ' ' || saga_id || ' ' || why FROM saga.saga_audit"))
                .containsExactly("olga resolve hotel s1 called them");
        assertThat(postgres.texts("SELECT DISTINCT status FROM saga.saga_compensating_tasks"))
                .containsExactly("COMPLETED");
    }

    @Test
    void a_step_of_the_longest_name_that_fails_with_unprintable_words_can_be_resolved_too() throws Exception {
        var name = "h".repeat(50);
        var definition = SagaDefinition.named("long")
                .version(1)
                .carrying(PayloadCodec.text())
                .step(
                        name,
                        step -> step.owner("team", "service")
                                .customerSees("SEEN")
                                .succeedsWhen("yes")
                                .failsWhen("no")
                                .backoff(Trip.SOON)
                                .does((payload, call) -> Outcome.Done.done())
                                .undoneBy((payload, call) -> new Outcome.Failed("a\0b\uD800"))
                                .compensatedAt("SERVICE"))
                .pivot(
                        "pay",
                        step -> step.owner("team", "service")
                                .customerSees("SEEN")
                                .succeedsWhen("yes")
                                .failsWhen("no")
                                .does((payload, call) -> new Outcome.Refused("no", "no")))
                .build();
        start(definition);
        assertThat(deadLetter.get(20, TimeUnit.SECONDS)).isEqualTo(name + ": a\uFFFDb\uFFFD");

        assertThat(engine.operator().resolve("s1", name, "olga", "called them", "mail 4711"))
                .isEqualTo(new OperatorAnswer.Accepted());
        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
    }

    @Test
    void what_an_operator_says_must_fit_the_tables() throws Exception {
        start(trip.definition());

        assertThatIllegalArgumentException().isThrownBy(() -> engine.operator().retryNow("s1", "x".repeat(101)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.operator().resolve("s1", "hotel", "olga", "a\0b", "evidence"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.operator().resolve("s1", "hotel", "olga", "reason", "x".repeat(4_001)));
    }

    @Test
    void only_an_open_dead_letter_can_be_resolved() throws Exception {
        trip.answers("hotel:undo", new Outcome.Failed("down"));
        start(trip.definition());
        deadLetter.get(20, TimeUnit.SECONDS);

        assertThat(engine.operator().resolve("s1", "seat", "olga", "reason", "evidence"))
                .isInstanceOf(OperatorAnswer.NotPossible.class);
        assertThat(engine.operator().resolve("s0", "hotel", "olga", "reason", "evidence"))
                .isInstanceOf(OperatorAnswer.NotPossible.class);
        assertThat(postgres.texts("SELECT what FROM saga.saga_audit")).containsExactly("resolve seat");
        assertThat(postgres.texts("SELECT outcome FROM saga.saga_signals"))
                .containsExactly("the undo of 'seat' is no open dead letter");
    }

    @Test
    void an_operator_ends_a_pause() throws Exception {
        var failed = new CountDownLatch(1);
        trip.pausing(LONG).when("hotel:undo", (payload, call) -> {
            failed.countDown();
            return call.attempt() == 0 ? new Outcome.Failed("down") : Outcome.Done.done();
        });
        start(trip.definition());
        assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(engine.operator().retryNow("s1", "olga")).isEqualTo(new OperatorAnswer.Accepted());

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(postgres.texts("SELECT who || ' ' || what FROM saga.saga_audit"))
                .containsExactly("olga retry-now");
        assertThat(engine.operator().retryNow("s1", "olga")).isInstanceOf(OperatorAnswer.NotPossible.class);
    }

    @Test
    void a_step_given_up_in_doubt_is_undone_too() {
        trip.answers("hotel", new Outcome.Unclear("no answer"));
        start(trip.definition());

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(view.failure().code()).isEqualTo("no-answer");
        assertThat(trip.called())
                .containsExactly("seat", "hotel", "hotel", "hotel", "hotel", "hotel:undo", "seat:undo");
    }

    @Test
    void the_closing_action_is_repeated_until_it_returns_and_then_the_end_is_recorded() {
        trip.closes((payload, sagaId, ending) -> {
            assertThat(postgres.texts("SELECT status FROM saga.saga_executions"))
                    .containsExactly("COMPENSATING");
            if (trip.endings().size() < 2) {
                throw new IllegalStateException("the cart is locked");
            }
        });
        start(trip.definition());

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(trip.endings())
                .containsExactly(
                        new Ending.FailedBecause("pay", "card-declined", "no money"),
                        new Ending.FailedBecause("pay", "card-declined", "no money"));
        assertThat(view.log()).extracting(LogEntry::event).contains(SagaEvent.CLOSING_FAILED);
    }

    private void start(SagaDefinition<String> definition) {
        engine = SagaEngine.builder(postgres.dataSource())
                .register(definition)
                .listener(new SagaListener() {
                    @Override
                    public void deadLetter(String sagaId, String name, String step, String error) {
                        deadLetter.complete(step + ": " + error);
                    }
                })
                .start();
        engine.start(definition, request("s1"));
    }
}
