package dev.holdfast.platform.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.remote.OddServer.Conduct;
import dev.holdfast.platform.remote.RemoteFixture.Asked;
import dev.holdfast.platform.remote.RemoteFixture.No;
import dev.holdfast.platform.remote.RemoteFixture.Yes;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The table of `docs/services-apart.md`, line by line, against a server that does these things on a real port.
class RemoteFaultsTest {

    private static final String HTML = "<html><body>503 Service Unavailable</body></html>";

    @Test
    void nobody_listening_at_the_address_is_no_effect() throws Exception {
        URI gone;
        try (var port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = URI.create("http://127.0.0.1:" + port.getLocalPort());
        }
        assertThat(faultAt(gone)).isInstanceOf(NoEffectException.class).hasMessageContaining("nothing was sent");
    }

    @Test
    void a_name_that_nobody_knows_is_no_effect() {
        assertThat(faultAt(URI.create("http://no-such-host.invalid:80"))).isInstanceOf(NoEffectException.class);
    }

    @Test
    void a_connection_that_does_not_come_about_in_time_is_no_effect() throws Exception {
        var fillers = new ArrayList<Socket>();
        try (var port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // The kernel completes connections until its queue is full; from then on it drops who knocks.
            while (knock(port, fillers)) {}
            var uri = URI.create("http://127.0.0.1:" + port.getLocalPort());
            assertThat(faultAt(uri)).isInstanceOf(NoEffectException.class);
        } finally {
            for (var filler : fillers) {
                filler.close();
            }
        }
    }

    private static boolean knock(ServerSocket port, ArrayList<Socket> fillers) throws Exception {
        var socket = new Socket();
        fillers.add(socket);
        try {
            socket.connect(new InetSocketAddress(port.getInetAddress(), port.getLocalPort()), 300);
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        }
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                odd("accepts and closes", connection -> {}),
                odd("reads the request and closes", OddServer.Connection::read),
                odd("reads the request and dies", connection -> {
                    connection.read();
                    connection.reset();
                }),
                odd("dies in the head of its answer", connection -> {
                    connection.read();
                    connection.say("HTTP/1.1 200 OK\r\nContent-Ty");
                    connection.reset();
                }),
                odd("dies before the first line", connection -> {
                    connection.read();
                    connection.begin();
                    connection.reset();
                }),
                odd("speaks no HTTP", connection -> {
                    connection.read();
                    connection.say("220 mail.example.org ESMTP\r\n");
                }));
    }

    static Stream<Arguments> halves() {
        return Stream.of(
                odd("dies in the middle of a line", connection -> {
                    connection.read();
                    connection.begin();
                    connection.chunk("{\"n\":0,\"status\":200,\"bo");
                    connection.reset();
                }),
                odd("ends its answer in the middle of a line", connection -> {
                    connection.read();
                    connection.begin();
                    connection.chunk("{\"n\":0,\"status\":200,\"bo");
                    connection.end();
                }),
                odd("ends its answer without a line", connection -> {
                    connection.read();
                    connection.begin();
                    connection.end();
                }),
                odd("answers other calls than were asked", connection -> {
                    connection.read();
                    connection.begin();
                    connection.chunk("{\"n\":7,\"status\":200,\"body\":{\"text\":\"x\"}}\n");
                    connection.end();
                }));
    }

    @ParameterizedTest(name = "a server that {0}")
    @MethodSource({"broken", "halves"})
    void a_connection_that_broke_once_it_stood_is_unclear(String what, Conduct conduct) throws Exception {
        assertThat(faultOf(conduct)).as(what).isInstanceOf(EffectUnclearException.class);
    }

    @Test
    void a_server_that_does_not_say_that_it_has_the_request_is_unclear_and_holds_nobody_up() throws Exception {
        var settings = RemoteFixture.settings(Duration.ofMillis(200), Duration.ofSeconds(30));
        try (var server = new OddServer(connection -> {
                    connection.read();
                    connection.read(); // until the caller gives the connection up
                });
                var remote = new RemoteFixture(server.uri(), settings)) {
            assertThat(catchThrowable(() -> remote.ask("x")))
                    .isInstanceOf(EffectUnclearException.class)
                    .hasMessageContaining("did not say in time that it has the request");
        }
    }

    @Test
    void an_answer_that_does_not_come_in_time_is_unclear_and_its_connection_is_closed() throws Exception {
        var closed = new CountDownLatch(1);
        var settings = RemoteFixture.settings(Duration.ofSeconds(30), Duration.ofMillis(300));
        try (var server = new OddServer(connection -> {
                    connection.read();
                    connection.begin();
                    connection.read();
                    closed.countDown();
                });
                var remote = new RemoteFixture(server.uri(), settings)) {
            assertThat(catchThrowable(() -> remote.ask("x"))).isInstanceOf(EffectUnclearException.class);
            closed.await();
        }
    }

    @Test
    void a_kept_connection_that_dies_under_a_request_is_unclear_and_is_not_sent_again() throws Exception {
        try (var server = new OddServer(connection -> {
                    connection.read();
                    connection.begin();
                    connection.chunk("{\"n\":0,\"status\":200,\"body\":{\"text\":\"yes\"}}\n");
                    connection.end();
                    connection.read();
                });
                var remote = new RemoteFixture(server.uri())) {
            assertThat(remote.ask("first")).isEqualTo(new Yes("yes"));
            assertThat(catchThrowable(() -> remote.ask("second"))).isInstanceOf(EffectUnclearException.class);
            assertThat(server.accepted()).isEqualTo(1);
        }
    }

    static Stream<Arguments> wholes() {
        return Stream.of(
                whole(500, "text/html", HTML, EffectUnclearException.class),
                whole(502, "text/html", HTML, EffectUnclearException.class),
                whole(503, "text/html", HTML, EffectUnclearException.class),
                whole(504, "text/plain", "upstream timed out", EffectUnclearException.class),
                whole(503, "application/json", "{\"message\":\"no healthy upstream\"}", EffectUnclearException.class),
                whole(200, "text/html", HTML, EffectUnclearException.class),
                whole(200, "application/json", "[]", EffectUnclearException.class),
                whole(302, "text/html", HTML, EffectUnclearException.class),
                whole(404, "text/html", HTML, EffectUnclearException.class),
                whole(401, "text/html", HTML, EffectUnclearException.class),
                ours(500, "internal-error", EffectUnclearException.class),
                ours(503, "outcome-unclear", EffectUnclearException.class),
                ours(503, "database-unavailable", EffectUnclearException.class),
                ours(503, "unavailable", EffectUnclearException.class),
                whole(413, "text/html", HTML, NoEffectException.class),
                whole(429, "text/html", HTML, NoEffectException.class),
                ours(413, "body-too-large", NoEffectException.class),
                ours(429, "too-many-requests", NoEffectException.class),
                ours(401, "unauthorized", NoEffectException.class),
                ours(404, "not-found", NoEffectException.class),
                ours(503, "overloaded", NoEffectException.class),
                ours(503, "not-recorded", EffectUnclearException.class),
                ours(503, "downstream-unavailable", EffectUnclearException.class),
                ours(409, "unknown-operation", EffectUnclearException.class),
                ours(400, "invalid-request", EffectUnclearException.class));
    }

    @ParameterizedTest(name = "the whole request answered {0} {2}")
    @MethodSource("wholes")
    void an_answer_to_the_whole_request(int status, String type, String body, Class<?> meaning) throws Exception {
        assertThat(faultOf(connection -> {
                    connection.read();
                    connection.answer(status, type, body);
                }))
                .isInstanceOf(meaning);
    }

    static Stream<Arguments> replies() {
        return Stream.of(
                reply(503, problem(503, "overloaded"), NoEffectException.class),
                reply(503, problem(503, "not-recorded"), NoEffectException.class),
                reply(503, problem(503, "downstream-unavailable"), NoEffectException.class),
                reply(404, problem(404, "unknown-operation"), NoEffectException.class),
                reply(503, problem(503, "outcome-unclear"), EffectUnclearException.class),
                reply(503, problem(503, "database-unavailable"), EffectUnclearException.class),
                reply(500, problem(500, "internal-error"), EffectUnclearException.class),
                reply(200, "{\"text\":[]}", EffectUnclearException.class),
                reply(200, "{}", EffectUnclearException.class),
                reply(200, "null", EffectUnclearException.class),
                reply(200, "{\"code\":\"a-new-no\",\"why\":\"because\"}", EffectUnclearException.class),
                reply(409, "{\"some\":\"thing\"}", EffectUnclearException.class),
                reply(409, problem(503, "overloaded"), EffectUnclearException.class),
                reply(409, problem(409, "still-running"), EffectUnclearException.class),
                reply(400, problem(400, "unreadable-request"), EffectUnclearException.class),
                reply(422, problem(422, "unprocessable-content"), EffectUnclearException.class),
                reply(403, problem(403, "forbidden"), EffectUnclearException.class),
                reply(422, problem(422, "idempotency-key-reused"), KeyReusedException.class),
                reply(400, problem(400, "invalid-argument"), IllegalArgumentException.class),
                reply(400, problem(400, "invalid-request"), RejectedRequestException.class));
    }

    @ParameterizedTest(name = "a call answered {0} {1}")
    @MethodSource("replies")
    void an_answer_to_one_call(int status, String body, Class<?> meaning) throws Exception {
        assertThat(faultOf(answering(status, body))).isInstanceOf(meaning);
    }

    /// It answers, after all; but by what it answers nothing gets done.
    @Test
    void a_service_that_says_it_did_nothing_does_not_count_as_one_that_answers() throws Exception {
        try (var server = new OddServer(answering(503, problem(503, "overloaded")));
                var remote = new RemoteFixture(server.uri())) {
            catchThrowable(() -> remote.ask("x"));
            assertThat(remote.counted.last().get(Role.ORDERS).fault()).isEqualTo("overloaded");
        }
        try (var server = new OddServer(answering(422, problem(422, "idempotency-key-reused")));
                var remote = new RemoteFixture(server.uri())) {
            catchThrowable(() -> remote.ask("x"));
            assertThat(remote.counted.last().get(Role.ORDERS).fault()).isNull();
        }
    }

    @Test
    void a_no_is_an_answer_and_a_yes_may_say_more_than_is_known_here() throws Exception {
        try (var server = new OddServer(answering(409, problem(409, "sold-out")));
                var remote = new RemoteFixture(server.uri())) {
            assertThat(remote.ask("x")).isEqualTo(new No("sold-out", "because"));
        }
        try (var server = new OddServer(answering(200, "{\"text\":\"yes\",\"since_the_next_release\":true}"));
                var remote = new RemoteFixture(server.uri())) {
            assertThat(remote.ask("x")).isEqualTo(new Yes("yes"));
        }
    }

    @Test
    void of_a_batch_that_breaks_what_was_answered_stands_and_the_rest_is_unclear() throws Exception {
        try (var server = new OddServer(connection -> {
                    connection.read();
                    connection.begin();
                    connection.chunk("{\"n\":1,\"status\":200,\"body\":{\"text\":\"yes\"}}\n");
                    connection.reset();
                });
                var remote = new RemoteFixture(server.uri())) {
            var batch = remote.sendTogether(new Asked("a", "0"), new Asked("b", "1"), new Asked("c", "2"));
            assertThat(batch.get(0)).isInstanceOf(Heard.Lost.class);
            assertThat(batch.get(1)).isInstanceOf(Heard.Answered.class);
            assertThat(batch.get(2)).isInstanceOf(Heard.Lost.class);
        }
    }

    private static Throwable faultAt(URI uri) {
        try (var remote = new RemoteFixture(uri)) {
            var fault = catchThrowable(() -> remote.ask("x"));
            assertThat(faults(remote, "no-effect")).isEqualTo(fault instanceof NoEffectException ? 1 : 0);
            assertThat(faults(remote, "unclear")).isEqualTo(fault instanceof EffectUnclearException ? 1 : 0);
            return fault;
        }
    }

    private static double faults(RemoteFixture remote, String outcome) {
        return remote.metrics
                .get("holdfast.remote.faults")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    private static Throwable faultOf(Conduct conduct) throws Exception {
        try (var server = new OddServer(conduct)) {
            return faultAt(server.uri());
        }
    }

    private static Conduct answering(int status, String body) {
        return connection -> {
            connection.read();
            connection.begin();
            connection.chunk("{\"n\":0,\"status\":" + status + ",\"body\":" + body + "}\n");
            connection.end();
        };
    }

    private static String problem(int status, String slug) {
        return "{\"type\":\"https://holdfast.dev/problems/" + slug + "\",\"title\":\"T\",\"status\":" + status
                + ",\"detail\":\"because\"}";
    }

    private static Arguments odd(String what, Conduct conduct) {
        return Arguments.of(what, conduct);
    }

    private static Arguments whole(int status, String type, String body, Class<?> meaning) {
        return Arguments.of(status, type, body, meaning);
    }

    private static Arguments ours(int status, String slug, Class<?> meaning) {
        return whole(status, "application/problem+json", problem(status, slug), meaning);
    }

    private static Arguments reply(int status, String body, Class<?> meaning) {
        return Arguments.of(status, body, meaning);
    }
}
