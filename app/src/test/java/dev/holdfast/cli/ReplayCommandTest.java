package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.replay.FewInvoices;
import dev.holdfast.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `replay` as a process of its own: stopped, killed, and gone on with.
class ReplayCommandTest {

    private static final int ORDERS = 80;
    private static final Pattern SOME_PLACED = Pattern.compile("(?m)^[1-9][0-9]* of 80 placed");
    private static final Pattern LINE = Pattern.compile("(?m)^ *(.*?) {2,}([0-9,]+)$");

    @TempDir
    private Path folder;

    @Test
    void a_replay_that_was_stopped_and_one_that_was_killed_are_gone_on_with() throws Exception {
        var data = folder.resolve("shop");
        var stopped = start("stopped", "--data", data.toString());
        await().atMost(Duration.ofMinutes(2)).until(() -> stopped.ended() || stopped.says(SOME_PLACED));
        stopped.process().destroy();
        assertThat(stopped.exitCode()).as(stopped.output()).isEqualTo(143);
        assertThat(stopped.output())
                .contains("the same command again, with --data " + data + ", goes on from here")
                .doesNotContain("Exception", "under way when it stopped", "audit clean");
        var first = stopped.figure("orders placed");
        assertThat(first).isBetween(1L, ORDERS - 1L);
        assertThat(stopped.figure("not reached")).isPositive();

        var killed = start("killed", "--data", data.toString());
        await().atMost(Duration.ofMinutes(2)).until(() -> killed.ended() || killed.says(SOME_PLACED));
        killed.process().destroyForcibly();
        killed.exitCode();

        var last = start("last", "--data", data.toString());
        assertThat(last.exitCode()).as(last.output()).isZero();
        assertThat(last.output()).contains("audit clean", "memory: heap at most", "of log written");
        assertThat(last.figure("orders placed")).isEqualTo(ORDERS);
        assertThat(last.figure("answered from an earlier run")).isBetween(first, (long) ORDERS);
    }

    @Test
    void orders_are_placed_in_a_shop_that_runs_elsewhere() throws Exception {
        try (var server = TestServer.with()) {
            var elsewhere = start("elsewhere", "--url", server.uri().toString());
            assertThat(elsewhere.exitCode()).as(elsewhere.output()).isZero();
            assertThat(elsewhere.output()).contains("audit clean").doesNotContain("starting a shop");
            assertThat(elsewhere.figure("confirmed")).isPositive();
            var orders = server.get("/v1/orders?limit=200").json().path("orders");
            assertThat(orders.size()).isGreaterThan(0);
        }
    }

    private Run start(String name, String... more) throws IOException {
        var file = FewInvoices.in(folder);
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx400m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.holdfast.cli.Holdfast",
                "replay",
                file.toString(),
                "--exit",
                "--clients=2",
                "--limit=" + ORDERS));
        command.addAll(List.of(more));
        if (!command.contains("--url")) {
            command.add("--port=0");
        }
        var output = folder.resolve(name + ".txt");
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        return new Run(process, output);
    }

    private record Run(Process process, Path file) {

        String output() {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                return e.toString();
            }
        }

        boolean says(Pattern what) {
            return what.matcher(output()).find();
        }

        boolean ended() {
            return !process.isAlive();
        }

        int exitCode() throws InterruptedException {
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
            return process.waitFor();
        }

        /// A line of the table.
        long figure(String what) {
            return LINE.matcher(output())
                    .results()
                    .filter(line -> line.group(1).equals(what))
                    .mapToLong(line -> Long.parseLong(line.group(2).replace(",", "")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no line '" + what + "' in\n" + output()));
        }
    }
}
