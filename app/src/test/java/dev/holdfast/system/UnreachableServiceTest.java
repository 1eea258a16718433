package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.testing.TestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// Who is told what when a service is away: the customer what it means, an operator why.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnreachableServiceTest {

    private static final String ORDER = "unreached_1";
    private static final String WORDS = "A part of the shop could not be reached. Please try again later.";
    private static final Map<String, String> ADDRESS =
            Map.of("name", "Jane", "address1", "1 Main St", "city", "Anytown", "zip", "90210", "country", "US");

    private final TestServer server = TestServer.with(
            "holdfast.roles=checkout,catalog,customers,cart,inventory,shipping,orders,notification",
            "holdfast.services.payment.url=http://127.0.0.1:" + unused());
    private JsonNode failed;

    private static int unused() {
        try (var port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return port.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    void buy() {
        server.put("/v1/products/book", Map.of("name", "A book", "price", Map.of("amount", 999, "currency", "USD")));
        server.put("/v1/inventory/book", Map.of("available", 10));
        var items = List.of(Map.of("sku", "book", "quantity", 2));
        server.put("/v1/carts/" + ORDER, Map.of("currency", "USD", "items", items));
        var body = Map.of(
                "order_id", ORDER, "cart_id", ORDER, "payment_method_id", "pm_card_visa", "shipping_address", ADDRESS);
        failed = server.post("/v1/checkout", body, "Idempotency-Key", ORDER, "Prefer", "wait=25")
                .json();
    }

    @AfterAll
    void close() throws Exception {
        server.close();
    }

    @Test
    void the_customer_is_told_what_it_means_and_by_mail_too() {
        assertThat(failed.path("status").asString()).as(failed.toString()).isEqualTo("failed");
        assertThat(failed.at("/failure/code").asString()).isEqualTo("not-reachable");
        assertThat(failed.at("/failure/message").asString()).isEqualTo(WORDS);
        var letters = "/v1/ops/notifications?order_id=" + ORDER;
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(server.get(letters).body()).contains(WORDS).doesNotContain("nobody can be"));
    }

    @Test
    void an_operator_is_told_why() {
        var saga =
                server.get("/v1/ops/sagas/" + failed.path("saga_id").asString()).json();
        assertThat(saga.at("/failure/message").asString()).contains("payment: nobody can be reached at its address");
    }

    @Test
    void health_names_the_service_and_no_class() {
        var health = server.get("/actuator/health").json();
        assertThat(health.at("/components/services/details/payment").asString())
                .matches("fails since [^:]+:[^:]+:[^ ]+: nobody can be reached at its address");
    }
}
