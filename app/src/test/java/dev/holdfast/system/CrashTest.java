package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Json;
import dev.holdfast.replay.Replay;
import dev.holdfast.replay.ReplaySettings;
import dev.holdfast.replay.ReplaySummary;
import dev.holdfast.replay.RetailFile;
import dev.holdfast.testing.ServerProcess;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Orders are placed while processes die. What was accepted is brought to its end, and the books agree.
class CrashTest {

    private static final int ORDERS = 240;
    private static final List<String> FAULTS = List.of(
            "holdfast.faults.decline-rate=0.05",
            "holdfast.faults.lost-payment-reply-rate=0.05",
            "holdfast.faults.lost-label-reply-rate=0.05");

    @TempDir
    private Path data;

    @Test
    void the_server_is_killed_in_the_middle_of_a_replay_and_the_books_agree() throws Exception {
        try (var server = ServerProcess.start(data, FAULTS)) {
            var replay = replayInto(server);
            var running = inBackground(replay);
            for (int at : new int[] {60, 150}) {
                await().atMost(Duration.ofMinutes(2)).until(() -> running.isDone() || replay.placed() >= at);
                server.killAndRestart();
            }
            assertWhole(running.join(), server);
        }
    }

    @Test
    void the_database_is_killed_in_the_middle_of_a_replay_and_the_books_agree() throws Exception {
        try (var server = ServerProcess.start(data, FAULTS)) {
            var replay = replayInto(server);
            var running = inBackground(replay);
            for (int at : new int[] {60, 150}) {
                await().atMost(Duration.ofMinutes(2)).until(() -> running.isDone() || replay.placed() >= at);
                var killed = server.killPostgres();
                await().atMost(Duration.ofMinutes(1)).ignoreExceptions().until(() -> server.postmaster() != killed);
            }
            assertWhole(running.join(), server);
        }
    }

    private static Replay replayInto(ServerProcess server) {
        var settings = new ReplaySettings(server.address(), 16, 0, ORDERS, 0.9);
        return new Replay(RetailFile.sample(), settings, new PrintStream(OutputStream.nullOutputStream()));
    }

    private static CompletableFuture<ReplaySummary> inBackground(Replay replay) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return replay.run();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }

    private static void assertWhole(ReplaySummary summary, ServerProcess server) throws Exception {
        assertThat(summary.placed()).isEqualTo(ORDERS);
        assertThat(summary.ended()).isEqualTo(ORDERS);
        assertThat(summary.confirmed()).isPositive();
        var audit = audit(server);
        assertThat(audit.path("quiet").asBoolean()).as(audit::toPrettyString).isTrue();
        assertThat(audit.path("clean").asBoolean()).as(audit::toPrettyString).isTrue();
    }

    private static JsonNode audit(ServerProcess server) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(server.address().resolve("/v1/ops/audit?wait=60"))
                    .build();
            return Json.mapper()
                    .readTree(http.send(request, BodyHandlers.ofString()).body());
        }
    }
}
