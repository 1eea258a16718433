package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Json;
import dev.holdfast.testing.ServerProcess;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// What a server of its own process prints.
class LogTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @TempDir
    private Path data;

    @Test
    void every_line_of_a_checkout_carries_its_ids_as_fields_also_after_a_crash_and_no_personal_data() throws Exception {
        var settings = List.of(
                "logging.structured.format.console=logstash",
                "logging.level.dev.holdfast=debug",
                "holdfast.payment.simulated.latency=2s");
        try (var server = ServerProcess.start(data, settings);
                var http = HttpClient.newHttpClient()) {
            var purchases = new Purchases(server.address(), http);
            purchases.open();
            var sagaId = purchases.checkout("ord_log_1", "pm_card_declined", "00-" + TRACE + "-00f067aa0ba902b7-01");
            server.killAndRestart();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> purchases.status(sagaId).equals("failed"));
            await().atMost(Duration.ofSeconds(10)).until(() -> server.log().contains("everything is undone"));

            var printed = server.log()
                    .lines()
                    .filter(line -> !line.startsWith("serving at "))
                    .toList();
            assertThat(printed).allMatch(line -> line.startsWith("{") && line.endsWith("}"));
            var lines =
                    printed.stream().map(line -> Json.mapper().readTree(line)).toList();
            assertThat(lines)
                    .filteredOn(line -> text(line, "logger_name").equals("dev.holdfast.saga.SagaRun"))
                    .isNotEmpty()
                    .allMatch(line -> text(line, "trace_id").equals(TRACE))
                    .allMatch(line -> text(line, "saga_id").equals(sagaId));
            assertThat(lines)
                    .filteredOn(line -> text(line, "message").contains(sagaId))
                    .isNotEmpty()
                    .allMatch(line -> text(line, "trace_id").equals(TRACE));
            assertThat(lines)
                    .extracting(line -> text(line, "message"))
                    .anyMatch(message -> message.contains("is accepted as " + sagaId))
                    .anyMatch(message -> message.startsWith("taken up again"))
                    .anyMatch(message -> message.startsWith("COMPENSATE: undo reserve-inventory"));
            assertThat(server.log()).doesNotContain(Purchases.EMAIL, Purchases.STREET);
        }
    }

    private static String text(JsonNode line, String field) {
        return line.path(field).asString("");
    }
}
