package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testing.TestServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/// Somebody with the right to write into the tables of a shop at rest takes rows away or changes them: the audit
/// finds it, and says where.
class SpoiltBooksTest {

    private static final String PATHS = "the log of each saga is a path of the transition table of its flow";
    private static final String TASKS = "a saga that turned back has its tasks, completed once it has failed";
    private static final String NAMES = "every name that was given is that of a saga, kept or dropped";
    private static final String KEYS = "every idempotency key is that of a saga, kept or dropped";
    private static final String READABLE = "what a checkout carried can be read";
    private static final Map<String, Object> ADDRESS =
            Map.of("name", "Jane Doe", "address1", "123 Main St", "city", "Anytown", "zip", "90210", "country", "US");

    private static final TestServer SERVER = TestServer.with();

    @AfterAll
    static void close() throws Exception {
        SERVER.close();
    }

    @ParameterizedTest
    @CsvSource({
        "event = 'FOO', 3",
        "event = 'REFUSED', 4",
        "event = 'SAGA_COMPLETED', 3",
        "step = 'commit-inventory', 3",
        "step = 'nobody', 3",
        "attempt = 1, 3",
        "generation = 1, 3"
    })
    void a_row_of_a_log_that_its_flow_could_not_have_written_is_found(String change, int row) {
        var order = completed();
        audited();
        var report = tampered(
                order.sagaId(),
                "saga.saga_steps",
                "UPDATE saga.saga_steps SET " + change + """
                 WHERE saga_id = '%s' AND seq = 3
                """.formatted(order.sagaId()));
        assertThat(check(report, PATHS).path("broken").asLong()).isEqualTo(1);
        assertThat(check(report, PATHS).path("detail").asString()).isEqualTo(order.sagaId() + ": row " + row);
    }

    @Test
    void every_log_is_looked_at_and_those_of_failures_are_paths_too() {
        completed();
        failed();
        var report = audited();
        assertThat(check(report, PATHS).path("figure").asLong())
                .isEqualTo(JdbcClient.create(SERVER.database().dataSource())
                        .sql("SELECT count(*) FROM saga.saga_runs WHERE version < 99")
                        .query(Long.class)
                        .single());
        assertThat(check(report, TASKS).path("figure").asLong()).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM saga.saga_compensating_tasks",
                "UPDATE saga.saga_compensating_tasks SET payload = '{}'",
                "UPDATE saga.saga_compensating_tasks SET status = 'PENDING'"
            })
    void a_failed_saga_whose_undos_nobody_can_show_is_found(String change) {
        var order = failed();
        audited();
        var report = tampered(
                order.sagaId(), "saga.saga_compensating_tasks", change + " WHERE saga_id = '" + order.sagaId() + "'");
        assertThat(check(report, TASKS).path("broken").asLong()).isEqualTo(1);
        assertThat(check(report, TASKS).path("detail").asString()).isEqualTo(order.sagaId());
    }

    @Test
    void a_saga_that_is_gone_with_its_log_is_missed_by_its_name_and_by_its_key() {
        var order = completed();
        audited();
        SERVER.database().execute("""
                DELETE FROM saga.saga_subjects WHERE saga_id = '%1$s';
                DELETE FROM saga.saga_steps WHERE saga_id = '%1$s';
                DELETE FROM saga.saga_runs WHERE saga_id = '%1$s'
                """.formatted(order.sagaId()));
        var report = audit();
        assertThat(broken(report)).containsExactlyInAnyOrder(NAMES, KEYS);
        assertThat(check(report, NAMES).path("detail").asString()).isEqualTo(order.sagaId());
        assertThat(check(report, KEYS).path("detail").asString()).isEqualTo(order.sagaId());

        SERVER.database().execute("""
                DELETE FROM saga.saga_names WHERE saga_id = '%1$s';
                DELETE FROM saga.saga_start_keys WHERE saga_id = '%1$s'
                """.formatted(order.sagaId()));
        report = audit();
        assertThat(broken(report)).containsExactly("an order is that of a checkout");
        assertThat(check(report, "an order is that of a checkout")
                        .path("detail")
                        .asString())
                .isEqualTo(order.orderId());

        SERVER.database()
                .execute("INSERT INTO saga.saga_names VALUES ('order:" + order.orderId()
                        + "', 'saga_chk_00000000-0000-7000-8000-000000000001'); INSERT INTO saga.saga_retention"
                        + " VALUES ('saga_chk_', '1 day', 'saga_chk_00000000-0000-7000-8000-000000000002')"
                        + " ON CONFLICT (prefix) DO UPDATE SET gone_below = excluded.gone_below");
        audited();
    }

    @Test
    void an_order_s_id_that_its_checkout_has_not_claimed_is_found() {
        var order = completed();
        audited();
        SERVER.database()
                .execute("UPDATE saga.saga_names SET name = name || '-other' WHERE saga_id = '" + order.sagaId() + "'");
        try {
            assertThat(broken(audit()))
                    .contains("a checkout has claimed its order's id", "an order is that of a checkout");
        } finally {
            SERVER.database()
                    .execute("UPDATE saga.saga_names SET name = 'order:" + order.orderId() + "' WHERE saga_id = '"
                            + order.sagaId() + "'");
        }
    }

    @Test
    void a_label_whose_shipment_is_gone_is_found_at_its_carrier() {
        var order = completed();
        audited();
        SERVER.database()
                .execute("CREATE TABLE kept AS SELECT * FROM shipping.shipments WHERE order_id = '" + order.orderId()
                        + "'; DELETE FROM shipping.shipments WHERE order_id = '" + order.orderId() + "'");
        try {
            var report = audit();
            assertThat(broken(report)).containsExactly("a label that is live at a carrier is a shipment's");
            assertThat(check(report, "a label that is live at a carrier is a shipment's")
                            .path("detail")
                            .asString())
                    .isEqualTo(order.orderId());
        } finally {
            SERVER.database().execute("INSERT INTO shipping.shipments SELECT * FROM kept; DROP TABLE kept");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jsonb_set(payload, '{total,amount}', '1')", "payload || '{\"user_id\":\"usr_other\"}'"})
    void an_order_that_is_not_what_its_checkout_agreed_on_is_found(String payload) {
        var order = completed();
        audited();
        var report = tampered(
                order.sagaId(),
                "saga.saga_runs",
                "UPDATE saga.saga_runs SET payload = " + payload + " WHERE saga_id = '" + order.sagaId() + "'");
        assertThat(broken(report))
                .containsExactly("an order has the customer and the total that its checkout agreed on");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "('{\"order_id\":\"a\",\"deep\":' || repeat('[', 3000) || repeat(']', 3000) || '}')::jsonb",
                "'{\"order_id\":{}}'",
                "'{\"order_id\":\"a\",\"total\":{\"amount\":1,\"currency\":\"none\"}}'",
                "'17'"
            })
    void a_saga_that_cannot_be_read_is_named_and_hides_no_other(String payload) {
        var spoilt = completed();
        var other = completed();
        audited();
        SERVER.database()
                .execute("UPDATE orders.orders SET user_id = 'usr_other' WHERE order_id = '" + other.orderId() + "'");
        try {
            var report = tampered(
                    spoilt.sagaId(),
                    "saga.saga_runs",
                    "UPDATE saga.saga_runs SET payload = " + payload + " WHERE saga_id = '" + spoilt.sagaId() + "'");
            assertThat(broken(report))
                    .containsExactlyInAnyOrder(
                            READABLE, "an order has the customer and the total that its checkout agreed on");
            assertThat(check(report, READABLE).path("detail").asString()).isEqualTo(spoilt.sagaId());
        } finally {
            SERVER.database()
                    .execute("UPDATE orders.orders SET user_id = NULL WHERE order_id = '" + other.orderId() + "'");
        }
    }

    /// Parked, because its definition is of a release that this server has not.
    @Test
    void the_order_of_a_parked_saga_that_cannot_be_read_is_not_judged() {
        var order = completed();
        audited();
        SERVER.database().execute("""
                DELETE FROM saga.saga_steps WHERE saga_id = '%1$s' AND event = 'SAGA_COMPLETED';
                UPDATE saga.saga_runs SET status = 'STARTED', version = 99, payload = '{}' WHERE saga_id = '%1$s';
                UPDATE orders.order_items SET quantity = 1, unit_price = 20, subtotal = 20 WHERE order_id = '%2$s'
                """.formatted(order.sagaId(), order.orderId()));

        await().atMost(Duration.ofSeconds(60))
                .until(() -> check(audit(), "parked sagas (listed, not counted as broken)")
                                .path("figure")
                                .asLong()
                        == 1);

        var report = audited();
        assertThat(check(report, "logs of flows that this release does not have (listed, not judged)")
                        .path("detail")
                        .asString())
                .isEqualTo(order.sagaId());
    }

    private record Order(String sagaId, String orderId) {}

    /// Changes rows of a saga, audits, and puts them back as they were.
    private static JsonNode tampered(String sagaId, String table, String change) {
        var rows = " FROM " + table + " WHERE saga_id = '" + sagaId + "'";
        SERVER.database().execute("CREATE TABLE kept AS SELECT *" + rows + "; " + change);
        try {
            return audit();
        } finally {
            SERVER.database()
                    .execute("DELETE" + rows + "; INSERT INTO " + table + " SELECT * FROM kept; DROP TABLE kept");
        }
    }

    private static JsonNode audited() {
        var report = audit();
        assertThat(broken(report)).as(report.toString()).isEmpty();
        return report;
    }

    private static JsonNode audit() {
        var answer = SERVER.get("/v1/ops/audit?wait=30");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().path("quiet").asBoolean()).as(answer.body()).isTrue();
        return answer.json();
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

    private static Order completed() {
        return order("pm_card_visa", "completed");
    }

    private static Order failed() {
        return order("pm_card_declined", "failed");
    }

    private static Order order(String method, String status) {
        var sku = "sku-" + UUID.randomUUID();
        SERVER.put(
                "/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1000, "currency", "USD")));
        SERVER.put("/v1/inventory/" + sku, Map.of("available", 10));
        var cart = "cart_" + UUID.randomUUID();
        SERVER.put("/v1/carts/" + cart, Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", 2))));
        var body = Map.of("cart_id", cart, "payment_method_id", method, "shipping_address", ADDRESS);
        var answer = SERVER.post("/v1/checkout", body, "Idempotency-Key", cart, "Prefer", "wait=20")
                .json();
        assertThat(answer.path("status").asString()).as(answer.toString()).isEqualTo(status);
        return new Order(
                answer.path("saga_id").asString(), answer.path("order_id").asString());
    }
}
