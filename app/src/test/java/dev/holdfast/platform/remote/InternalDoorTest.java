package dev.holdfast.platform.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// `/internal/v1/{service}/batch`, as bytes.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InternalDoorTest {

    private static final String BATCH = "/internal/v1/orders/batch";
    private static final String SECRET = "Holdfast-Secret";

    private final TestServer server = TestServer.with(
            "holdfast.roles=orders,notification,inventory,catalog",
            "holdfast.services.secret=s3cret",
            "holdfast.http.max-body=1KB");

    @AfterAll
    void close() throws Exception {
        server.close();
    }

    @Test
    void who_does_not_know_the_secret_is_refused_and_nothing_is_done() {
        for (var headers : List.of(new String[0], new String[] {SECRET, "s3cre"}, new String[] {SECRET, "s3cret2"})) {
            var answer = server.post(BATCH, List.of(call("find", "x")), headers);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.json().path("type").asString()).endsWith("/unauthorized");
            assertThat(answer.json().path("detail").asString())
                    .contains("holdfast.services.secret must be the same in all processes");
        }
    }

    @Test
    void every_call_has_a_line_of_its_own_with_its_own_status() {
        var cancel = Map.of("order_id", "door_1", "reason", "none");
        var answer = post(List.of(
                call("cancel", cancel),
                call("find", "nobody's"),
                call("reserve", Map.of("order_id", "door_2")),
                call("fly", "x"),
                call("reserve", Map.of("not", "a text")),
                call("list", Map.of("limit", 0))));
        var lines = lines(answer);
        assertThat(statuses(lines)).containsExactly(200, 200, 409, 404, 400, 400);
        assertThat(lines.get(0).path("body").path("order_id").asString()).isEqualTo("door_1");
        assertThat(lines.get(1).path("body").isNull()
                        || lines.get(1).path("body").isMissingNode())
                .isTrue();
        assertThat(slug(lines.get(2))).isEqualTo("not-found");
        assertThat(slug(lines.get(3))).isEqualTo("unknown-operation");
        assertThat(slug(lines.get(4))).isEqualTo("invalid-argument");
        assertThat(slug(lines.get(5))).isEqualTo("invalid-argument");
        assertThat(lines.get(5).path("body").path("detail").asString()).contains("limit must be 1 to 200, not 0");
    }

    @Test
    void a_call_that_cannot_be_read_is_told_its_place_and_no_class() {
        var lines = lines(post("""
                [{"operation":"find","body":null},
                 {"operation":"create","body":{"lines":[{"quantity":"many"}]}},
                 {"operation":"cancel","body":{"reson":"none"}},
                 {"operation":"find","body":"nobody's"}]
                """));
        assertThat(statuses(lines)).containsExactly(400, 400, 400, 200);
        assertThat(detail(lines.get(0))).isEqualTo("'find' was asked with nothing");
        assertThat(detail(lines.get(1)))
                .isEqualTo("'create' was asked with what it cannot read, at #/lines/0/quantity");
        assertThat(detail(lines.get(2))).isEqualTo("'cancel' was asked with what it cannot read, at #/reson");
    }

    private static String detail(JsonNode line) {
        return line.path("body").path("detail").asString();
    }

    @Test
    void a_service_that_does_not_run_here_is_not_offered_here() {
        for (var service : List.of("payment", "checkout", "nothing", "Orders")) {
            var answer =
                    server.post("/internal/v1/" + service + "/batch", List.of(call("find", "x")), SECRET, "s3cret");
            assertThat(answer.status()).as(service).isEqualTo(404);
        }
    }

    @Test
    void what_is_no_list_of_calls_is_refused_whole() {
        for (var body : List.of(
                "",
                "{}",
                "[]",
                "[null]",
                "[{}]",
                "[{\"operation\":\"find\"}]",
                "[{\"operation\":\"find\",\"body\":\"x\",\"more\":1}]",
                "[{\"operation\":\"find\",\"body\":\"x\"",
                "nonsense")) {
            assertThat(post(body).status()).as(body).isEqualTo(400);
        }
        var many = IntStream.rangeClosed(0, Batches.MOST_CALLS)
                .mapToObj(n -> call("find", "x"))
                .toList();
        assertThat(post(many).status()).isEqualTo(400);
    }

    @Test
    void a_batch_may_be_larger_than_what_a_stranger_may_send() {
        var calls = IntStream.range(0, 100)
                .mapToObj(n -> call("find", "order-" + n))
                .toList();
        assertThat(statuses(lines(post(calls)))).hasSize(100).containsOnly(200);
        assertThat(server.post("/v1/products:import", "x".repeat(2_000)).status())
                .isEqualTo(413);
    }

    @Test
    void a_process_that_has_everything_offers_nothing() {
        assertThat(TestServer.shared().post(BATCH, List.of(call("find", "x"))).status())
                .isEqualTo(404);
    }

    private Answer post(Object body) {
        return server.post(BATCH, body, SECRET, "s3cret");
    }

    private static Map<String, Object> call(String operation, Object body) {
        return Map.of("operation", operation, "body", body);
    }

    /// By the place of the call they answer.
    private static List<JsonNode> lines(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("application/x-ndjson");
        return answer.body()
                .lines()
                .map(line -> Wire.MAPPER.readTree(line))
                .sorted(java.util.Comparator.comparingInt(line -> line.path("n").asInt()))
                .toList();
    }

    private static List<Integer> statuses(List<JsonNode> lines) {
        return lines.stream().map(line -> line.path("status").asInt()).toList();
    }

    private static String slug(JsonNode line) {
        var type = line.path("body").path("type").asString();
        return type.substring(type.lastIndexOf('/') + 1);
    }
}
