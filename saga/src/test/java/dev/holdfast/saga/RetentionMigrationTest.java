package dev.holdfast.saga;

import static dev.holdfast.saga.OldSagas.THIRTY_DAYS;
import static dev.holdfast.saga.OldSagas.ago;
import static dev.holdfast.saga.OldSagas.clock;
import static dev.holdfast.saga.OldSagas.id;
import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Databases that were there before there were ranges.
class RetentionMigrationTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration OLD = Duration.ofDays(40);
    private static final List<String> BEFORE =
            List.of("V1__sagas.sql", "V2__audit_once.sql", "V3__traceparent.sql", "V4__nodes.sql", "V5__waiting.sql");

    private static final String IN_FLIGHT = """
            INSERT INTO saga.saga_runs
                   (saga_id, definition, version, status, payload, subject, node, epoch, created_at, updated_at)
            VALUES ('%1$s', 'trip', 1, 'COMPENSATING', '{"text": "to Rome"}', 'seat:%1$s', 'old', 1, now(), now());
            INSERT INTO saga.saga_subjects (subject, saga_id)
            VALUES ('seat:%1$s', '%1$s');
            INSERT INTO saga.saga_steps (saga_id, seq, step, event, attempt, generation, detail, started_at, ended_at)
            VALUES ('%1$s', 1, 'seat', 'DONE', 0, 0, '{}', now(), now()),
                   ('%1$s', 2, 'hotel', 'REFUSED', 0, 0, '{"code": "full", "message": "no room"}', now(), now()),
                   ('%1$s', 3, 'hotel', 'TURNED_BACK', 0, 0,
                    '{"code": "full", "message": "no room", "undo": "seat"}', now(), now());
            INSERT INTO saga.saga_compensating_tasks (task_id, saga_id, seq, target_service, payload, status)
            VALUES ('%2$s', '%1$s', 1, 'SEAT_SERVICE', '{"step": "seat"}', 'PENDING');
            INSERT INTO saga.saga_signals (saga_id, signal_key, name, payload, received_at)
            VALUES ('%1$s', 'k1', 'confirmed', '"room 7"', now())
            """;

    private final TestPostgres postgres = TestPostgres.empty();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = trip.definition();

    @Test
    void what_was_in_flight_goes_on_and_no_row_is_copied() throws Exception {
        createAsBefore();
        inFlight(id(OLD, 1));
        var files = files("saga_runs", "saga_steps", "saga_compensating_tasks", "saga_signals");
        var views = postgres.texts("SELECT saga_id || current_step FROM saga.saga_overview");

        SagaSchema.create(postgres.dataSource());

        assertThat(files(
                        "saga_runs_default",
                        "saga_steps_default",
                        "saga_compensating_tasks_default",
                        "saga_signals_default"))
                .isEqualTo(files);
        assertThat(postgres.texts("SELECT saga_id || current_step FROM saga.saga_overview"))
                .isEqualTo(views);
        try (var engine = engine(SagaEngine.builder(postgres.dataSource()))) {
            assertThat(engine.await(id(OLD, 1), SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
            engine.start(definition, request("s2"));
            assertThat(engine.await("s2", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        }
        assertThat(trip.called()).startsWith("seat:undo");
        assertThat(new SagaBooks(postgres.dataSource()).always()).allMatch(rule -> rule.broken() == 0);
    }

    @Test
    void signals_go_on_being_counted() {
        createAsBefore();
        inFlight(id(OLD, 1));
        SagaSchema.create(postgres.dataSource());

        postgres.execute("""
                INSERT INTO saga.saga_signals (saga_id, signal_key, name, payload, received_at)
                VALUES ('s', 'k', 'n', '""', now())
                """);

        assertThat(postgres.texts("SELECT id FROM saga.saga_signals ORDER BY id"))
                .containsExactly("1", "2");
    }

    /// The retention is turned on in the middle of a day: what is there becomes the first range, and goes as one.
    @Test
    void what_was_there_before_becomes_a_range_and_is_dropped_as_one() {
        SagaSchema.create(postgres.dataSource());
        try (var engine = engine(SagaEngine.builder(postgres.dataSource()).clock(clock(OLD)))) {
            runToItsEnd(engine, id(OLD.plusDays(100), 1));
            runToItsEnd(engine, id(OLD, 2));
        }
        try (var engine = engine(
                SagaEngine.builder(postgres.dataSource()).clock(clock(OLD)).retention(THIRTY_DAYS))) {
            runToItsEnd(engine, id(OLD, 3));
            assertThat(postgres.number("SELECT count(*) FROM saga.saga_runs_default"))
                    .isZero();
            assertThat(engine.retention().orElseThrow().ranges().getFirst().until())
                    .isEqualTo(THIRTY_DAYS.startOfPeriod(ago(OLD)).plus(THIRTY_DAYS.period()));
        }

        var round = new SagaRetention(postgres.dataSource(), THIRTY_DAYS, SagaClock.system()).run();

        assertThat(round.dropped()).contains("_saga_trip__19700101_000000");
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_runs")).isZero();
        assertThat(postgres.number("SELECT dropped FROM saga.saga_retention")).isEqualTo(3);
    }

    @Test
    void beside_sagas_of_other_ids_what_was_there_before_is_pruned_when_it_is_old() {
        SagaSchema.create(postgres.dataSource());
        try (var engine = engine(SagaEngine.builder(postgres.dataSource()).clock(clock(OLD)))) {
            runToItsEnd(engine, id(OLD, 1));
            runToItsEnd(engine, "trip-1");
        }

        var round = new SagaRetention(postgres.dataSource(), THIRTY_DAYS, SagaClock.system()).run();

        assertThat(round.made()).hasSize(3);
        assertThat(round.strays()).isEqualTo(1);
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_runs")).containsExactly("trip-1");
    }

    private void createAsBefore() {
        postgres.execute("""
                CREATE SCHEMA saga;
                CREATE TABLE saga.saga_schema (
                    version    int         NOT NULL CONSTRAINT saga_schema_pk PRIMARY KEY,
                    script     text        NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """);
        for (int i = 0; i < BEFORE.size(); i++) {
            postgres.execute(script(BEFORE.get(i)));
            postgres.execute("INSERT INTO saga.saga_schema VALUES (%d, '%s')".formatted(i + 1, BEFORE.get(i)));
        }
    }

    private void inFlight(String sagaId) {
        postgres.execute(IN_FLIGHT.formatted(sagaId, Tasks.id(sagaId, "seat")));
    }

    private List<String> files(String... tables) {
        return List.of(tables).stream()
                .map(table -> postgres.texts("SELECT pg_relation_filenode('saga." + table + "')")
                        .getFirst())
                .toList();
    }

    private SagaEngine engine(SagaEngineBuilder builder) {
        return builder.register(definition).start();
    }

    private void runToItsEnd(SagaEngine engine, String sagaId) {
        engine.start(definition, request(sagaId));
        assertThat(engine.await(sagaId, SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    private static String script(String name) {
        try (var in = SagaSchema.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
