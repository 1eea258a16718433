package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.Callers.Call;
import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// PostgreSQL is killed in mid-stream and comes back.
class RestartTest {

    private static final int CLIENTS = 30;
    private static final int REQUESTS = 60;

    @Test
    void answers_agree_with_the_database_after_postgresql_was_killed_and_restarted(@TempDir Path parent)
            throws Exception {
        var directory = parent.resolve("data");
        var first = start(directory, 0);
        var port = first.getPort();
        try (var servers = new Servers()) {
            servers.add(first);
            var database = Database.in(first);
            database.asOwner(Counters.SCHEMA);
            var model = new CounterModel(System.nanoTime());
            var settings = GroupCommitSettings.named("restart").withPatience(Duration.ofMinutes(1));
            try (var lane = GroupCommit.open(database.lanes(), settings, new Counters())) {
                var calls = clients(model, lane);
                model.awaitAnswers(CLIENTS * REQUESTS / 3);
                kill(directory);
                first.close();
                servers.add(restarted(directory, port));
                for (var call : calls) {
                    call.result();
                }
            }
            model.check(database, CLIENTS * REQUESTS);
            assertThat(model.done()).isGreaterThan(CLIENTS * REQUESTS / 2);
        }
    }

    private static List<Call<Boolean>> clients(CounterModel model, GroupCommit<Add, Added> lane) {
        var calls = new ArrayList<Call<Boolean>>();
        for (int client = 0; client < CLIENTS; client++) {
            var number = client;
            calls.add(Callers.call(() -> {
                model.call(number, lane, new Random(number), REQUESTS);
                return true;
            }));
        }
        return calls;
    }

    /// With what the embedded server leaves out by default: a commit that waits for its log. Without it a killed
    /// server forgets what it had acknowledged, and no client can help that.
    private static EmbeddedPostgres start(Path directory, int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setCleanDataDirectory(false)
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("fsync", "on")
                .setPort(port)
                .start();
    }

    /// As `kill -9` of the server's first process: the others end when they see it gone, without a word to anybody.
    private static void kill(Path directory) throws IOException {
        var pid = Long.parseLong(
                Files.readAllLines(directory.resolve("postmaster.pid")).getFirst());
        var postmaster = ProcessHandle.of(pid).orElseThrow();
        postmaster.destroyForcibly();
        postmaster.onExit().join();
    }

    /// The server refuses to start while processes of the killed one are left.
    private static EmbeddedPostgres restarted(Path directory, int port) {
        return await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> start(directory, port), restarted -> true);
    }

    /// Stops the servers a test has started, however it ends.
    private static final class Servers implements AutoCloseable {

        private final List<EmbeddedPostgres> started = new ArrayList<>();

        void add(EmbeddedPostgres server) {
            started.add(server);
        }

        @Override
        public void close() throws IOException {
            for (var server : started) {
                server.close();
            }
        }
    }
}
