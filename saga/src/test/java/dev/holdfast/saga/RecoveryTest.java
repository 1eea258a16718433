package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A saga goes on where it was, whatever became of the node it ran on.
class RecoveryTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = trip.definition();
    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final CompletableFuture<String> fenced = new CompletableFuture<>();
    private final List<String> attention = new CopyOnWriteArrayList<>();
    private final SagaListener listener = new SagaListener() {
        @Override
        public void fenced(String name) {
            fenced.complete(name);
        }

        @Override
        public void attention(String sagaId, String definition, boolean needed) {
            attention.add(sagaId + " " + needed);
        }
    };
    private SagaEngine first;
    private SagaEngine second;

    @AfterEach
    void close() {
        mayAnswer.countDown();
        for (var engine : new SagaEngine[] {first, second}) {
            if (engine != null) {
                engine.close();
            }
        }
    }

    @Test
    void what_was_in_flight_at_a_close_goes_on_at_the_next_start_under_the_same_key() throws Exception {
        blockAt("pay");
        first = engine("a", Duration.ofMillis(1));
        first.start(definition, request("s1"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
        first.close();

        trip.answers("pay", Outcome.Done.done());
        second = engine("a", SOON);

        var view = second.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(trip.keys()).containsExactly("s1:seat", "s1:hotel", "s1:pay", "s1:pay", "s1:ticket");
        assertThat(trip.calls()).extracting(StepCall::repeated).containsExactly(false, false, false, true, false);
        assertThat(view.log())
                .extracting(LogEntry::event)
                .containsExactly(
                        SagaEvent.DONE,
                        SagaEvent.DONE,
                        SagaEvent.PIVOT_BEGUN,
                        SagaEvent.RECOVERED,
                        SagaEvent.DONE,
                        SagaEvent.DONE,
                        SagaEvent.SAGA_COMPLETED);
    }

    @Test
    void a_close_lets_a_running_attempt_finish_and_keeps_its_answer() throws Exception {
        blockAt("hotel");
        first = engine("a", SOON);
        first.start(definition, request("s1"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();

        var closing = Thread.ofVirtual().start(first::close);
        assertThatThrownBy(() -> {
                    while (true) {
                        first.start(definition, request("s2"));
                    }
                })
                .isInstanceOf(OverloadedException.class);
        mayAnswer.countDown();
        closing.join();

        second = engine("a", SOON);
        second.await("s1", SOON);
        assertThat(trip.keys()).filteredOn("s1:hotel"::equals).hasSize(1);
    }

    @Test
    void a_second_engine_of_the_same_name_fences_the_first_off_and_takes_its_sagas_over() throws Exception {
        blockAt("hotel");
        first = engine("a", Duration.ofMillis(1));
        first.start(definition, request("s1"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();

        trip.answers("hotel", Outcome.Done.done());
        second = engine("a", SOON);
        assertThat(second.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);

        assertThatThrownBy(() -> first.start(definition, request("s2")))
                .isInstanceOfAny(NotCommittedException.class, OverloadedException.class);
        assertThat(fenced.get(20, TimeUnit.SECONDS)).isEqualTo("a");
        assertThatThrownBy(() -> first.start(definition, request("s2"))).isInstanceOf(OverloadedException.class);
        assertThat(second.find("s2")).isEmpty();
        assertThat(postgres.texts("SELECT DISTINCT epoch FROM saga.saga_executions"))
                .containsExactlyElementsOf(postgres.texts("SELECT max(epoch) FROM saga.saga_nodes"));
    }

    @Test
    void a_fenced_node_that_gets_its_answer_late_records_nothing() throws Exception {
        blockAt("hotel");
        first = engine("a", Duration.ofMillis(1));
        first.start(definition, request("s1"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();

        trip.answers("hotel", new Outcome.Refused("full", "no room"));
        second = engine("a", SOON);
        second.await("s1", SOON);
        mayAnswer.countDown();

        assertThat(fenced.get(20, TimeUnit.SECONDS)).isEqualTo("a");
        assertThat(second.find("s1").orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
    }

    @Test
    void a_saga_in_the_middle_of_undoing_goes_on_undoing() throws Exception {
        trip.answers("pay", new Outcome.Refused("declined", "no"));
        blockAt("hotel:undo");
        first = engine("a", Duration.ofMillis(1));
        first.start(definition, request("s1"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
        first.close();

        trip.answers("hotel:undo", Outcome.Done.done());
        second = engine("a", SOON);

        assertThat(second.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.FAILED);
        assertThat(trip.called()).containsExactly("seat", "hotel", "pay", "hotel:undo", "hotel:undo", "seat:undo");
    }

    @Test
    void a_saga_of_an_unknown_definition_is_parked_and_holds_nobody_up() throws Exception {
        blockAt("pay");
        first = engine("a", Duration.ofMillis(1));
        first.start(definition, request("s1"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
        first.close();
        postgres.execute("""
                INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at,
                                            updated_at)
                VALUES ('s0', 'trip', 99, 'STARTED', '{"text": "to Rome"}', 'a', 0, now(), now()),
                       ('s2', 'trip', 1, 'STARTED', '[]', 'a', 0, now(), now())
                """);
        trip.answers("pay", Outcome.Done.done());

        second = engine("a", SOON);

        assertThat(second.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(second.list(SagaQuery.newest(10).withNeedsAttention(true)))
                .extracting(SagaSummary::sagaId)
                .containsExactly("s2", "s0");
        var parked = second.find("s0").orElseThrow();
        assertThat(parked.needsAttention()).isTrue();
        assertThat(parked.log().getLast().detail().get("cause")).isEqualTo("no definition trip v99 is registered");
        assertThat(second.quiet()).isTrue();
    }

    @Test
    void a_parked_saga_goes_on_once_a_release_knows_it_again() throws Exception {
        blockAt("pay");
        first = engine("a", Duration.ofMillis(1));
        first.start(definition, request("s1"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
        first.close();
        trip.answers("pay", Outcome.Done.done());
        SagaEngine.builder(postgres.dataSource()).start().close();
        SagaEngine.builder(postgres.dataSource()).listener(listener).start().close();
        assertThat(attention).containsExactly("s1 true");

        second = engine("a", SOON);

        var view = second.await("s1", SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(view.log())
                .filteredOn(entry -> entry.event() == SagaEvent.PARKED)
                .hasSize(1);
        assertThat(attention).containsExactly("s1 true", "s1 true", "s1 false");
        assertThat(second.list(SagaQuery.newest(10).withNeedsAttention(true))).isEmpty();
    }

    @Test
    void a_saga_that_is_recorded_but_does_not_run_is_found_and_taken_up() {
        first = SagaEngine.builder(postgres.dataSource())
                .node("a")
                .register(definition)
                .settings(SagaSettings.DEFAULTS.withSweepEvery(Duration.ofMillis(20)))
                .start();
        postgres.execute("""
                INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at,
                                            updated_at)
                SELECT 's1', 'trip', 1, 'STARTED', '{"text": "to Rome"}', node, epoch, now(), now()
                  FROM saga.saga_nodes
                """);

        assertThat(first.await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
    }

    @Test
    void a_log_that_lost_its_last_row_is_read_again_and_gone_on_with() throws Exception {
        blockAt("pay");
        first = engine("a", SOON);
        first.start(definition, request("s1"));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();

        // As a standby does that is promoted without the last commit: it has neither the row nor the sessions.
        postgres.execute("DELETE FROM saga.saga_steps WHERE event = 'PIVOT_BEGUN'");
        postgres.texts("SELECT pg_terminate_backend(pid, 5000)::text FROM pg_stat_activity"
                + " WHERE application_name LIKE 'holdfast-lane-saga-%' AND datname = current_database()");
        mayAnswer.countDown();

        await().atMost(SOON).until(() -> first.find("s1").orElseThrow().status() == SagaStatus.COMPLETED);
        assertThat(trip.keys()).containsExactly("s1:seat", "s1:hotel", "s1:pay", "s1:pay", "s1:ticket");
    }

    @Test
    void an_engine_does_not_start_without_its_tables() {
        var builder = SagaEngine.builder(TestPostgres.empty().dataSource());

        assertThatThrownBy(builder::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("call SagaSchema.create first");
    }

    @Test
    void the_tables_can_be_created_again_and_again() {
        SagaSchema.create(postgres.dataSource());

        assertThat(postgres.texts("SELECT version || ' ' || script FROM saga.saga_schema"))
                .containsExactly(
                        "1 V1__sagas.sql",
                        "2 V2__audit_once.sql",
                        "3 V3__traceparent.sql",
                        "4 V4__nodes.sql",
                        "5 V5__waiting.sql",
                        "6 V6__retention.sql",
                        "7 V7__ranges_of_like_prefixes.sql");
    }

    private void blockAt(String step) {
        trip.when(step, (payload, call) -> {
            called.countDown();
            mayAnswer.await();
            return Outcome.Done.done();
        });
    }

    private SagaEngine engine(String node, Duration grace) {
        return SagaEngine.builder(postgres.dataSource())
                .node(node)
                .register(definition)
                .settings(SagaSettings.DEFAULTS.withDrainGrace(grace))
                .listener(listener)
                .start();
    }
}
