package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.OverloadedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Several engines on one database.
class NodesTest {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = trip.definition();
    private final SagaDefinition<String> newer = trip.builder("tour").build();
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final CompletableFuture<String> fenced = new CompletableFuture<>();
    private final List<SagaEngine> engines = new ArrayList<>();

    @AfterEach
    void close() {
        mayAnswer.countDown();
        engines.forEach(SagaEngine::close);
    }

    @Test
    void nodes_run_side_by_side_and_each_keeps_its_own_sagas() {
        var first = node("a", definition);
        var second = node("b", definition);
        for (int i = 0; i < 10; i++) {
            first.start(definition, request("a" + i));
            second.start(definition, request("b" + i));
        }
        for (int i = 0; i < 10; i++) {
            assertThat(second.await("a" + i, SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
            assertThat(first.await("b" + i, SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        }

        assertThat(postgres.texts("SELECT DISTINCT left(saga_id, 1) || ' ' || node FROM saga.saga_runs ORDER BY 1"))
                .containsExactly("a a", "b b");
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_steps WHERE event = 'RECOVERED'"))
                .isZero();
    }

    @Test
    void engines_without_a_name_do_not_fence_each_other_off() {
        for (int i = 0; i < 2; i++) {
            engines.add(SagaEngine.builder(postgres.dataSource())
                    .register(definition)
                    .start());
        }

        engines.getFirst().start(definition, request("s1"));

        assertThat(engines.getFirst().await("s1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(engines.getLast().nodes()).hasSize(2);
    }

    @Test
    void a_node_that_leaves_hands_its_sagas_to_the_others_at_once() throws Exception {
        var leaving = node("a", definition);
        var sagas = IntStream.range(0, 6).mapToObj(i -> "s" + i).toList();
        blockAt("pay", sagas.size(), leaving, sagas);
        node("b", definition);
        var other = node("c", definition);
        trip.answers("pay", Outcome.Done.done());

        leaving.close();

        assertThat(postgres.number("SELECT count(*) FROM saga.saga_runs WHERE node = 'a'"))
                .isZero();
        for (var saga : sagas) {
            assertThat(other.await(saga, SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        }
        assertThat(postgres.texts("""
                        SELECT detail ->> 'node' || ' ' || count(*)
                          FROM saga.saga_steps
                         WHERE event = 'RECOVERED'
                         GROUP BY detail ->> 'node'
                         ORDER BY 1
                        """)).containsExactly("b 3", "c 3");
    }

    @Test
    void a_node_without_anything_to_write_learns_from_its_beat_that_it_is_fenced_off_and_stops() throws Exception {
        var first = node("a", definition);
        blockAt("hotel", 1, first, List.of("s1"));

        new NodeRegistry(postgres.dataSource(), Duration.ofSeconds(3)).enter("a");

        assertThat(fenced.get(20, TimeUnit.SECONDS)).isEqualTo("a");
        assertThatThrownBy(() -> first.start(definition, request("s2"))).isInstanceOf(OverloadedException.class);
        await().atMost(SOON).until(first::quiet);
        assertThat(trip.called()).containsExactly("seat", "hotel");
    }

    @Test
    void a_saga_that_its_heir_does_not_know_is_claimed_by_a_node_that_knows_it() throws Exception {
        var old = node("old", definition);
        var leaving = node("leaving", definition, newer);
        var sagas = IntStream.range(0, 6).mapToObj(i -> "s" + i).toList();
        blockAt("hotel", sagas.size(), leaving, newer, sagas);
        trip.answers("hotel", Outcome.Done.done());
        leaving.close();
        await().atMost(SOON)
                .until(() -> postgres.number("SELECT count(*) FROM saga.saga_executions WHERE parked = 'UNKNOWN'")
                        == sagas.size());
        assertThat(old.find("s0").orElseThrow().needsAttention()).isTrue();
        assertThat(old.nodes().getFirst().parked()).isEqualTo(sagas.size());

        var knowing = node("knowing", definition, newer);

        for (var saga : sagas) {
            assertThat(knowing.await(saga, SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        }
        assertThat(postgres.texts("SELECT DISTINCT node FROM saga.saga_runs")).containsExactly("knowing");
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_runs WHERE parked IS NOT NULL OR needs_attention"))
                .isZero();
    }

    @Test
    void a_node_that_runs_already_is_told_of_a_parked_saga_that_it_knows() throws Exception {
        node("old", definition);
        var leaving = node("leaving", definition, newer);
        var sagas = IntStream.range(0, 6).mapToObj(i -> "s" + i).toList();
        blockAt("hotel", sagas.size(), leaving, newer, sagas);
        trip.answers("hotel", Outcome.Done.done());
        var knowing = node("knowing", definition, newer);

        leaving.close();

        for (var saga : sagas) {
            assertThat(knowing.await(saga, SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        }
        assertThat(postgres.number("SELECT count(DISTINCT saga_id) FROM saga.saga_steps WHERE event = 'PARKED'"))
                .isEqualTo(3);
    }

    @Test
    void a_row_of_the_log_that_this_release_does_not_know_parks_its_saga_and_no_other() throws Exception {
        var leaving = node("leaving", definition);
        blockAt("pay", 3, leaving, List.of("s0", "s1", "s2"));
        leaving.close();
        postgres.execute("""
                INSERT INTO saga.saga_steps (saga_id, seq, event, attempt, generation, started_at, ended_at)
                VALUES ('s1', 4, 'FORETOLD', 0, 0, now(), now()), ('s1', 5, 'PIVOT_BEGUN', 0, 0, now(), now())
                """);
        trip.answers("pay", Outcome.Done.done());

        var next = node("next", definition);

        assertThat(next.await("s0", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(next.await("s2", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(postgres.texts("SELECT saga_id || ' ' || parked FROM saga.saga_executions WHERE parked <> ''"))
                .containsExactly("s1 UNKNOWN");
        assertThat(postgres.texts(
                        "SELECT seq || ' ' || (detail ->> 'cause') FROM saga.saga_steps WHERE event = 'PARKED'"))
                .singleElement()
                .asString()
                .startsWith("6 its log cannot be read: row 4: ")
                .contains("FORETOLD");
        assertThatThrownBy(() -> next.find("s1")).hasMessageContaining("was written by another release");
    }

    @Test
    void a_saga_that_no_node_can_run_is_not_handed_to_and_fro() throws Exception {
        var leaving = node("leaving", definition);
        postgres.execute("""
                INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at,
                                            updated_at)
                SELECT saga_id, 'trip', version, 'STARTED', payload::jsonb, node, epoch, now(), now()
                  FROM saga.saga_nodes
                 CROSS JOIN (VALUES ('s0', 1, '[]'), ('s1', 99, '{"text": "x"}')) AS v(saga_id, version, payload)
                """);
        node("b", definition);
        var other = node("c", definition);
        leaving.close();
        await().atMost(SOON)
                .until(() -> postgres.number("SELECT count(*) FROM saga.saga_runs WHERE parked IS NOT NULL") == 2);
        assertThat(other.operator().retryNow("s0", "olga")).isInstanceOf(OperatorAnswer.NotPossible.class);
        assertThat(other.operator().retryNow("s1", "olga"))
                .isEqualTo(new OperatorAnswer.NotPossible("no definition trip v99 is registered"));
        awaitTwoBeats();
        var owners = postgres.texts("SELECT saga_id || ' ' || parked || ' ' || node FROM saga.saga_runs ORDER BY 1");

        other.start(definition, request("s2"));
        assertThat(other.await("s2", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        awaitTwoBeats();

        assertThat(postgres.texts("SELECT saga_id || ' ' || parked || ' ' || node FROM saga.saga_runs"
                        + " WHERE parked IS NOT NULL ORDER BY 1"))
                .isEqualTo(owners);
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_steps WHERE event = 'PARKED'"))
                .isEqualTo(2);
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_signals WHERE taken_seq IS NULL"))
                .isZero();
    }

    @Test
    void an_operator_may_try_a_parked_saga_anew_at_any_node() {
        node("a", definition);
        postgres.execute("""
                INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at,
                                            updated_at, parked, needs_attention)
                SELECT 's0', 'trip', 1, 'STARTED', '{"text": "x"}', node, epoch, now(), now(), 'BROKEN', true
                  FROM saga.saga_nodes
                """);
        var other = node("b", definition);

        assertThat(other.operator().retryNow("s0", "olga")).isEqualTo(new OperatorAnswer.Accepted());

        assertThat(other.await("s0", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(postgres.texts("SELECT node FROM saga.saga_runs")).containsExactly("b");
    }

    @Test
    void nodes_are_listed_with_what_they_have_and_how_long_they_stand_still() throws Exception {
        var first = node("a", definition);
        blockAt("hotel", 2, first, List.of("s0", "s1"));
        var second = node("b", definition);

        await().atMost(SOON)
                .until(() ->
                        second.nodes().stream().allMatch(seen -> seen.still().isPresent()));

        assertThat(second.nodes())
                .extracting(NodeView::node, NodeView::inFlight, NodeView::parked, NodeView::leaving)
                .containsExactly(tuple("a", 2, 0, false), tuple("b", 0, 0, false));
        assertThat(second.nodes()).allMatch(seen -> seen.still().orElseThrow().compareTo(SOON) < 0);
    }

    private void awaitTwoBeats() {
        int beats = postgres.number("SELECT max(beat) FROM saga.saga_nodes");
        await().atMost(SOON).until(() -> postgres.number("SELECT min(beat) FROM saga.saga_nodes") >= beats + 2);
    }

    private void blockAt(String step, int sagas, SagaEngine engine, List<String> ids) throws InterruptedException {
        blockAt(step, sagas, engine, definition, ids);
    }

    private void blockAt(String step, int sagas, SagaEngine engine, SagaDefinition<String> definition, List<String> ids)
            throws InterruptedException {
        var called = new CountDownLatch(sagas);
        trip.when(step, (payload, call) -> {
            called.countDown();
            mayAnswer.await();
            return Outcome.Done.done();
        });
        ids.forEach(id -> engine.start(definition, request(id)));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();
    }

    /// With a lease so long that nobody is taken for dead: what changes hands in these tests does so in order.
    /// Beats come every second.
    @SafeVarargs
    private SagaEngine node(String name, SagaDefinition<String>... known) {
        var builder = SagaEngine.builder(postgres.dataSource())
                .node(name)
                .settings(SagaSettings.DEFAULTS.withLease(Duration.ofSeconds(6)).withDrainGrace(Duration.ofMillis(1)))
                .listener(new SagaListener() {
                    @Override
                    public void fenced(String node) {
                        fenced.complete(node);
                    }
                });
        for (var each : known) {
            builder.register(each);
        }
        var engine = builder.start();
        engines.add(engine);
        return engine;
    }
}
