package dev.holdfast.bench.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Against a shop that answers at once.
class CrowdTest {

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger checkouts = new AtomicInteger();
    private HttpServer shop;
    private Crowd crowd;

    @BeforeEach
    void open() throws IOException {
        shop = begin(0);
        crowd = new Crowd();
    }

    @AfterEach
    void close() throws IOException {
        crowd.close();
        shop.stop(0);
        threads.shutdownNow();
    }

    @Test
    void each_customer_puts_a_cart_and_checks_out_once() throws IOException {
        var report = crowd.run(order(20, 4));
        assertThat(report.completed()).isEqualTo(20);
        assertThat(report.failures()).isEmpty();
        assertThat(report.latencyMicros().getTotalCount()).isEqualTo(20);
        assertThat(checkouts).hasValue(20);
    }

    /// Fewer customers leave connections unused, and a shop closes those after a while.
    @Test
    void connections_that_the_shop_closed_while_nobody_used_them_are_nobodys_failure() throws IOException {
        crowd.run(order(20, 8));
        int port = shop.getAddress().getPort();
        shop.stop(0);
        shop = begin(port);
        crowd.run(order(1, 1)); // meets the closed one of the customer before, perhaps
        var report = crowd.run(order(20, 2));
        assertThat(report.failures()).isEmpty();
        assertThat(report.completed()).isEqualTo(20);
    }

    private LoadOrder order(int customers, int atOnce) {
        var address = "http://127.0.0.1:" + shop.getAddress().getPort();
        return new LoadOrder(address, customers, atOnce, 0, 10);
    }

    private HttpServer begin(int port) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(threads);
        server.createContext("/v1/carts/", exchange -> answer(exchange, 201, "{}"));
        server.createContext("/v1/checkout", exchange -> {
            checkouts.incrementAndGet();
            answer(exchange, 200, "{\"status\":\"completed\"}");
        });
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, body.length());
            exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
        }
    }
}
