package dev.holdfast.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What counts as the shop's answer, and what is asked again.
class ShopClientTest {

    private static final String PAGE = "<html><h1>Bad Gateway</h1></html>";

    private final ConcurrentLinkedQueue<Canned> answers = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> keys = new ConcurrentLinkedQueue<>();
    private HttpServer server;

    private record Canned(int status, String body) {}

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void what_a_load_balancer_says_for_the_shop_is_asked_again_under_the_same_key() throws Exception {
        answers.addAll(List.of(
                new Canned(502, PAGE),
                new Canned(504, "{\"message\": \"upstream timed out\"}"),
                new Canned(500, ""),
                new Canned(200, PAGE),
                new Canned(200, ""),
                new Canned(200, "{\"status\": \"comp"),
                new Canned(200, "{\"status\": \"completed\"}")));
        var client = client(Duration.ofMinutes(1));

        var reply = client.send("POST", "/v1/checkout", Map.of("a", 1), "key-1");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.text("status")).isEqualTo("completed");
        assertThat(client.repeated()).isEqualTo(6);
        assertThat(keys).hasSize(7).containsOnly("\"key-1\"");
    }

    @Test
    void a_refusal_of_the_shop_is_its_answer() throws Exception {
        answers.add(new Canned(409, "{\"type\": \"https://example.com/problems/cart-frozen\"}"));
        answers.add(new Canned(404, ""));
        var client = client(Duration.ofMinutes(1));
        assertThat(client.send("PUT", "/v1/carts/1", Map.of(), null).problem()).isEqualTo("cart-frozen");
        assertThat(client.send("GET", "/v1/carts/1", null, null).status()).isEqualTo(404);
        assertThat(client.repeated()).isZero();
    }

    @Test
    void patience_has_an_end_and_says_what_was_answered_last() {
        answers.add(new Canned(502, PAGE));
        assertThatThrownBy(() -> client(Duration.ZERO).send("GET", "/v1/carts/1", null, null))
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll("no answer within", "status 502 with a body that is not JSON");
    }

    private ShopClient client(Duration patience) {
        return new ShopClient(
                URI.create("http://127.0.0.1:" + server.getAddress().getPort()), patience);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var key = exchange.getRequestHeaders().getFirst("Idempotency-Key");
            if (key != null) {
                keys.add(key);
            }
            exchange.getRequestBody().readAllBytes();
            var next = answers.remove();
            var body = next.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(next.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                exchange.getResponseBody().write(body);
            }
        }
    }
}
