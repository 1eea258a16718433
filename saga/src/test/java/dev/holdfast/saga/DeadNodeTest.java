package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/// A node is killed, or frozen in the worst moment, and the others go on with its sagas.
class DeadNodeTest {

    private static final int SAGAS = 60;
    private static final Duration LEASE = Duration.ofSeconds(4);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final SagaSettings SETTINGS = SagaSettings.DEFAULTS.withLease(LEASE);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = trip.definition();
    private final List<SagaEngine> engines = new ArrayList<>();
    private Process victim;

    @AfterEach
    void close() {
        engines.forEach(SagaEngine::close);
        if (victim != null) {
            victim.destroyForcibly();
        }
    }

    /// Brings its sagas to the hotel, where they wait for ever. Then says `ready`, asks for one more, and says when
    /// it is fenced off.
    static final class Victim {

        private Victim() {}

        public static void main(String[] args) throws Exception {
            var dataSource = new PGSimpleDataSource();
            dataSource.setUrl(args[0]);
            var atHotel = new CountDownLatch(SAGAS);
            var fenced = new CompletableFuture<String>();
            var definition = new Trip()
                    .within(LONG)
                    .when("hotel", (payload, call) -> {
                        atHotel.countDown();
                        new CountDownLatch(1).await();
                        return Outcome.Done.done();
                    })
                    .definition();
            var engine = SagaEngine.builder(dataSource)
                    .node("victim")
                    .register(definition)
                    .settings(SETTINGS)
                    .listener(new SagaListener() {
                        @Override
                        public void fenced(String node) {
                            fenced.complete(node);
                        }
                    })
                    .start();
            for (int i = 0; i < SAGAS; i++) {
                engine.start(definition, SagaEngineTest.request("s" + i));
            }
            atHotel.await();
            System.out.println("ready");
            Thread.ofVirtual().start(() -> engine.start(definition, SagaEngineTest.request("one-more")));
            System.out.println("fenced " + fenced.get());
            engine.close();
            System.out.println("closed");
        }
    }

    @Test
    void the_sagas_of_a_killed_node_go_on_at_all_the_others() throws Exception {
        start("a");
        start("b");
        victim = victim();
        said(victim.inputReader(), "ready");

        victim.destroyForcibly().waitFor();

        allComplete(engines.getFirst());
        assertThat(postgres.texts("""
                        SELECT DISTINCT detail ->> 'node' FROM saga.saga_steps WHERE event = 'RECOVERED' ORDER BY 1
                        """)).containsExactly("a", "b");
        assertThat(trip.calls())
                .as("what was done before is not done again")
                .filteredOn(call -> call.step().equals("seat") && !call.sagaId().equals("one-more"))
                .isEmpty();
    }

    /// All who waited at the dead node come to the others, which then have no connection left for anybody.
    @Test
    void the_sagas_of_a_killed_node_go_on_while_customers_have_every_connection_of_the_pool() throws Exception {
        var pool = new ExhaustiblePool(postgres.dataSource());
        engines.add(SagaEngine.builder(pool)
                .laneConnections(postgres.dataSource())
                .node("a")
                .register(definition)
                .settings(SETTINGS)
                .start());
        victim = victim();
        said(victim.inputReader(), "ready");

        pool.exhaust();
        victim.destroyForcibly().waitFor();

        await().atMost(LONG).until(() -> postgres.number("""
                        SELECT count(*) FROM saga.saga_runs WHERE status <> 'COMPLETED' AND saga_id LIKE 's%'
                        """) == 0);
        pool.refill();
    }

    @Test
    void a_node_frozen_in_a_transaction_that_holds_its_fence_is_taken_over_and_writes_nothing_when_it_wakes()
            throws Exception {
        start("a");
        start("b");
        try (var key = postgres.dataSource().getConnection()) {
            holdKeyOf("one-more", key);
            victim = victim();
            var words = victim.inputReader();
            said(words, "ready");
            await().atMost(LONG).pollInterval(Duration.ofMillis(5)).until(() -> postgres.number("""
                            SELECT count(*)
                              FROM pg_stat_activity
                             WHERE datname = current_database() AND application_name LIKE 'holdfast-lane-saga-victim%'
                               AND wait_event_type = 'Lock'
                            """) == 1);
            signal("STOP");
            key.rollback();

            allComplete(engines.getFirst());
            assertThat(engines.getFirst().nodes()).extracting(NodeView::node).containsExactly("a", "b");

            signal("CONT");
            said(words, "fenced victim");
            said(words, "closed");
            assertThat(victim.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(engines.getFirst().find("one-more")).isEmpty();
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_start_keys WHERE saga_id = 'one-more'"))
                .isZero();
        assertThat(new SagaBooks(postgres.dataSource()).always()).allMatch(rule -> rule.broken() == 0);
    }

    /// Whoever starts under this key waits in its transaction for this one's end.
    private static void holdKeyOf(String saga, Connection db) throws SQLException {
        var request = SagaEngineTest.request(saga);
        db.setAutoCommit(false);
        try (var insert = db.prepareStatement("INSERT INTO saga.saga_start_keys VALUES (?, ?, 'h', 's', now())")) {
            insert.setString(1, request.scope());
            insert.setString(2, request.idempotencyKey());
            insert.execute();
        }
    }

    private void allComplete(SagaEngine engine) {
        for (int i = 0; i < SAGAS; i++) {
            assertThat(engine.await("s" + i, LONG).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        }
    }

    private void start(String node) {
        engines.add(SagaEngine.builder(postgres.dataSource())
                .node(node)
                .register(definition)
                .settings(SETTINGS)
                .start());
    }

    private static void said(BufferedReader words, String wanted) throws IOException {
        var heard = new ArrayList<String>();
        for (var line = words.readLine(); line != null; line = words.readLine()) {
            if (line.equals(wanted)) {
                return;
            }
            heard.add(line);
        }
        assertThat(heard).as("what the other process said").contains(wanted);
    }

    private void signal(String name) throws Exception {
        assertThat(new ProcessBuilder("kill", "-" + name, String.valueOf(victim.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    private Process victim() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Victim.class.getName(),
                        postgres.url())
                .redirectErrorStream(true)
                .start();
    }
}
