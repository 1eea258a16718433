package dev.holdfast.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.holdfast.platform.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Only an audit that looked and says so counts as clean.
class AuditAnswerTest {

    private static final String CLEAN = """
            {"quiet": true, "busy": [], "clean": true,
             "checks": [{"area": "stock", "invariant": "conserved", "figure": 3, "broken": 0}]}
            """;

    @Test
    void a_clean_audit_finds_nothing() {
        assertThat(of(CLEAN).findings()).isEmpty();
    }

    @Test
    void an_audit_that_checked_nothing_is_no_clean_one() {
        assertThat(of("{\"quiet\": true, \"clean\": true, \"checks\": []}").findings())
                .extracting(Finding::invariant)
                .containsExactly("the audit checks something");
    }

    @Test
    void an_audit_that_does_not_call_itself_clean_is_none() {
        assertThat(of(CLEAN.replace("\"clean\": true", "\"clean\": false")).findings())
                .extracting(Finding::invariant)
                .containsExactly("the audit calls the shop clean");
    }

    @Test
    void a_shop_that_cannot_be_audited_just_now_is_asked_again() throws Exception {
        var asked = new AtomicInteger();
        var shop = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        shop.createContext("/v1/ops/audit", exchange -> answer(exchange, asked.incrementAndGet() == 1 ? 503 : 200));
        shop.start();
        try {
            var address = URI.create("http://127.0.0.1:" + shop.getAddress().getPort());
            assertThat(AuditAnswer.ask(address).findings()).isEmpty();
            assertThat(asked).hasValue(2);
        } finally {
            shop.stop(0);
        }
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
        try (exchange) {
            var body = CLEAN.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static AuditAnswer of(String json) {
        return new AuditAnswer(Json.mapper().readTree(json));
    }
}
