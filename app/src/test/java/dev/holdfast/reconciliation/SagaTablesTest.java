package dev.holdfast.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.flows.Flows;
import dev.holdfast.saga.OperatorAnswer;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.testing.TestServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SagaTablesTest {

    private static final int SAGAS = 7;

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.with();
        for (int i = 0; i < SAGAS; i++) {
            checkout(i % 3 == 0 ? "pm_card_declined" : "pm_card_visa");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, SAGAS, SAGAS + 1})
    void the_same_is_found_in_windows_of_whatever_size(int window) {
        assertThat(checks(window)).isEqualTo(checks(1_000));
    }

    @Test
    void everything_is_looked_at_once() {
        assertThat(checks(2))
                .extracting(Check::figure)
                .as("paths, foreign logs, turned back, names, keys")
                .containsExactly(7L, 0L, 3L, 7L, 7L);
        assertThat(checks(2)).allMatch(check -> check.broken() == 0);
    }

    @Test
    void keys_that_the_engine_uses_itself_are_not_taken_for_those_of_lost_sagas() {
        var operator = server.bean(SagaEngine.class).operator().under("pause-and-resume");
        assertThat(operator.pause("order-first", "olga", "a look at the provider"))
                .isEqualTo(new OperatorAnswer.Accepted());
        server.bean(SagaEngine.class).operator().resume("order-first", "olga", "all is well");

        var keys = new SagaTables(server.database().dataSource(), 2).startKeys();

        assertThat(keys.broken()).isZero();
        assertThat(keys.figure()).isEqualTo(SAGAS);
    }

    private static List<Check> checks(int window) {
        var tables = new SagaTables(server.database().dataSource(), window);
        var checks = new ArrayList<>(new SagaLogs(tables, server.bean(Flows.class)).checks());
        checks.addAll(List.of(tables.tasks(), tables.names(), tables.startKeys()));
        return checks;
    }

    private static void checkout(String method) {
        var sku = "sku-" + UUID.randomUUID();
        server.put(
                "/v1/products/" + sku, Map.of("name", "A thing", "price", Map.of("amount", 1000, "currency", "USD")));
        server.put("/v1/inventory/" + sku, Map.of("available", 10));
        var cart = "cart_" + UUID.randomUUID();
        server.put("/v1/carts/" + cart, Map.of("currency", "USD", "items", List.of(Map.of("sku", sku, "quantity", 2))));
        var address =
                Map.of("name", "Jane", "address1", "1 Main St", "city", "Anytown", "zip", "90210", "country", "US");
        var answer = server.post(
                "/v1/checkout",
                Map.of("cart_id", cart, "payment_method_id", method, "shipping_address", address),
                "Idempotency-Key",
                cart,
                "Prefer",
                "wait=20");
        assertThat(answer.json().path("status").asString()).as(answer.body()).isIn("completed", "failed");
    }
}
