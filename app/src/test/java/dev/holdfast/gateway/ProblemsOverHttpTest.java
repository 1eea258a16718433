package dev.holdfast.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.groupcommit.GroupCommitSettings;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What callers see when something goes wrong, over real HTTP.
class ProblemsOverHttpTest {

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with(Echo.class, "holdfast.http.max-body=64KB", "holdfast.http.max-text=1000");
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Test
    void a_good_request_comes_back_as_it_was() {
        var order = """
                {"order_id":"ord_1","items":[{"sku":"AW1001","quantity":2}],"total":{"amount":19998,"currency":"USD"},\
                "weight":1.50,"length":10.5,"colour":"RED","at":"2025-08-05T14:23:00Z","gift":true,"labels":{"a":"ü😀"}}""";
        var answer = server.post("/echo", order);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json()).isEqualTo(dev.holdfast.platform.Json.mapper().readTree(order));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            unknown field | {"orderid":"a"} | #/orderid | is not a known field
            unknown nested field | {"items":[{"sku":"a","quantity":1,"qty":1}]} | #/items/0/qty | known are: quantity, sku
            zero | {"items":[{"sku":"a","quantity":0}]} | #/items/0/quantity | must be 1 or more
            missing | {"items":[{"sku":"a"}]} | #/items/0/quantity | must be given
            null for a number | {"items":[{"sku":"a","quantity":null}]} | #/items/0/quantity | must be given
            text for a number | {"items":[{"sku":"a","quantity":"2"}]} | #/items/0/quantity | whole number
            fraction | {"items":[{"sku":"a","quantity":1.5}]} | #/items/0/quantity | whole number
            2^31 | {"items":[{"sku":"a","quantity":2147483648}]} | #/items/0/quantity | whole number
            number for a text | {"order_id":5} | #/order_id | must be a text
            object for a text | {"order_id":{}} | #/order_id | must be a text
            text for a list | {"items":"a"} | #/items | a list
            list for an object | {"items":[[]]} | #/items/0 | an object
            text for a truth | {"gift":"true"} | #/gift | true or false
            number for a truth | {"gift":1} | #/gift | true or false
            no such colour | {"colour":"PINK"} | #/colour | one of RED, GREEN
            number for a colour | {"colour":1} | #/colour | one of RED, GREEN
            no time | {"at":"yesterday"} | #/at | a time such as
            no currency | {"total":{"amount":1,"currency":"XYZ"}} | #/total | ISO 4217
            money in decimals | {"total":{"amount":1.5,"currency":"USD"}} | #/total/amount | whole number
            more than a long | {"total":{"amount":9223372036854775808,"currency":"USD"}} | #/total/amount | whole number
            1e400 | {"weight":1e400} | #/weight | at most 30 digits
            1e999999999 | {"weight":1e999999999} | #/weight | at most 30 digits
            1e-999999999 | {"weight":1e-999999999} | #/weight | at most 30 digits
            1e400 as a double | {"length":1e400} | #/length | too large
            NaN as a text | {"length":"NaN"} | #/length | must be a number
            half a surrogate pair | {"order_id":"\\ud83d"} | #/order_id | surrogate
            second half only | {"order_id":"\\ude00 x"} | #/order_id | surrogate
            NUL | {"order_id":"a\\u0000"} | #/order_id | control character U+0000
            escape character | {"order_id":"a\\u001b[31m"} | #/order_id | control character U+001B
            surrogate in a value | {"labels":{"a":"\\ud83d"}} | #/labels/a | surrogate
            """)
    void a_wrong_value_is_refused_with_its_place(String what, String body, String pointer, String detail) {
        var answer = server.post("/echo", body);
        assertProblem(answer, 400, "invalid-request");
        var error = answer.json().get("errors").get(0);
        assertThat(error.get("pointer").asString()).as(answer.body()).isEqualTo(pointer);
        assertThat(error.get("detail").asString()).as(answer.body()).contains(detail);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            broken | {"order_id":"a"
            not quoted | {order_id:1}
            a bare NaN | {"weight":NaN}
            a bare Infinity | {"length":Infinity}
            a raw control character | {"order_id":"\u0007"}
            a name twice | {"order_id":"a","order_id":"b"}
            a name twice, nested | {"items":[{"sku":"a","sku":"b","quantity":1}]}
            more after the end | {"order_id":"a"} {}
            a comment | {"order_id":"a"/*b*/}
            nothing                 | ''
            """)
    void what_is_no_json_is_refused(String what, String body) {
        var answer = server.post("/echo", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertProblem(answer, 400, answer.json().get("type").asString().replaceAll(".*/", ""));
        assertThat(answer.body()).contains("errors");
    }

    @Test
    void json_a_thousand_levels_deep_is_refused() {
        assertProblem(server.post("/echo", "{\"raw\":" + "[".repeat(1000)), 400, "unreadable-request");
        assertProblem(server.post("/echo", "{\"raw\":" + "{\"a\":".repeat(1000)), 400, "unreadable-request");
        assertProblem(server.post("/echo", "[".repeat(1000)), 400, "invalid-request");
        var deepest = "{\"raw\":" + "[".repeat(49) + "]".repeat(49) + "}";
        assertThat(server.post("/echo", deepest).status()).isEqualTo(200);
    }

    @Test
    void long_texts_names_and_numbers_are_refused() {
        assertProblem(server.post("/echo", "{\"order_id\":\"" + "x".repeat(1001) + "\"}"), 400, "unreadable-request");
        assertProblem(server.post("/echo", "{\"" + "x".repeat(300) + "\":1}"), 400, "unreadable-request");
        assertProblem(server.post("/echo", "{\"weight\":" + "1".repeat(200) + "}"), 400, "unreadable-request");
    }

    @Test
    void a_body_over_the_limit_is_refused_whether_its_length_is_announced_or_not() throws Exception {
        var body = "{\"order_id\":\"a\"" + " ".repeat(70_000) + "}";
        assertProblem(server.post("/echo", body), 413, "body-too-large");
        var chunked = HttpRequest.newBuilder(server.uri().resolve("/echo"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body.getBytes())))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(chunked, HttpResponse.BodyHandlers.ofString());
            assertProblem(new Answer(answer.statusCode(), answer.headers(), answer.body()), 413, "body-too-large");
        }
    }

    @Test
    void what_the_path_the_method_and_the_types_do_not_allow_is_said() {
        assertProblem(server.get("/no/such/path"), 404, "not-found");
        assertProblem(server.get("/actuator/env"), 404, "not-found");
        var method = server.put("/echo", "{}");
        assertProblem(method, 405, "method-not-allowed");
        assertThat(method.header("Allow")).isEqualTo("POST");
        assertProblem(server.post("/echo", "a,b", "Content-Type", "text/plain"), 415, "unsupported-media-type");
        assertProblem(server.post("/echo", "{}", "Content-Type", "not a type"), 415, "unsupported-media-type");
        assertProblem(server.post("/echo", "{}", "Accept", "image/png"), 406, "not-acceptable");
        assertProblem(server.get("/echo/number?n=two"), 400, "invalid-request");
        assertProblem(server.get("/echo/number"), 400, "invalid-request");
        assertProblem(server.get("/echo/number?n=%FF"), 400, "unreadable-request");
        assertProblem(server.get("/echo/a%2Fb"), 400, "unreadable-request");
    }

    /// Over a bare connection: a client that is careful about what it sends is of no use here.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=b",
                "multipart/mixed",
                "text/plain; charset=foo",
                "text/plain; charset=",
                "application/x-www-form-urlencoded",
                "application/x-www-form-urlencoded; charset=foo",
                "application/json; charset=foo",
                "application/json; charset=\"",
                "application/json;;",
                "application/*",
                "*/*",
                "/",
                ";",
                ""
            })
    void whatever_a_body_is_said_to_be_it_is_no_fault_of_ours(String type) throws Exception {
        for (var line : List.of("POST /echo", "PUT /v1/products/x", "POST /v1/checkout", "POST /v1/products:import")) {
            var answer = raw(line + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: " + type
                    + "\r\nIdempotency-Key: k\r\nContent-Length: 5\r\n\r\na=b&c");
            assertThat(answer).startsWith("HTTP/1.1 4").contains("application/problem+json");
        }
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                arguments(new KeyReusedException("k"), 422, "idempotency-key-reused", "take a new key"),
                arguments(new NoEffectException("refused", null), 503, "downstream-unavailable", "nothing was done"),
                arguments(new EffectUnclearException("?", null), 503, "outcome-unclear", "same Idempotency-Key"),
                arguments(new IllegalStateException("SELECT secret"), 500, "internal-error", "trace_id"),
                arguments(new StackOverflowError(), 500, "internal-error", "trace_id"),
                arguments(
                        new IllegalStateException(new SQLTransientConnectionException("pool is empty")),
                        503,
                        "database-unavailable",
                        "repeat the request"),
                arguments(
                        new IllegalStateException(new SQLException("FATAL: shutting down", "57P01")),
                        503,
                        "database-unavailable",
                        "repeat the request"),
                arguments(
                        new IllegalStateException(new SQLException("syntax error at SELECT", "42601")),
                        500,
                        "internal-error",
                        "trace_id"),
                arguments(
                        new IllegalStateException(new SQLException("invalid byte sequence: 0x00", "22021")),
                        400,
                        "invalid-request",
                        "nothing was recorded"),
                arguments(new CompletionException(new KeyReusedException("k")), 422, "idempotency-key-reused", ""),
                arguments(ProblemException.notFound("order", "ord_1"), 404, "not-found", "no order 'ord_1'"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void a_fault_says_what_happened_and_what_to_do(Throwable fault, int status, String slug, String detail) {
        Echo.NEXT.set(fault);
        var answer = server.post("/echo/fail", "{}");
        assertProblem(answer, status, slug);
        assertThat(answer.json().get("detail").asString()).contains(detail);
        assertThat(answer.header("Retry-After") != null).isEqualTo(status == 503);
    }

    @Test
    void who_only_asks_is_not_told_of_an_effect() {
        Echo.NEXT.set(new EffectUnclearException("?", null));
        var answer = server.get("/echo/fail");
        assertProblem(answer, 503, "not-answered");
        assertThat(answer.json().get("detail").asString()).doesNotContain("Idempotency-Key", "effect");
        assertThat(answer.header("Retry-After")).isEqualTo("2");
    }

    @Test
    void a_problem_of_a_service_keeps_its_extensions() {
        Echo.NEXT.set(new ProblemException(409, "out-of-stock", "Out of stock", "2 of 'a' are left; order fewer")
                .with("items", List.of(Map.of("item_id", "a", "requested", 3, "available", 2))));
        var answer = server.post("/echo/fail", "{}");
        assertProblem(answer, 409, "out-of-stock");
        assertThat(answer.json().get("items").get(0).get("available").asInt()).isEqualTo(2);
    }

    @Test
    void each_way_a_lane_fails_has_its_answer() throws Exception {
        try (var database = TestDatabase.fresh()) {
            var source = database.dataSource();
            // Never taken: the lane is closed.
            var closed = GroupCommit.open(source, GroupCommitSettings.named("closed"), (db, all) -> all);
            closed.close();
            assertLaneFault(closed, 503, "overloaded", "nothing was recorded");
            // Taken, and no answer in time. The lane has its connection before, so that it takes at once.
            var release = new CountDownLatch(1);
            var patience = GroupCommitSettings.named("slow").withPatience(Duration.ofMillis(500));
            try (var slow = GroupCommit.<Object, Object>open(source, patience, (db, all) -> {
                if (!all.contains("first")) {
                    awaited(release);
                }
                return all;
            })) {
                slow.submit("first", Duration.ofSeconds(30));
                assertLaneFault(slow, 503, "outcome-unclear", "same Idempotency-Key");
                release.countDown();
            }
        }
    }

    private static void assertLaneFault(GroupCommit<Object, Object> lane, int status, String slug, String detail) {
        var fault = catchThrowableOfType(GroupCommitException.class, () -> lane.submit("request"));
        Echo.NEXT.set(fault);
        var answer = server.post("/echo/fail", "{}");
        assertProblem(answer, status, slug);
        assertThat(answer.json().get("detail").asString()).contains(detail);
    }

    private static void awaited(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void the_trace_of_the_caller_goes_on_and_a_malformed_one_is_replaced() {
        var id = "4bf92f3577b34da6a3ce929d0e0e4736";
        var answer = server.get("/echo/trace", "traceparent", "00-" + id + "-00f067aa0ba902b7-01");
        assertThat(answer.header("traceparent")).startsWith("00-" + id + "-").doesNotContain("00f067aa0ba902b7");
        assertThat(answer.json().get("traceparent").asString()).isEqualTo(answer.header("traceparent"));
        assertThat(answer.json().get("logged").asString()).isEqualTo(id);
        var zero = "00-00000000000000000000000000000000-00f067aa0ba902b7-01";
        assertThat(server.get("/echo/trace", "traceparent", zero).header("traceparent"))
                .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
                .doesNotContain("0000000000000000000000000000000");
    }

    @Test
    void what_is_no_http_is_answered_without_naming_the_server() throws Exception {
        assertThat(raw("GET /echo|<script> HTTP/1.1\r\nHost: a\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .doesNotContain("Tomcat", "html", "org.apache");
    }

    private static String raw(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", server.uri().getPort())) {
            socket.getOutputStream().write(request.getBytes());
            return new String(socket.getInputStream().readAllBytes());
        }
    }

    private static void assertProblem(Answer answer, int status, String slug) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        var problem = answer.json();
        assertThat(problem.get("type").asString()).isEqualTo("https://holdfast.dev/problems/" + slug);
        assertThat(problem.get("status").asInt()).isEqualTo(status);
        assertThat(problem.get("title").asString()).isNotBlank();
        assertThat(problem.get("detail").asString()).isNotBlank();
        assertThat(problem.get("instance").asString()).startsWith("/");
        assertThat(answer.header("traceparent"))
                .contains(problem.get("trace_id").asString());
        assertThat(answer.body())
                .doesNotContain(
                        "dev.holdfast.", "java.", "tools.jackson", "springframework", "SELECT", "\tat ", "Exception");
    }
}
