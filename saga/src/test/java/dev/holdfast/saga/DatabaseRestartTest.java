package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// The database is killed in mid-flight and comes back: nobody is told a lie, and no saga loses its place.
class DatabaseRestartTest {

    private static final int SAGAS = 50;
    private static final Duration LONG = Duration.ofMinutes(1);

    @TempDir(cleanup = CleanupMode.NEVER)
    private Path folder;

    @Test
    void the_engine_rides_it_out() throws Exception {
        int port = freePort();
        var postgres = start(port);
        SagaSchema.create(postgres.getPostgresDatabase());
        var atPivot = new CountDownLatch(SAGAS);
        var mayPay = new CountDownLatch(1);
        var trip = new Trip().when("pay", (payload, call) -> {
            atPivot.countDown();
            mayPay.await();
            return Outcome.Done.done();
        });
        var definition = trip.within(LONG).definition();
        try (var engine = SagaEngine.builder(postgres.getPostgresDatabase())
                .register(definition)
                .start()) {
            for (int i = 0; i < SAGAS; i++) {
                engine.start(definition, SagaEngineTest.request("s" + i));
            }
            assertThat(atPivot.await(60, TimeUnit.SECONDS)).isTrue();

            kill();
            postgres.close();
            mayPay.countDown();
            postgres = start(port);

            for (int i = 0; i < SAGAS; i++) {
                assertThat(engine.await("s" + i, LONG).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
            }
            assertThat(trip.calls()).as("no step is called again").hasSize(4 * SAGAS);
            assertThat(engine.start(definition, SagaEngineTest.request("after")))
                    .isEqualTo(new StartAnswer.Started("after"));
        } finally {
            postgres.close();
        }
    }

    @Test
    void a_database_that_is_away_for_longer_than_a_lease_kills_no_node() throws Exception {
        int port = freePort();
        var postgres = start(port);
        var database = postgres.getPostgresDatabase();
        SagaSchema.create(database);
        var lease = Duration.ofSeconds(2);
        var news = new CopyOnWriteArrayList<String>();
        var definition = new Trip().within(LONG).definition();
        try (var first = node("a", database, definition, lease, news);
                var second = node("b", database, definition, lease, news)) {
            await().until(() -> first.nodes().size() == 2);

            kill();
            postgres.close();
            long away = System.nanoTime() + lease.multipliedBy(2).toNanos();
            await().until(() -> System.nanoTime() > away);
            postgres = start(port);

            var again = database;
            await().atMost(LONG).ignoreExceptions().until(() -> beats(again) > 0);
            long before = beats(again);
            await().atMost(LONG).until(() -> beats(again) >= before + 12);
            first.start(definition, SagaEngineTest.request("s1"));
            second.start(definition, SagaEngineTest.request("s2"));
            assertThat(first.await("s1", LONG).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
            assertThat(second.await("s2", LONG).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
            assertThat(news).isEmpty();
        } finally {
            postgres.close();
        }
    }

    private static SagaEngine node(
            String name, DataSource database, SagaDefinition<?> definition, Duration lease, List<String> news) {
        return SagaEngine.builder(database)
                .node(name)
                .register(definition)
                .settings(SagaSettings.DEFAULTS.withLease(lease))
                .listener(new SagaListener() {
                    @Override
                    public void fenced(String node) {
                        news.add(node + " is fenced off");
                    }

                    @Override
                    public void tookOver(String node, int sagas) {
                        news.add(node + " is taken over");
                    }
                })
                .start();
    }

    private static long beats(DataSource database) throws SQLException {
        try (var db = database.getConnection();
                var statement = db.createStatement();
                var rows = statement.executeQuery("SELECT min(beat) FROM saga.saga_nodes")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    /// With the embedded server's own settings a commit is lost when the server is killed.
    private EmbeddedPostgres start(int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(folder.resolve("data"))
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
    }

    /// The postmaster, at once; its children follow it.
    private void kill() throws Exception {
        var pid = Long.parseLong(Files.readAllLines(folder.resolve("data").resolve("postmaster.pid"))
                .getFirst());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        var children = postmaster.children().toList();
        postmaster.destroyForcibly();
        postmaster.onExit().get(20, TimeUnit.SECONDS);
        for (var child : children) {
            child.onExit().get(20, TimeUnit.SECONDS);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
