package dev.holdfast.saga.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.PayloadCodec;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.saga.SagaSchema;
import dev.holdfast.saga.StartRequest;
import dev.holdfast.saga.StepAction;
import dev.holdfast.saga.StepSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Three sagas are recorded by an engine: one completed, one that turned back, and one that waits at its ticket.
/// Then the code changes.
class RecordedLogsTest {

    private static final DataSource DATABASE = TestPostgres.empty();

    @BeforeAll
    static void record() {
        SagaSchema.create(DATABASE);
        var trip = trip("seat", "hotel").build();
        try (var engine = SagaEngine.builder(DATABASE).register(trip).start()) {
            for (var traveller : List.of("alice", "broke", "patient")) {
                engine.start(
                        trip, new StartRequest<>(traveller, traveller, "web", traveller, "hash", null, null, null));
            }
            assertThat(engine.await("alice", Duration.ofSeconds(30))).isPresent();
            assertThat(engine.await("broke", Duration.ofSeconds(30))).isPresent();
            awaitTicket(engine);
        }
    }

    @Test
    void code_that_did_not_change_fits() {
        var result = new RecordedLogs(List.of(trip("seat", "hotel").build())).check(DATABASE, 100);

        assertThat(result.checked()).isEqualTo(3);
        assertThat(result.broken()).isEmpty();
        result.assertNothingBroken();
    }

    @Test
    void a_step_that_is_gone_is_named() {
        assertBroken(
                trip("seat").build(), "patient", "row 2: DONE of step 'hotel' is recorded, and trip v1 has no step");
    }

    @Test
    void steps_in_another_order_are_named() {
        assertBroken(trip("hotel", "seat").build(), "patient", "row 1: DONE of step 'seat' is recorded");
    }

    @Test
    void a_new_step_among_those_that_are_done_is_named() {
        assertBroken(trip("seat", "hotel", "car").build(), "patient", "row 3: PIVOT_BEGUN of step 'pay' is recorded");
    }

    @Test
    void a_step_that_moved_across_the_pivot_is_named() {
        var moved = named("trip")
                .step("seat", step -> undoable(step, RecordedLogsTest::done))
                .pivot("pay", step -> says(step, RecordedLogsTest::pay))
                .retriable("hotel", step -> says(step, RecordedLogsTest::done))
                .retriable("ticket", step -> says(step, RecordedLogsTest::wait))
                .build();

        assertBroken(moved, "patient", "row 2: DONE of step 'hotel' is recorded");
    }

    @Test
    void a_step_behind_those_that_are_done_breaks_nothing_in_flight() {
        var longer = trip("seat", "hotel")
                .retriable("mail", step -> says(step, RecordedLogsTest::done))
                .build();

        assertThat(new RecordedLogs(List.of(longer)).check(DATABASE, 0).broken())
                .isEmpty();
        assertThat(new RecordedLogs(List.of(longer)).check(DATABASE, 100).broken())
                .singleElement()
                .satisfies(broken -> {
                    assertThat(broken.sagaId()).isEqualTo("alice");
                    assertThat(broken.ended()).isTrue();
                });
    }

    @Test
    void an_undo_that_is_gone_shows_in_sagas_that_turned_back() {
        var changed = named("trip")
                .step("seat", step -> undoable(step, RecordedLogsTest::done))
                .step("hotel", step -> says(step, RecordedLogsTest::done).needsNoUndo("it is free"))
                .pivot("pay", step -> says(step, RecordedLogsTest::pay))
                .retriable("ticket", step -> says(step, RecordedLogsTest::wait))
                .build();

        assertBroken(changed, "broke", "TURNED_BACK of step 'pay' is recorded");
    }

    @Test
    void a_payload_that_cannot_be_read_is_named() {
        var changed = SagaDefinition.named("trip")
                .version(1)
                .carrying(new PayloadCodec<Integer>() {
                    @Override
                    public String toJson(Integer payload) {
                        return payload.toString();
                    }

                    @Override
                    public Integer fromJson(String json) {
                        return Integer.valueOf(json);
                    }
                })
                .pivot(
                        "pay",
                        step -> step.owner("a", "b")
                                .customerSees("PAYING")
                                .succeedsWhen("yes")
                                .failsWhen("no")
                                .does((_, _) -> Outcome.Done.done()))
                .build();

        assertBroken(changed, "patient", "its payload cannot be read: ");
    }

    @Test
    void a_version_that_is_gone_is_named() {
        var result = new RecordedLogs(List.of()).check(DATABASE, 0);

        assertThatThrownBy(result::assertNothingBroken)
                .hasMessageContaining("1 of 1 recorded sagas")
                .hasMessageContaining("patient (trip v1): the code has no such definition");
    }

    @Test
    void a_log_that_this_release_cannot_read_and_one_that_no_release_writes_are_named_beside_the_others()
            throws Exception {
        var database = TestPostgres.empty();
        SagaSchema.create(database);
        try (var db = database.getConnection();
                var statement = db.createStatement()) {
            statement.execute("""
                    INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at,
                                                updated_at)
                    SELECT saga_id, 'trip', 1, 'STARTED', '{"text": "x"}', 'a', 0, now(), now()
                      FROM (VALUES ('newer'), ('torn'), ('whole')) AS s(saga_id);
                    INSERT INTO saga.saga_steps (saga_id, seq, step, event, attempt, generation, detail, started_at,
                                                 ended_at)
                    VALUES ('newer', 1, 'seat', 'FORETOLD', 0, 0, '{}', now(), now()),
                           ('torn', 1, 'seat', 'UNDONE', 0, 0, '{}', now(), now()),
                           ('whole', 1, 'seat', 'DONE', 0, 0, '{}', now(), now());
                    """);
        }
        var trip = SagaDefinition.named("trip")
                .version(1)
                .carrying(anything())
                .step("seat", step -> undoable(step, RecordedLogsTest::done))
                .pivot("pay", step -> says(step, RecordedLogsTest::pay))
                .build();

        var result = new RecordedLogs(List.of(trip)).check(database, 0);

        assertThat(result.checked()).isEqualTo(3);
        assertThat(result.broken()).extracting(RecordedLogs.Broken::sagaId).containsExactly("newer", "torn");
        assertThat(result.broken().getFirst().reason()).startsWith("its log cannot be read: row 1: ");
        assertThat(result.broken().getLast().reason()).contains("UNDONE of step 'seat' is recorded");
    }

    private static PayloadCodec<String> anything() {
        return new PayloadCodec<>() {
            @Override
            public String toJson(String payload) {
                return payload;
            }

            @Override
            public String fromJson(String json) {
                return json;
            }
        };
    }

    private static void assertBroken(SagaDefinition<?> changed, String saga, String reason) {
        assertThat(new RecordedLogs(List.of(changed)).check(DATABASE, 100).broken())
                .filteredOn(broken -> broken.sagaId().equals(saga))
                .singleElement()
                .satisfies(broken -> assertThat(broken.reason()).contains(reason));
    }

    private static SagaDefinition.Builder<String> trip(String... booked) {
        var builder = named("trip");
        for (var step : booked) {
            builder.step(step, says -> undoable(says, RecordedLogsTest::done));
        }
        return builder.pivot("pay", step -> says(step, RecordedLogsTest::pay))
                .retriable("ticket", step -> says(step, RecordedLogsTest::wait));
    }

    private static SagaDefinition.Builder<String> named(String name) {
        return SagaDefinition.named(name).version(1).carrying(PayloadCodec.text());
    }

    private static StepSpec<String> undoable(StepSpec<String> step, StepAction<String> action) {
        return says(step, action).undoneBy(RecordedLogsTest::done).compensatedAt("TRAVEL");
    }

    private static StepSpec<String> says(StepSpec<String> step, StepAction<String> action) {
        return step.owner("travel-platform", "travel")
                .customerSees("BOOKING")
                .succeedsWhen("it is booked")
                .failsWhen("it is not")
                .does(action);
    }

    private static Outcome done(String traveller, Object call) {
        return Outcome.Done.done();
    }

    private static Outcome pay(String traveller, Object call) {
        return traveller.equals("broke") ? new Outcome.Refused("declined", "no money") : Outcome.Done.done();
    }

    private static Outcome wait(String traveller, Object call) {
        return traveller.equals("patient")
                ? new Outcome.Waiting("printed", Instant.now().plus(Duration.ofDays(1)))
                : Outcome.Done.done();
    }

    private static void awaitTicket(SagaEngine engine) {
        org.awaitility.Awaitility.await()
                .until(() -> engine.find("patient").orElseThrow().log().size() >= 5);
    }
}
