package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Steps that run side by side, steps that consist of sagas, and limits, in an engine.
class GroupTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    /// Makes of `broken` what no database keeps.
    private static final PayloadCodec<String> REFUSED_BY_THE_DATABASE = new PayloadCodec<>() {
        @Override
        public String toJson(String payload) {
            return Trip.TEXT.toJson(payload).replace("broken", "\\u0000");
        }

        @Override
        public String fromJson(String json) {
            return Trip.TEXT.fromJson(json);
        }
    };

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private SagaEngine engine;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void steps_of_a_group_are_under_way_at_the_same_time() {
        var together = new CyclicBarrier(3);
        for (var step : List.of("seat", "hotel", "car")) {
            trip.when(step, (payload, call) -> {
                together.await(20, TimeUnit.SECONDS);
                return Outcome.Done.done();
            });
        }
        var definition = sideBySide();
        start(SagaSettings.DEFAULTS, definition);
        engine.start(definition, request("s1"));

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(trip.called().subList(0, 3)).containsExactlyInAnyOrder("seat", "hotel", "car");
        assertThat(trip.called().getLast()).isEqualTo("pay");
    }

    @Test
    void one_that_is_refused_turns_back_only_when_the_others_are_over() throws Exception {
        var refused = new CountDownLatch(1);
        trip.when("hotel", (payload, call) -> {
            refused.countDown();
            return new Outcome.Refused("sold-out", "no room");
        });
        var mayBook = new CountDownLatch(1);
        trip.when("car", (payload, call) -> {
            mayBook.await();
            return Outcome.Done.done();
        });
        var definition = sideBySide();
        start(SagaSettings.DEFAULTS, definition);
        engine.start(definition, request("s1"));
        assertThat(refused.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(trip.called()).doesNotContain("seat:undo");
        mayBook.countDown();

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.failure().code()).isEqualTo("sold-out");
        assertThat(trip.called()).containsSubsequence("car:undo", "seat:undo").doesNotContain("hotel:undo", "pay");
    }

    @Test
    void a_group_that_is_taken_up_after_a_crash_doubts_each_of_its_open_steps() throws Exception {
        var begun = new CountDownLatch(2);
        var never = new CountDownLatch(1);
        for (var step : List.of("hotel", "car")) {
            trip.when(step, (payload, call) -> {
                begun.countDown();
                never.await();
                return Outcome.Done.done();
            });
        }
        var definition = sideBySide();
        start(SagaSettings.DEFAULTS.withDrainGrace(Duration.ofMillis(10)), definition);
        engine.start(definition, request("s1"));
        assertThat(begun.await(20, TimeUnit.SECONDS)).isTrue();
        engine.close();

        trip.answers("hotel", new Outcome.Refused("sold-out", "no room")).answers("car", new Outcome.Failed("down"));
        start(SagaSettings.DEFAULTS, definition);
        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.log().stream()
                        .filter(row -> row.event() == SagaEvent.RECOVERED)
                        .map(LogEntry::step))
                .containsExactlyInAnyOrder("hotel", "car");
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(trip.called()).contains("car:undo", "seat:undo").doesNotContain("hotel:undo");
    }

    @Test
    void a_step_of_sagas_is_done_when_all_of_them_are() {
        var parcel = parcels();
        var order = order(parcel);
        start(SagaSettings.DEFAULTS.withPutDownAfter(Duration.ofMillis(1)), order, parcel);
        engine.start(order, request("s1"));

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_runs WHERE parent = 's1 ship' ORDER BY 1"))
                .containsExactly("s1.ship.0", "s1.ship.1", "s1.ship.2");
        assertThat(postgres.texts("SELECT DISTINCT status FROM saga.saga_runs")).containsExactly("COMPLETED");
    }

    @Test
    void a_saga_of_a_step_that_fails_refuses_the_step_and_the_others_turn_back_with_it() {
        trip.when("label", (payload, call) -> {
            if (payload.endsWith("2")) {
                return new Outcome.Refused("too-heavy", "no carrier");
            }
            return Outcome.Done.done();
        });
        var parcel = parcels();
        var order = order(parcel);
        start(SagaSettings.DEFAULTS, order, parcel);
        engine.start(order, request("s1"));

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(view.failure().code()).isEqualTo("child-failed");
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_runs WHERE status = 'FAILED' ORDER BY 1"))
                .containsExactly("s1", "s1.ship.2");
    }

    @Test
    void undoing_a_step_of_sagas_turns_those_back_that_run() {
        trip.when(
                "label",
                (payload, call) -> new Outcome.Waiting("printed", Instant.now().plus(Duration.ofHours(1))));
        var parcel = parcels();
        var order = order(parcel);
        start(SagaSettings.DEFAULTS.withPutDownAfter(Duration.ofMillis(1)), order, parcel);
        engine.start(order, request("s1"));
        await().until(() -> postgres.number("SELECT count(*) FROM saga.saga_runs WHERE wake_at IS NOT NULL") == 4);

        engine.cancel("s1", "c1", "changed my mind");

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(postgres.texts("SELECT DISTINCT status FROM saga.saga_runs")).containsExactly("FAILED");
    }

    @Test
    void a_step_that_has_started_some_of_its_sagas_and_not_the_next_turns_those_back() {
        trip.when(
                "label",
                (payload, call) -> new Outcome.Waiting("printed", Instant.now().plus(Duration.ofHours(1))));
        var parcel = parcels(REFUSED_BY_THE_DATABASE);
        var order = order(parcel, payload -> List.of("light", "broken", "heavy"));
        start(SagaSettings.DEFAULTS, order, parcel);
        engine.start(order, request("s1"));

        var view = engine.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.FAILED);
        assertThat(view.failure().code()).isEqualTo("no-answer");
        assertThat(postgres.texts("SELECT saga_id || ' ' || status FROM saga.saga_runs ORDER BY 1"))
                .containsExactly("s1 FAILED", "s1.ship.0 FAILED");
    }

    @Test
    void sagas_of_a_saga_that_was_accepted_are_refused_neither_a_place_nor_while_their_definition_is_paused() {
        var parcel = parcels();
        var order = order(parcel);
        start(SagaSettings.DEFAULTS.withMaxInFlight(1), order, parcel);
        engine.operator().pause("parcel", "olga", "the carrier is on strike");
        engine.start(order, request("s1"));
        await().until(() -> postgres.number("SELECT count(*) FROM saga.saga_runs") == 4);
        await().until(() -> postgres.number("SELECT count(*) FROM saga.saga_steps WHERE event = 'WAITING'") == 1);
        assertThat(trip.called()).containsExactly("seat");

        engine.operator().resume("parcel", "olga", "they work again");

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void a_step_that_has_no_sagas_to_start_is_done() {
        var parcel = parcels();
        var order = order(parcel, payload -> List.of());
        start(SagaSettings.DEFAULTS, order, parcel);
        engine.start(order, request("s1"));

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void an_engine_that_does_not_know_the_sagas_of_a_step_does_not_start() {
        var parcel = parcels();
        var order = order(parcel);
        start(SagaSettings.DEFAULTS, order, parcel);

        assertThatThrownBy(() -> SagaEngine.builder(postgres.dataSource())
                        .register(order)
                        .start())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("step 'ship' of order v1 starts sagas parcel v1, which are not registered");
    }

    @Test
    void what_carries_too_much_is_refused_at_the_door() {
        var definition = trip.definition();
        start(SagaSettings.DEFAULTS.withMaxPayload(20), definition);

        assertThatThrownBy(() -> engine.start(definition, request("s1", "x".repeat(30))))
                .isInstanceOf(PayloadTooLargeException.class)
                .hasMessageContaining("20 is the limit");
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_runs")).isZero();
    }

    @Test
    void a_log_at_its_limit_parks_the_saga_until_a_person_has_it_tried_again() {
        trip.when(
                "ticket",
                (payload, call) -> call.attempt() < 150 ? new Outcome.Failed("printer") : Outcome.Done.done());
        var definition = trip.definition();
        start(SagaSettings.DEFAULTS.withMaxLogRows(100), definition);
        engine.start(definition, request("s1"));
        await().until(() -> postgres.number("SELECT count(*) FROM saga.saga_steps WHERE event = 'PARKED'") == 1);

        assertThat(engine.operator().retryNow("s1", "olga")).isEqualTo(new OperatorAnswer.Accepted());

        assertThat(engine.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    private SagaDefinition<String> parcels() {
        return parcels(Trip.TEXT);
    }

    private SagaDefinition<String> parcels(PayloadCodec<String> codec) {
        return SagaDefinition.named("parcel")
                .version(1)
                .carrying(codec)
                .step("label", this::undoable)
                .pivot("hand-over", step -> trip.says(step, "SENDING"))
                .build();
    }

    private SagaDefinition<String> order(SagaDefinition<String> parcel) {
        return order(parcel, payload -> List.of(payload + "0", payload + "1", payload + "2"));
    }

    private SagaDefinition<String> order(SagaDefinition<String> parcel, Function<String, List<String>> parcels) {
        return SagaDefinition.named("order")
                .version(1)
                .carrying(Trip.TEXT)
                .step("seat", this::undoable)
                .step(
                        "ship",
                        step -> trip.says(step, "SHIPPING")
                                .startsSagas(parcel, parcels)
                                .undoneBy((payload, call) -> Outcome.Done.done())
                                .compensatedAt("SHIPPING_SERVICE"))
                .pivot("pay", step -> trip.says(step, "PAYING"))
                .build();
    }

    private SagaDefinition<String> sideBySide() {
        return SagaDefinition.named("trip")
                .version(1)
                .carrying(Trip.TEXT)
                .parallel(
                        "bookings",
                        group -> group.step("seat", this::undoable)
                                .step("hotel", this::undoable)
                                .step("car", this::undoable))
                .pivot("pay", step -> trip.says(step, "PAYING"))
                .build();
    }

    private StepSpec<String> undoable(StepSpec<String> step) {
        return trip.says(step, "BOOKING").undoneBy(trip::call).compensatedAt("SERVICE");
    }

    private void start(SagaSettings settings, SagaDefinition<?>... definitions) {
        var builder = SagaEngine.builder(postgres.dataSource()).settings(settings);
        for (var definition : definitions) {
            builder.register(definition);
        }
        engine = builder.start();
    }
}
