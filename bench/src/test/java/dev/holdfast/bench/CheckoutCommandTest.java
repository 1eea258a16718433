package dev.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

class CheckoutCommandTest {

    @Test
    void the_last_line_is_one_object_with_every_figure_and_every_round(@TempDir Path folder) throws Exception {
        var result = CommandRun.measured(
                "checkout",
                "--orders=50",
                "--naive-orders=20",
                "--warmup=10",
                "--naive-warmup=10",
                "--repeat=1",
                "--in-flight=20",
                "--products=50",
                "--naive-threads=4",
                "--naive-pool=6",
                "--profile=" + folder,
                "--json");
        assertThat(result.propertyNames()).containsExactly("bench", "machine", "settings", "figures");
        assertThat(result.get("bench").asString()).isEqualTo("checkout");
        assertThat(result.get("figures").values())
                .isNotEmpty()
                .allSatisfy(figure -> assertThat(figure.propertyNames())
                        .containsExactly("value", "unit", "reference", "ratio", "target"));
        assertTarget(result, "completed checkouts per second, against limit", ">= 0.5");
        assertTarget(result, "completed checkouts per second, against naive", ">= 15");
        assertThat(result.at("/figures/checkouts that failed/value").asDouble()).isZero();
        assertThat(result.at("/settings/runs").size()).as("a round of each").isEqualTo(3);
        assertThat(result.at("/settings/postgresql/fsync").asString()).isEqualTo("on");
        for (var file : new String[] {"product.jfr", "threads.txt", "methods.txt", "statements.txt", "waits.txt"}) {
            assertThat(folder.resolve(file)).isNotEmptyFile();
        }
        assertThat(Files.readString(folder.resolve("statements.txt"))).contains("saga.saga_steps");
    }

    @Test
    void a_backlog_of_events_is_drained_held_back_and_caught_up() throws Exception {
        var figures = CommandRun.measured(
                        "outbox",
                        "--rate=100",
                        "--backlog=1000",
                        "--seconds=1",
                        "--scale=150",
                        "--minutes=0.1",
                        "--json")
                .get("figures");
        assertThat(figures.at("/waiting behind the slow publisher/value").asDouble())
                .isPositive();
        assertThat(figures.at("/largest table at the end/value").asDouble()).isPositive();
        assertThat(figures.at("/commit to handler p99/target").asString()).isEqualTo("<= 50");
    }

    @Test
    void sagas_that_wait_are_counted_put_down_and_in_flight() throws Exception {
        var result = CommandRun.measured("memory", "--sagas=200", "--senders=50", "--json");
        for (var how : new String[] {"put_down", "in_flight"}) {
            assertThat(result.at("/figures/" + how + " woken and ended/value").asDouble())
                    .isPositive();
        }
    }

    @Test
    void nonsense_is_refused_before_anything_is_started() {
        var said = new StringWriter();
        var code = new CommandLine(new Bench()).setErr(new PrintWriter(said)).execute("checkout", "--orders=0");
        assertThat(code).isEqualTo(2);
        assertThat(said.toString()).contains("--orders must be 1 or more, not 0");
    }

    private static void assertTarget(JsonNode result, String name, String target) {
        var figure = result.get("figures").get(name);
        assertThat(figure.get("target").asString()).isEqualTo(target);
        assertThat(figure.get("value").asDouble() / figure.get("reference").asDouble())
                .isEqualTo(figure.get("ratio").asDouble());
    }
}
