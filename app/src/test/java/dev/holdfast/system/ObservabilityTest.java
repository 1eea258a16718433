package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.testing.TestServer;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What an operator sees of a running server.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ObservabilityTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00-" + TRACE + "-00f067aa0ba902b7-01";

    private final TestServer server = TestServer.with(
            Listener.class, "holdfast.datasource.connection-timeout=500ms", "holdfast.events.upkeep=1s");
    private final HttpClient http = HttpClient.newHttpClient();
    private final Purchases purchases = new Purchases(server.uri(), http);

    /// Hears everything, as any consumer would.
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

        boolean heard(String subject, String type) {
            return heard.stream()
                    .anyMatch(event ->
                            event.subject().equals(subject) && event.type().equals(type));
        }
    }

    @BeforeAll
    void buy() throws Exception {
        purchases.open();
        var bought = purchases.checkout("ord_obs_1", "pm_card_visa_882", CALLER);
        var declined = purchases.checkout("ord_obs_2", "pm_card_declined", CALLER);
        await().atMost(SOON).until(() -> purchases.status(bought).equals("completed"));
        await().atMost(SOON).until(() -> purchases.status(declined).equals("failed"));
        var listener = server.bean(Listener.class);
        await().atMost(SOON)
                .until(() -> listener.heard("ord_obs_1", "OrderConfirmed")
                        && listener.heard("ord_obs_1", "PaymentCompleted")
                        && listener.heard("ord_obs_1", "LabelCreated")
                        && listener.heard("ord_obs_1", "InventoryCommitted")
                        && listener.heard("ord_obs_2", "PaymentFailed")
                        && listener.heard("ord_obs_2", "InventoryReleased")
                        && listener.heard("ord_obs_2", "CheckoutFailed"));
    }

    @AfterAll
    void close() throws Exception {
        http.close();
        server.close();
    }

    @Test
    void every_event_and_the_saga_of_a_checkout_belong_to_the_trace_of_its_caller() throws Exception {
        assertThat(server.bean(Listener.class).heard)
                .filteredOn(event -> event.subject().startsWith("ord_obs_"))
                .hasSizeGreaterThan(9)
                .allSatisfy(event ->
                        assertThat(event.traceparent()).as(event.toString()).startsWith("00-" + TRACE + "-"));
        try (var db = server.database().dataSource().getConnection();
                var statement = db.createStatement();
                var rows = statement.executeQuery("SELECT DISTINCT trace_id FROM saga.saga_executions")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isEqualTo(TRACE);
            assertThat(rows.next()).isFalse();
        }
    }

    @Test
    void a_trace_context_that_is_none_is_ignored_and_a_trace_begun() {
        for (var malformed : List.of(
                CALLER.toUpperCase(),
                CALLER.substring(1),
                CALLER + "-more",
                "ff" + CALLER.substring(2),
                "00-" + "0".repeat(32) + "-00f067aa0ba902b7-01",
                "00-" + TRACE + "-" + "0".repeat(16) + "-01",
                "")) {
            assertThat(server.get("/v1/products/obs_book", "traceparent", malformed)
                            .header("traceparent"))
                    .as(malformed)
                    .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-01")
                    .doesNotContain(TRACE);
        }
        assertThat(server.get(
                                "/v1/products/obs_book",
                                "traceparent",
                                "cc" + CALLER.substring(2) + "-of-a-later-version")
                        .header("traceparent"))
                .startsWith("00-" + TRACE);
    }

    @Test
    void the_table_of_metrics_is_what_a_scrape_shows() throws Exception {
        var documented = documented(Files.readAllLines(Path.of("../docs/metrics.md")), false);
        await().atMost(SOON).untilAsserted(() -> {
            var scrape = Scrape.of(server.get("/actuator/prometheus").body());
            var shown = new TreeMap<String, String>();
            scrape.types()
                    .forEach((name, type) ->
                            shown.put(name, type + " by " + scrape.tags().get(name)));
            assertThat(shown).isEqualTo(documented);
        });
    }

    /// @param between those between processes, or all others
    static Map<String, String> documented(List<String> page, boolean between) {
        var documented = new TreeMap<String, String>();
        for (var line : page) {
            var cells = line.split("\\|");
            if (line.startsWith("| `holdfast_") && line.startsWith("| `holdfast_remote_") == between) {
                var tags = new TreeSet<>(List.of(cells[3].strip().split(", ")));
                tags.remove("");
                documented.put(cells[1].strip().replace("`", ""), cells[2].strip() + " by " + tags);
            }
        }
        return documented;
    }

    @Test
    void no_id_and_no_path_becomes_a_tag() {
        server.get("/v1/nothing/here_obs_9");
        server.get("/v1/orders/ord_obs_1");
        server.get("/v1/inventory/obs_book");
        var scrape = server.get("/actuator/prometheus").body();
        assertThat(scrape)
                .contains("hikaricp_connections_active{pool=\"shared\"}", "uri=\"/v1/inventory/{sku}\"", "process_")
                .contains("jvm_memory_used_bytes")
                .doesNotContain("obs_");
    }

    @Test
    void while_the_database_is_away_the_server_is_alive_and_not_ready_and_can_be_scraped() throws Exception {
        assertThat(server.get("/actuator/health/readiness").status()).isEqualTo(200);
        admin("ALLOW_CONNECTIONS false");
        try {
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(server.get("/actuator/health/readiness").status()).isEqualTo(503);
            });
            assertThat(server.get("/actuator/health/liveness").status()).isEqualTo(200);
            assertThat(server.get("/actuator/health")
                            .json()
                            .at("/components/database/details/shared")
                            .asString())
                    .isEqualTo("does not answer");
            assertThat(server.get("/actuator/prometheus").body()).contains("holdfast_saga_in_flight 0.0");
        } finally {
            admin("ALLOW_CONNECTIONS true");
        }
        await().atMost(SOON)
                .until(() -> server.get("/actuator/health/readiness").status() == 200);
    }

    /// Nobody gets in, and who is in is thrown out.
    private void admin(String option) throws SQLException {
        var url = server.database().url();
        var name = url.substring(url.lastIndexOf('/') + 1).replaceAll("\\?.*", "");
        try (var db = java.sql.DriverManager.getConnection(url.replace("/" + name, "/postgres"), "postgres", "");
                var statement = db.createStatement()) {
            statement.execute("ALTER DATABASE \"" + name + "\" WITH " + option);
            statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
        }
    }
}
