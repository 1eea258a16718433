package dev.holdfast.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Json;
import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/// The shop of the stories: the whole server, started once, asked as customers ask it, with a look into the books
/// of the payment provider and of the carriers, which are systems of their own and know what really happened.
///
/// Callers give a lane up after 1.5 s, so that a silent provider need not be waited for longer than that, and a
/// transaction may stand still at a [Gate].
final class Shop {

    static final Map<String, Object> ADDRESS =
            Map.of("name", "Jane Doe", "address1", "123 Main St", "city", "Anytown", "zip", "90210", "country", "US");

    static final long PRICE = 1_000;

    private final TestServer server = TestServer.with(
            "holdfast.lanes.patience=1500ms",
            "holdfast.lanes.transaction=60s",
            "holdfast.payment.sweep-interval=200ms",
            "holdfast.payment.sweep-after=2s",
            "holdfast.shipping.carrier-backoff=100ms");
    private final JdbcClient books = JdbcClient.create(server.database().dataSource());

    private Shop() {}

    /// The one of this run; it ends with the JVM.
    static Shop open() {
        return Only.SHOP;
    }

    TestServer server() {
        return server;
    }

    /// What a request to `/v1/checkout` says.
    record Purchase(Map<String, Object> body, String key, int waitSeconds) {

        /// Of a cart, with a card, under a key of its own, and wait for the outcome.
        static Purchase of(String cart, String card) {
            return new Purchase(
                    Map.of("cart_id", cart, "payment_method_id", card, "shipping_address", ADDRESS),
                    UUID.randomUUID().toString(),
                    25);
        }

        Purchase with(String field, Object value) {
            var more = new HashMap<>(body);
            more.put(field, value);
            return new Purchase(more, key, waitSeconds);
        }

        Purchase key(String other) {
            return new Purchase(body, other, waitSeconds);
        }

        /// Answered 202, before anything is decided.
        Purchase withoutWaiting() {
            return new Purchase(body, key, 0);
        }
    }

    Answer send(Purchase purchase) {
        return server.post(
                "/v1/checkout",
                purchase.body(),
                "Idempotency-Key",
                purchase.key(),
                "Prefer",
                "wait=" + purchase.waitSeconds());
    }

    /// Sends a request and is gone before the answer can come.
    void sendAndHangUp(String path, Object body, String key) throws IOException {
        var json = Json.write(body).getBytes(StandardCharsets.UTF_8);
        var head = """
                POST %s HTTP/1.1\r
                Host: shop\r
                Content-Type: application/json\r
                Idempotency-Key: %s\r
                Content-Length: %d\r
                \r
                """.formatted(path, key, json.length);
        try (var socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().write(json);
            socket.getOutputStream().flush();
        }
    }

    /// Follows a checkout to its end.
    JsonNode outcome(Answer accepted) {
        assertThat(accepted.status()).as(accepted.body()).isIn(200, 202);
        return server.get(accepted.header("Location"), "Prefer", "wait=25").json();
    }

    String product(int pieces) {
        var sku = "sku-" + UUID.randomUUID();
        price(sku, PRICE);
        stock(sku, pieces);
        return sku;
    }

    void price(String sku, long cents) {
        done(server.put(
                "/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", cents, "currency", "USD"))));
    }

    void stock(String sku, int pieces) {
        done(server.put("/v1/inventory/" + sku, Map.of("available", pieces)));
    }

    String cart(String sku, int... quantities) {
        var cart = "cart_" + UUID.randomUUID();
        var lines = IntStream.of(quantities)
                .mapToObj(quantity -> Map.of("sku", sku, "quantity", quantity))
                .toList();
        done(server.put("/v1/carts/" + cart, Map.of("currency", "USD", "items", lines)));
        return cart;
    }

    /// A card that pays and that only this story uses.
    static String card() {
        return "pm_" + UUID.randomUUID();
    }

    static String orderId() {
        return "ord_" + UUID.randomUUID();
    }

    record Stock(long available, long reserved) {}

    Stock stock(String sku) {
        var stock = server.get("/v1/inventory/" + sku).json();
        return new Stock(
                stock.path("available").asLong(), stock.path("reserved").asLong());
    }

    /// A card's statement, from the provider's books, in cents.
    ///
    /// @param charges authorizations that were granted
    /// @param pending set aside, neither taken nor set free
    /// @param paid taken and kept
    record Statement(long charges, long pending, long paid) {}

    Statement statement(String card) {
        return books.sql("""
                        SELECT count(*) AS charges,
                               coalesce(sum(amount - captured - released), 0)::numeric * 100 AS pending,
                               coalesce(sum(captured - refunded), 0)::numeric * 100 AS paid
                          FROM sandbox.provider_charges
                         WHERE method = ? AND decline_code IS NULL
                        """).param(card).query(Statement.class).single();
    }

    /// Confirmed orders on a card.
    List<String> confirmed(String card) {
        return books.sql(
                        "SELECT order_id FROM orders.orders WHERE payment_method = ? AND status = 'confirmed' ORDER BY 1")
                .param(card)
                .query(String.class)
                .list();
    }

    /// Labels that the carriers would collect a parcel for.
    List<String> labels(String orderId) {
        return books.sql("SELECT carrier FROM carriers_sandbox.labels WHERE order_id = ? AND status = 'live'")
                .param(orderId)
                .query(String.class)
                .list();
    }

    /// How often a checkout's log says this of a step.
    int logged(String sagaId, String step, String event) {
        return books.sql("SELECT count(*) FROM saga.saga_steps WHERE saga_id = ? AND step = ? AND event = ?")
                .params(sagaId, step, event)
                .query(Integer.class)
                .single();
    }

    JdbcClient books() {
        return books;
    }

    /// Everything has come to rest, and all books agree.
    void assertBooksAgree() {
        assertClean(server.get("/v1/ops/audit?wait=25").json());
    }

    static void assertClean(JsonNode audit) {
        assertThat(audit.path("quiet").asBoolean()).as(audit::toPrettyString).isTrue();
        assertThat(audit.path("clean").asBoolean()).as(audit::toPrettyString).isTrue();
    }

    static String status(JsonNode checkout) {
        return checkout.path("status").asString();
    }

    static String problem(Answer answer) {
        return answer.status() + " " + answer.json().path("type").asString().replaceFirst(".*/", "");
    }

    /// Until a signal shows in somebody's books.
    static ConditionFactory soon() {
        return Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(30));
    }

    static <T> List<T> atOnce(int clients, IntFunction<T> work) throws InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tasks = IntStream.range(0, clients)
                    .<Callable<T>>mapToObj(client -> () -> work.apply(client))
                    .toList();
            return threads.invokeAll(tasks).stream().map(Future::resultNow).toList();
        }
    }

    private static void done(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isLessThan(300);
    }

    private static final class Only {
        private static final Shop SHOP = new Shop();
    }
}
