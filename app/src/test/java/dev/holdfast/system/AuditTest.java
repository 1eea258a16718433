package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.saga.SagaEngine;
import dev.holdfast.testing.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The audit: silent while all is well, and not to be fooled by books that agree with themselves only.
class AuditTest {

    private static final Map<String, Object> ADDRESS =
            Map.of("name", "Jane Doe", "address1", "123 Main St", "city", "Anytown", "zip", "90210", "country", "US");

    private static final TestServer SERVER = TestServer.with();

    @AfterAll
    static void close() throws Exception {
        SERVER.close();
    }

    @Test
    void an_audit_beside_the_load_raises_no_false_alarm() throws Exception {
        var sku = product();
        var over = new AtomicBoolean();
        var reports = new ArrayList<JsonNode>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < 2; client++) {
                clients.submit(() -> {
                    while (!over.get()) {
                        order(sku);
                    }
                });
            }
            for (int i = 0; i < 100; i++) {
                reports.add(audit(0));
            }
            over.set(true);
        }
        assertThat(reports).allSatisfy(report -> assertThat(broken(report)).isEmpty());
        assertThat(broken(audit(30))).isEmpty();
    }

    @Test
    void a_customer_who_was_not_told_of_an_order_is_found() {
        var orderId = order(product());
        assertThat(broken(audit(30))).isEmpty();
        tampered(
                "DELETE FROM notification.messages WHERE order_id = '" + orderId + "'",
                "a customer was told what became of an order",
                "INSERT INTO notification.messages VALUES ('msg_" + orderId + "', 'evt_" + orderId + "', '" + orderId
                        + "', 'OrderConfirmed', 'email', 'guest', '', '')");
    }

    @Test
    void stock_taken_for_other_pieces_than_were_ordered_is_found() {
        var orderId = order(product());
        assertThat(broken(audit(30))).isEmpty();
        tampered(
                "UPDATE orders.order_items SET quantity = 1, unit_price = 20, subtotal = 20 WHERE order_id = '"
                        + orderId + "'",
                "a confirmed order's reservation is committed, with the pieces ordered",
                "UPDATE orders.order_items SET quantity = 2, unit_price = 10, subtotal = 20 WHERE order_id = '"
                        + orderId + "'");
    }

    @Test
    void an_order_that_its_checkout_believes_failed_is_found() {
        var orderId = order(product());
        assertThat(broken(audit(30))).isEmpty();
        var saga = "saga_id = (SELECT saga_id FROM saga.saga_runs WHERE payload ->> 'order_id' = '" + orderId + "')";
        tampered(
                "UPDATE saga.saga_runs SET status = 'FAILED' WHERE " + saga,
                "a checkout that failed left no live order",
                "UPDATE saga.saga_runs SET status = 'COMPLETED' WHERE " + saga);
    }

    @Test
    void an_order_that_is_gone_although_its_checkout_completed_is_found() {
        var orderId = order(product());
        assertThat(broken(audit(30))).isEmpty();
        tampered(
                "UPDATE orders.orders SET order_id = 'other' WHERE order_id = '" + orderId + "'",
                "a checkout that completed has its order",
                "UPDATE orders.orders SET order_id = '" + orderId + "' WHERE order_id = 'other'");
    }

    @Test
    void money_and_labels_asked_for_at_their_own_doors_are_listed_and_not_judged() {
        var id = "ORD-" + UUID.randomUUID();
        var name = "kept or set aside for no checkout of this shop (listed, not judged)";
        var before = check(audit(30), name).path("figure").asLong();
        var charged = charge(id);
        assertThat(charged.status()).as(charged.body()).isEqualTo(200);

        var report = audit(30);

        assertThat(broken(report)).isEmpty();
        var listed = check(report, name);
        assertThat(listed.path("area").asString()).isEqualTo("money");
        assertThat(listed.path("figure").asLong()).isEqualTo(before + 1);
        assertThat(listed.path("detail").asString()).isNotEmpty();
    }

    @Test
    void stock_taken_for_other_products_than_were_ordered_is_found() {
        var orderId = order(product());
        assertThat(broken(audit(30))).isEmpty();
        tampered(
                "UPDATE orders.order_items SET product_id = 'other' WHERE order_id = '" + orderId + "'",
                "a confirmed order's reservation is committed, with the pieces ordered",
                "UPDATE orders.order_items SET product_id = (SELECT product_id FROM inventory.reservation_lines"
                        + " WHERE reservation_id = '" + orderId + "') WHERE order_id = '" + orderId + "'");
    }

    @Test
    void the_books_of_labels_say_how_many_were_looked_at() {
        order(product());

        var report = audit(30);

        assertThat(check(report, "a shipment has at most one live label")
                        .path("figure")
                        .asLong())
                .isPositive()
                .isEqualTo(check(report, "the carriers know at most one live label per shipment")
                        .path("figure")
                        .asLong());
    }

    @Test
    void ids_beyond_ascii_are_walked_in_one_order() {
        // In UTF-16 the first of these sorts behind the second, in UTF-8 before it.
        var ids = List.of("order-\uFF5E-" + UUID.randomUUID(), "order-\uD83D\uDE00-" + UUID.randomUUID());
        for (var id : ids) {
            assertThat(charge(id).status()).isEqualTo(200);
        }
        order(product());

        assertThat(broken(audit(30))).isEmpty();
    }

    /// Its definition is of a release that this server has not: the engine parks it as it finds it.
    @Test
    void a_parked_checkout_is_listed_and_its_order_is_not_judged() {
        var orderId = order(product());
        assertThat(broken(audit(30))).isEmpty();
        var saga = "saga_id = (SELECT saga_id FROM saga.saga_runs WHERE payload ->> 'order_id' = '" + orderId + "')";
        SERVER.database()
                .execute("DELETE FROM saga.saga_steps WHERE event = 'SAGA_COMPLETED' AND " + saga
                        + "; UPDATE saga.saga_runs SET status = 'STARTED', version = 99 WHERE " + saga
                        + "; UPDATE orders.order_items SET quantity = 1, unit_price = 20, subtotal = 20"
                        + " WHERE order_id = '" + orderId + "'");

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var listed = check(audit(5), "parked sagas (listed, not counted as broken)");
            assertThat(listed.path("figure").asLong()).isEqualTo(1);
        });

        var report = audit(30);
        assertThat(report.path("quiet").asBoolean()).isTrue();
        assertThat(broken(report)).isEmpty();
    }

    @Test
    void an_order_outlives_its_checkout_and_is_judged_without_it() {
        var name = "sagas dropped because they had ended long ago (listed, not judged)";
        var sku = product();
        var cart = "cart_" + UUID.randomUUID();
        var orderId = order(sku, cart);
        var before = check(audit(30), name).path("figure").asLong();
        age(orderId, "saga_chk_0190a0a0-0000-7000-8000-000000000001");

        SERVER.bean(SagaEngine.class).retention().orElseThrow().run();

        var report = audit(30);
        assertThat(report.path("quiet").asBoolean()).isTrue();
        assertThat(broken(report)).isEmpty();
        var dropped = check(report, name);
        assertThat(dropped.path("figure").asLong()).isEqualTo(before + 1);
        assertThat(dropped.path("detail").asString()).startsWith("saga_chk_: below saga_chk_");
        var again = SERVER.post("/v1/checkout", checkout(cart), "Idempotency-Key", "again-" + cart);
        assertThat(again.json().path("type").asString()).endsWith("/cart-already-ordered");
    }

    /// Gives the checkout of an order an id of long ago.
    private static void age(String orderId, String sagaId) {
        SERVER.database().execute("""
                DO $$
                DECLARE
                    now_id text := (SELECT saga_id FROM saga.saga_runs WHERE payload ->> 'order_id' = '%1$s');
                BEGIN
                    UPDATE saga.saga_runs
                       SET saga_id = '%2$s', updated_at = now() - interval '31 days'
                     WHERE saga_id = now_id;
                    UPDATE saga.saga_steps SET saga_id = '%2$s' WHERE saga_id = now_id;
                    UPDATE saga.saga_subjects SET saga_id = '%2$s' WHERE saga_id = now_id;
                    UPDATE saga.saga_names SET saga_id = '%2$s' WHERE saga_id = now_id;
                    UPDATE saga.saga_start_keys
                       SET saga_id = '%2$s', expires_at = now() - interval '1 day'
                     WHERE saga_id = now_id;
                END
                $$
                """.formatted(orderId, sagaId));
    }

    @Test
    void money_of_a_checkout_whose_order_is_gone_is_found() {
        var orderId = order(product());
        assertThat(broken(audit(30))).isEmpty();
        tampered(
                "UPDATE orders.orders SET order_id = 'other' WHERE order_id = '" + orderId + "'",
                "no money is kept or set aside by a checkout without a confirmed order",
                "UPDATE orders.orders SET order_id = '" + orderId + "' WHERE order_id = 'other'");
    }

    private void tampered(String sql, String invariant, String undo) {
        SERVER.database().execute(sql);
        try {
            var report = audit(30);
            assertThat(report.path("quiet").asBoolean()).isTrue();
            assertThat(broken(report)).contains(invariant);
        } finally {
            SERVER.database().execute(undo);
        }
    }

    private static List<String> broken(JsonNode report) {
        var broken = new ArrayList<String>();
        for (var check : report.path("checks")) {
            if (check.path("broken").asLong() != 0) {
                broken.add(check.path("invariant").asString());
            }
        }
        return broken;
    }

    private static JsonNode check(JsonNode report, String invariant) {
        for (var check : report.path("checks")) {
            if (check.path("invariant").asString().equals(invariant)) {
                return check;
            }
        }
        throw new AssertionError("no check of '" + invariant + "' in " + report);
    }

    private static TestServer.Answer charge(String orderId) {
        return SERVER.post(
                "/api/payment/charge",
                Map.of(
                        "order_id",
                        orderId,
                        "amount",
                        199.98,
                        "currency",
                        "USD",
                        "payment_method_token",
                        "tok_abcdef12345"));
    }

    private static JsonNode audit(int wait) {
        return SERVER.get("/v1/ops/audit?wait=" + wait).json();
    }

    /// @return the id of an order of two pieces for 20.00 that is confirmed
    private static String order(String sku) {
        return order(sku, "cart_" + UUID.randomUUID());
    }

    private static String order(String sku, String cart) {
        SERVER.put("/v1/carts/" + cart, Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", 2))));
        var answer = SERVER.post("/v1/checkout", checkout(cart), "Idempotency-Key", cart, "Prefer", "wait=20")
                .json();
        assertThat(answer.path("status").asString()).as(answer.toString()).isEqualTo("completed");
        return answer.path("order_id").asString();
    }

    private static Map<String, Object> checkout(String cart) {
        return Map.of("cart_id", cart, "payment_method_id", "pm_card_visa", "shipping_address", ADDRESS);
    }

    private static String product() {
        var sku = "sku-" + UUID.randomUUID();
        SERVER.put(
                "/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1000, "currency", "USD")));
        assertThat(SERVER.put("/v1/inventory/" + sku, Map.of("available", 1_000_000))
                        .status())
                .isLessThan(300);
        return sku;
    }
}
