package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// A saga belongs to the trace of who asked for it, wherever it runs.
class TraceTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = trip.definition();
    private final List<String> bound = new CopyOnWriteArrayList<>();

    @Test
    void every_attempt_and_undo_is_made_in_the_trace_also_by_the_engine_that_takes_over() throws Exception {
        var called = new CountDownLatch(1);
        var mayAnswer = new CountDownLatch(1);
        trip.when("hotel", (payload, call) -> {
            called.countDown();
            mayAnswer.await();
            return Outcome.Done.done();
        });
        try (var first = engine()) {
            first.start(definition, SagaEngineTest.request("s1"));
            assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
            trip.answers("hotel", Outcome.Done.done());
            trip.when("pay", (payload, call) -> new Outcome.Refused("card-declined", "not enough money"));
            try (var second = engine()) {
                second.await("s1", SOON);
            }
            mayAnswer.countDown();
        }

        assertThat(trip.called()).containsExactly("seat", "hotel", "hotel", "pay", "hotel:undo", "seat:undo");
        assertThat(bound).as("and the closing action").hasSize(7).containsOnly(CALLER);
        assertThat(postgres.texts("SELECT trace_id FROM saga.saga_executions")).containsExactly(CALLER.split("-")[1]);
    }

    @Test
    void a_malformed_trace_context_is_refused_before_anything_is_recorded() {
        for (var malformed :
                List.of("", "trace-1", CALLER.toUpperCase(), CALLER + "-more", "ff" + CALLER.substring(2))) {
            assertThatThrownBy(() -> new StartRequest<>("s1", "to Rome", "test", "k", "h", null, null, malformed))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(malformed);
        }
    }

    @Test
    void what_was_in_flight_before_the_tables_kept_the_whole_context_keeps_its_trace_id() throws Exception {
        var older = TestPostgres.empty();
        try (var script = SagaSchema.class.getResourceAsStream("V1__sagas.sql")) {
            older.execute("CREATE SCHEMA saga;" + new String(script.readAllBytes(), StandardCharsets.UTF_8));
        }
        older.execute("""
                CREATE TABLE saga.saga_schema (version int, script text, applied_at timestamptz DEFAULT now());
                INSERT INTO saga.saga_schema (version, script) VALUES (1, 'V1__sagas.sql');
                INSERT INTO saga.saga_runs
                       (saga_id, definition, version, status, payload, node, epoch, trace_id, created_at, updated_at)
                VALUES ('s1', 'trip', 1, 'STARTED', '{"text": "to Rome"}', 'node-1', 1,
                        '4bf92f3577b34da6a3ce929d0e0e4736', now(), now())
                """);
        SagaSchema.create(older.dataSource());

        assertThat(older.texts("SELECT traceparent FROM saga.saga_runs"))
                .containsExactly("00-4bf92f3577b34da6a3ce929d0e0e4736-a3ce929d0e0e4736-01");
    }

    private SagaEngine engine() {
        return SagaEngine.builder(postgres.dataSource())
                .register(definition)
                .tracing((traceparent, attempt) -> {
                    bound.add(traceparent);
                    return attempt.call();
                })
                .start();
    }
}
