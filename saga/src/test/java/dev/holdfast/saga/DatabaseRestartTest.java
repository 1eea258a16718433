package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
