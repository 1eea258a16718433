package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.payment.PaymentApi;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.testing.TestServer;
import dev.holdfast.testing.TestServer.Answer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/// The checkout in one server, the services in another, and what tells customers in a third: each with a database
/// of its own, so that they share nothing but what travels between them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServicesApartTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SERVICES = "catalog,customers,cart,inventory,payment,shipping,orders";
    private static final String SECRET = "holdfast.services.secret=xyzzy";
    private static final Map<String, String> ADDRESS =
            Map.of("name", "Jane", "address1", "1 Main St", "city", "Anytown", "zip", "90210", "country", "US");

    private final TestServer notification = TestServer.with(Listener.class, "holdfast.roles=notification", SECRET);
    private final TestServer services = TestServer.with(
            "holdfast.roles=" + SERVICES, SECRET, "holdfast.services.notification.url=" + notification.uri());
    private final TestServer checkout = TestServer.with(settings());
    private JsonNode sold;

    /// Hears what the customers are told of, beside who tells them.
    static final class Listener implements EventConsumer {

        private final ServiceDatabase database;
        private final List<Event> heard = new CopyOnWriteArrayList<>();

        Listener(ServiceDatabases databases) {
            database = databases.of("notification");
        }

        @Override
        public String name() {
            return "listener";
        }

        @Override
        public boolean wants(String type) {
            return true;
        }

        @Override
        public ServiceDatabase database() {
            return database;
        }

        @Override
        public void handle(Connection db, List<Event> events) {
            heard.addAll(events);
        }
    }

    private JsonNode declined;

    private String[] settings() {
        return Stream.concat(
                        Stream.of(
                                "holdfast.roles=checkout",
                                SECRET,
                                "holdfast.services.notification.url=" + notification.uri()),
                        Stream.of(SERVICES.split(","))
                                .map(service -> "holdfast.services." + service + ".url=" + services.uri()))
                .toArray(String[]::new);
    }

    @BeforeAll
    void buy() {
        services.put("/v1/products/book", Map.of("name", "A book", "price", Map.of("amount", 999, "currency", "USD")));
        services.put("/v1/inventory/book", Map.of("available", 100));
        sold = checkout("apart_1", "pm_card_visa");
        declined = checkout("apart_2", "pm_card_declined");
    }

    @AfterAll
    void close() throws Exception {
        checkout.close();
        services.close();
        notification.close();
    }

    private JsonNode checkout(String id, String card) {
        var items = List.of(Map.of("sku", "book", "quantity", 2));
        services.put("/v1/carts/" + id, Map.of("currency", "USD", "items", items));
        var body = Map.of("order_id", id, "cart_id", id, "payment_method_id", card, "shipping_address", ADDRESS);
        var trace = "00-" + TRACE + "-00f067aa0ba902b7-01";
        return post(body, "Idempotency-Key", id, "Prefer", "wait=20", "traceparent", trace)
                .json();
    }

    private Answer post(Object body, String... headers) {
        return checkout.post("/v1/checkout", body, headers);
    }

    @Test
    void a_checkout_is_completed_by_services_in_another_process() {
        assertThat(sold.path("status").asString()).as(sold.toString()).isEqualTo("completed");
        var order = services.get("/v1/orders/apart_1").json();
        assertThat(order.path("status").asString()).isEqualTo("confirmed");
        assertThat(services.get("/v1/carts/apart_1").status()).isEqualTo(404);
        assertThat(services.get("/v1/inventory/book").json().path("available").asInt())
                .isEqualTo(98);
    }

    @Test
    void a_no_of_another_process_turns_the_checkout_back_with_its_reason() {
        assertThat(declined.path("status").asString()).isEqualTo("failed");
        assertThat(declined.at("/failure/code").asString()).isEqualTo("payment-declined");
        assertThat(declined.at("/failure/message").asString()).contains("card_declined");
        assertThat(services.get("/v1/carts/apart_2").json().path("items").size())
                .isEqualTo(1);
    }

    @Test
    void the_audit_reads_the_books_of_every_process_and_events_reach_consumers_in_another() {
        var audit = checkout.get("/v1/ops/audit?wait=30").json();
        assertThat(audit.path("quiet").asBoolean()).as(audit.toString()).isTrue();
        assertThat(audit.path("clean").asBoolean()).as(audit.toString()).isTrue();
        var told = audit.path("checks")
                .valueStream()
                .filter(check ->
                        check.path("invariant").asString().equals("a customer was told what became of an order"))
                .findFirst();
        assertThat(told)
                .hasValueSatisfying(
                        check -> assertThat(check.path("figure").asInt()).isEqualTo(2));
        assertThat(services.get("/v1/ops/outbox").json().path("outboxes").valueStream())
                .hasSize(4)
                .allSatisfy(outbox -> assertThat(outbox.path("pending").asInt()).isZero());
    }

    @Test
    void the_trace_of_the_caller_goes_through_every_process() {
        var heard = notification.bean(Listener.class).heard;
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(heard)
                        .extracting(Event::type)
                        .contains("OrderConfirmed", "PaymentFailed", "CheckoutFailed"));
        assertThat(heard).allSatisfy(event -> assertThat(event.traceparent()).startsWith("00-" + TRACE + "-"));
        assertThat(notification.get("/v1/ops/notifications?order_id=apart_1").body())
                .contains("Your order apart_1 is confirmed");
    }

    @Test
    void health_says_how_the_others_answer_and_does_not_depend_on_it() {
        var health = checkout.get("/actuator/health").json();
        assertThat(health.at("/components/services/details/here").asString()).isEqualTo("[checkout]");
        assertThat(health.at("/components/services/details/payment").asString()).startsWith("answers since ");
        assertThat(health.at("/components/services/status").asString()).isEqualTo("UP");
        assertThat(services.get("/actuator/health")
                        .json()
                        .at("/components/services/details/notification")
                        .asString())
                .doesNotContain("fails");
    }

    @Test
    void only_what_a_process_runs_is_there() {
        assertThat(services.get("/v1/checkout/x").status()).isEqualTo(404);
        assertThat(checkout.get("/v1/inventory/book").status()).isEqualTo(404);
        assertThat(checkout.bean(InventoryApi.class).getClass().getSimpleName()).isEqualTo("RemoteInventory");
        assertThat(services.bean(PaymentApi.class).getClass().getSimpleName()).isEqualTo("PaymentService");
        assertThat(TestServer.shared().bean(InventoryApi.class).getClass().getSimpleName())
                .isEqualTo("InventoryService");
    }

    @Test
    void the_table_of_metrics_between_processes_is_what_a_scrape_shows() throws Exception {
        var documented = ObservabilityTest.documented(Files.readAllLines(Path.of("../docs/metrics.md")), true);
        var scrape = Scrape.of(checkout.get("/actuator/prometheus").body());
        var shown = new TreeMap<String, String>();
        scrape.types().forEach((name, type) -> {
            if (name.startsWith("holdfast_remote_")) {
                shown.put(name, type + " by " + scrape.tags().get(name));
            }
        });
        assertThat(shown).isEqualTo(documented);
    }
}
