package dev.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// That each measurement runs and finds every checkout completed. What it measures at this scale means nothing.
class MeasurementsTest {

    @Test
    void checkouts_over_http_complete_in_turns_with_those_in_process() {
        var result = CommandRun.measured(
                "http", "--orders=60", "--warmup=20", "--repeat=1", "--customers=8,16", "--products=50", "--json");
        assertReference(result, "completed checkouts per second over HTTP");
        assertThat(value(result, "latency by schedule, p99")).isPositive();
        assertThat(value(result, "checkouts over HTTP that failed")).isZero();
    }

    @Test
    void checkouts_complete_with_inventory_and_payment_in_other_processes_in_turns_with_one_process() {
        var result = CommandRun.measured(
                "apart", "--orders=60", "--warmup=20", "--repeat=1", "--in-flight=20", "--products=50", "--json");
        assertReference(result, "completed checkouts per second");
        assertReference(result, "busy share of the machine's cores");
        assertThat(value(result, "calls to inventory per order"))
                .as("held, pinned, committed")
                .isGreaterThanOrEqualTo(3);
        assertThat(value(result, "calls to payment per order"))
                .as("authorized, captured")
                .isGreaterThanOrEqualTo(2);
        for (var role : new String[] {"inventory", "payment"}) {
            assertThat(value(result, "calls in a request to " + role)).isGreaterThanOrEqualTo(1);
            assertThat(value(result, "CPU of the JVM of " + role + " per order"))
                    .isPositive();
        }
        assertThat(value(result, "checkouts that failed")).isZero();
    }

    @Test
    void a_checkout_under_light_load_is_held_against_as_many_commits() {
        var result = CommandRun.measured("latency", "--rate=20", "--seconds=1", "--warmup=20", "--repeat=1", "--json");
        assertThat(result.at("/settings/commits_in_a_row").asInt())
                .as("eight steps, each with a commit of its own and one in the log")
                .isGreaterThan(8);
        assertReference(result, "accepted to confirmed, p50");
        assertThat(value(result, "checkouts that failed")).isZero();
    }

    @Test
    void three_ways_a_checkout_may_go_are_held_against_the_model() {
        var result = CommandRun.measured("model", "--orders=2", "--warmup=20", "--json");
        assertThat(reference(result, "confirmed, median")).isEqualTo(298);
        assertThat(reference(result, "out of stock, median")).isEqualTo(60);
        assertThat(reference(result, "declined, median")).isEqualTo(338);
        for (var way : new String[] {"confirmed", "out of stock", "declined"}) {
            assertThat(value(result, way + ", median")).isGreaterThanOrEqualTo(reference(result, way + ", median"));
        }
    }

    @Test
    void a_slow_provider_is_waited_for_by_many_at_once() {
        var result = CommandRun.measured(
                "slow-provider",
                "--in-flight=50",
                "--fast-in-flight=10",
                "--least=50",
                "--most=150",
                "--seconds=1",
                "--settling=1",
                "--warmup=20",
                "--repeat=1",
                "--json");
        assertReference(result, "completed checkouts per second, slow provider");
        assertThat(value(result, "sagas in flight")).isPositive();
        assertThat(value(result, "checkouts that failed")).isZero();
    }

    /// The audit that runs within refuses rows that the product would not have written.
    @Test
    void a_shop_sells_on_tables_that_have_grown() {
        var result = CommandRun.measured(
                "growth",
                "--millions=0.002",
                "--orders=50",
                "--warmup=20",
                "--repeat=1",
                "--in-flight=20",
                "--products=50",
                "--json");
        assertThat(result.at("/settings/orders_in_the_tables").asInt()).isEqualTo(2_000);
        assertReference(result, "completed checkouts per second, grown tables");
        assertThat(value(result, "checkouts that failed")).isZero();
    }

    @Test
    void tables_are_watched_while_checkouts_come_at_a_rate() {
        var result = CommandRun.measured("bloat", "--minutes=0.15", "--rate=100", "--warmup=20", "--json");
        assertReference(result, "outboxes, largest in the last third");
        assertReference(result, "counters, largest in the last third");
        assertReference(result, "what an order adds, last third");
        assertThat(value(result, "checkouts completed")).isEqualTo(1_050);
        assertThat(value(result, "checkouts that failed")).isZero();
    }

    private static void assertReference(JsonNode result, String figure) {
        assertThat(value(result, figure)).as(figure).isPositive();
        assertThat(reference(result, figure)).as(figure + ", its reference").isPositive();
    }

    private static double value(JsonNode result, String figure) {
        return result.get("figures").get(figure).get("value").asDouble();
    }

    private static double reference(JsonNode result, String figure) {
        return result.get("figures").get(figure).get("reference").asDouble();
    }
}
