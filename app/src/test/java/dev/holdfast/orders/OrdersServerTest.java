package dev.holdfast.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The service as it is wired in the server: real outbox, real door.
class OrdersServerTest {

    private final TestServer server = TestServer.shared();

    @Test
    void an_order_is_completed_over_http_and_its_events_leave() {
        server.bean(OrdersApi.class).create(OrdersFixture.request("ORD-server-1"));
        var body = """
                {"order_id":"ORD-server-1","status":"completed"}""";
        assertThat(server.post("/api/orders/complete", body).body()).isEqualTo(body);
        assertThat(server.get("/v1/orders/ORD-server-1").json().get("status").asString())
                .isEqualTo("confirmed");
        assertThat(server.bean(OrderBooks.class).broken()).isZero();
        var outbox = JdbcClient.create(server.database().dataSource())
                .sql("SELECT * FROM orders.outbox WHERE subject = 'ORD-server-1'")
                .query();
        Awaitility.await().untilAsserted(() -> assertThat(outbox.listOfRows()).isEmpty());
    }

    @Test
    void an_unknown_order_is_a_problem() {
        var answer = server.get("/v1/orders/ORD-nobody");
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().get("type").asString()).isEqualTo("https://holdfast.dev/problems/not-found");
    }
}
