package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every command of the README's console blocks answers what the README says.
class ReadmeTest {

    private static final Path README = Path.of("..", "README.md");

    @TestFactory
    List<DynamicTest> a_command_of_the_readme_answers_what_is_printed_below_it() throws IOException {
        var server = TestServer.with();
        var tests = new ArrayList<DynamicTest>();
        for (var exchange : exchanges()) {
            tests.add(DynamicTest.dynamicTest(
                    exchange.command(),
                    () -> assertThat(masked(run(exchange, server))).isEqualTo(masked(exchange.answer()))));
        }
        tests.add(DynamicTest.dynamicTest("the server closes", server::close));
        return tests;
    }

    private static String run(Exchange exchange, TestServer server) throws IOException, InterruptedException {
        var command = exchange.command().replace("localhost:8080", server.uri().getAuthority());
        var process = new ProcessBuilder("bash", "-c", command)
                .redirectErrorStream(true)
                .start();
        var answer = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(answer).isZero();
        return answer.strip();
    }

    private static List<Exchange> exchanges() throws IOException {
        var exchanges = new ArrayList<Exchange>();
        var inside = false;
        for (var line : Files.readAllLines(README)) {
            if (line.startsWith("```")) {
                inside = line.equals("```console");
            } else if (inside && line.startsWith("$ ")) {
                exchanges.add(new Exchange(line.substring(2), ""));
            } else if (inside) {
                var last = exchanges.removeLast();
                exchanges.add(new Exchange(last.command(), (last.answer() + "\n" + line).strip()));
            }
        }
        assertThat(exchanges).isNotEmpty();
        return exchanges;
    }

    /// Hides what differs from run to run: generated ids and times.
    private static String masked(String text) {
        return text.replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<time>")
                .replaceAll("\"trace_id\":\"[0-9a-f]{32}\"", "\"trace_id\":\"<trace>\"");
    }

    private record Exchange(String command, String answer) {}
}
