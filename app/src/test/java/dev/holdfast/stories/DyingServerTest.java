package dev.holdfast.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Json;
import dev.holdfast.testing.ServerProcess;
import dev.holdfast.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/// Shops whose server died between doing a thing and writing down that it was done. One server is killed (kill -9)
/// while three requests stand at just such a point each, and started again; every test tells what became of one.
class DyingServerTest {

    private static final String HELD = "ord_held_" + UUID.randomUUID();
    private static final String CAPTURED = "ord_captured_" + UUID.randomUUID();
    private static final String LABELLED = "ord_labelled_" + UUID.randomUUID();

    private static final ExecutorService CUSTOMERS = Executors.newVirtualThreadPerTaskExecutor();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final TestDatabase DATABASE = TestDatabase.fresh();
    private static final JdbcClient BOOKS = JdbcClient.create(DATABASE.dataSource());

    private static final Set<String> SEEN_BY_THE_WAITING_CUSTOMER = ConcurrentHashMap.newKeySet();

    @TempDir
    private static Path data;

    private static ServerProcess server;
    private static JsonNode accepted;
    private static JsonNode acceptedAgain;
    private static JsonNode seenLast;

    /// The points lie on three lanes, and nobody needs the lane that one before has stopped.
    @BeforeAll
    static void a_server_dies_at_three_points_at_once() throws Exception {
        server = ServerProcess.start(
                data,
                List.of(
                        "holdfast.datasource.url=" + DATABASE.url(),
                        "holdfast.datasource.username=postgres",
                        "holdfast.lanes.patience=30s",
                        "holdfast.lanes.transaction=60s"));
        product("sku-held");
        product("sku-captured");
        var gates = new ArrayList<Gate>();
        gates.add(stopsAt("UPDATE", "payment.payment_operations", "NEW.kind = 'capture'"));
        accepted = json(checkout("sku-captured", CAPTURED));
        var waiting = CompletableFuture.supplyAsync(DyingServerTest::followUntilItEnds, CUSTOMERS);
        gates.getLast().awaitSomebody();
        gates.add(stopsAt("INSERT", "shipping.carrier_attempts", "NEW.status = 'created'"));
        var asking = CompletableFuture.supplyAsync(DyingServerTest::label, CUSTOMERS);
        gates.getLast().awaitSomebody();
        gates.add(stopsAt("INSERT", "saga.saga_steps", "NEW.step = 'reserve-inventory' AND NEW.event = 'DONE'"));
        checkout("sku-held", HELD);
        gates.getLast().awaitSomebody();

        server.kill();
        assertThat(asking).failsWithin(Duration.ofSeconds(30));
        assertThat(texts("SELECT captured::int FROM sandbox.provider_charges WHERE order_ref = ?", CAPTURED))
                .containsExactly("10");
        for (var gate : gates) {
            gate.dropThoseWhoWait();
            gate.close();
        }
        server.killAndRestart();
        seenLast = waiting.get(60, TimeUnit.SECONDS);
    }

    @AfterAll
    static void close() throws Exception {
        var audit = json(get("/v1/ops/audit?wait=30"));
        server.close();
        CUSTOMERS.close();
        HTTP.close();
        DATABASE.close();
        Shop.assertClean(audit);
    }

    /// The process died after the hold of the last piece was committed and before anybody knew; after the restart
    /// the checkout was told that its own piece is out of stock (Sylius/Sylius#7707,
    /// woocommerce/woocommerce#67354).
    @Test
    void a_checkout_whose_server_died_after_its_hold_gets_the_last_piece() {
        var sagaId = json(checkout("sku-held", HELD)).path("saga_id").asString();
        var ended = json(send("GET", "/v1/checkout/" + sagaId, "", "Prefer", "wait=30"));

        assertThat(Shop.status(ended)).as(ended.toString()).isEqualTo("completed");
        assertThat(json(get("/v1/inventory/sku-held")).path("available").asInt())
                .isZero();
        assertThat(json(get("/v1/inventory/sku-held")).path("reserved").asInt()).isZero();
        assertThat(texts("SELECT captured::int FROM sandbox.provider_charges WHERE order_ref = ?", HELD))
                .containsExactly("10");
    }

    /// The money was taken, the process died before it was recorded: no order for the payment, or a second charge
    /// by the retry (magento/magento2#25708, medusajs/medusa#16466, opencollective/opencollective#6387).
    @Test
    void a_capture_whose_server_died_before_its_record_is_one_charge_and_one_order() {
        assertThat(texts("SELECT status FROM orders.orders WHERE order_id = ?", CAPTURED))
                .containsExactly("confirmed");
        assertThat(texts("SELECT captured::int FROM sandbox.provider_charges WHERE order_ref = ?", CAPTURED))
                .containsExactly("10");
        var operations = """
                SELECT o.kind
                  FROM sandbox.provider_operations AS o JOIN sandbox.provider_charges AS c USING (charge_id)
                 WHERE c.order_ref = ?
                """;
        assertThat(texts(operations, CAPTURED)).containsExactly("capture");
    }

    /// The carrier had made the label, its answer died with the process, and the retry bought a second one
    /// (openlinker-project/openlinker#1917).
    @Test
    void a_label_whose_server_died_before_its_record_is_found_again_and_not_made_twice() throws Exception {
        var again = json(label());

        assertThat(again.path("order_id").asString()).as(again.toString()).isEqualTo(LABELLED);
        assertThat(texts("SELECT carrier || ' ' || status FROM carriers_sandbox.labels WHERE order_id = ?", LABELLED))
                .containsExactly("fedex live");
        assertThat(again.path("carrier").asString()).isEqualTo("fedex");
    }

    /// The shop restarted while a customer waited at "your payment is being processed": the page showed an error,
    /// the customer ordered again and paid again (woocommerce/woocommerce#21748).
    @Test
    void a_customer_who_waits_while_the_shop_restarts_sees_the_order_come_through_and_never_a_failure()
            throws Exception {
        assertThat(Shop.status(seenLast)).isEqualTo("completed");
        assertThat(SEEN_BY_THE_WAITING_CUSTOMER).containsExactlyInAnyOrder("processing", "completed");

        var again = json(checkout("sku-captured", CAPTURED));
        assertThat(again.path("saga_id")).isEqualTo(accepted.path("saga_id"));
        assertThat(texts("SELECT order_id FROM orders.order_items WHERE product_id = ?", "sku-captured"))
                .containsExactly(CAPTURED);
    }

    private static List<String> texts(String sql, String about) {
        return BOOKS.sql(sql).param(about).query(String.class).list();
    }

    private static JsonNode followUntilItEnds() {
        var path = "/v1/checkout/" + accepted.path("saga_id").asString();
        return await().atMost(Duration.ofSeconds(60))
                .ignoreException(UncheckedIOException.class)
                .until(
                        () -> {
                            var seen = json(get(path));
                            SEEN_BY_THE_WAITING_CUSTOMER.add(seen.path("status").asString());
                            return seen;
                        },
                        seen -> !Shop.status(seen).equals("processing"));
    }

    private static Gate stopsAt(String event, String table, String rows) throws SQLException {
        return Gate.waiting(DATABASE, event, table, rows);
    }

    private static void product(String sku) {
        send("PUT", "/v1/products/" + sku, "{\"name\":\"A thing\",\"price\":{\"amount\":1000,\"currency\":\"USD\"}}");
        send("PUT", "/v1/inventory/" + sku, "{\"available\":1}");
        send(
                "PUT",
                "/v1/carts/cart-" + sku,
                "{\"currency\":\"USD\",\"items\":[{\"sku\":\"" + sku + "\",\"quantity\":1}]}");
    }

    private static HttpResponse<String> checkout(String sku, String orderId) {
        return send(
                "POST",
                "/v1/checkout",
                Json.write(Map.of(
                        "order_id",
                        orderId,
                        "cart_id",
                        "cart-" + sku,
                        "payment_method_id",
                        "pm_card_visa",
                        "shipping_address",
                        Shop.ADDRESS)),
                "Idempotency-Key",
                orderId);
    }

    private static HttpResponse<String> label() {
        return send(
                "POST",
                "/v1/shipping/labels",
                Json.write(Map.of("order_id", LABELLED, "destination", Shop.ADDRESS)),
                "Idempotency-Key",
                LABELLED);
    }

    private static HttpResponse<String> get(String path) {
        return send("GET", path, "");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isIn(200, 202);
        return Json.mapper().readTree(answer.body());
    }

    private static HttpResponse<String> send(String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(server.address().resolve(path)).header("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            return HTTP.send(
                    request.method(method, BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
