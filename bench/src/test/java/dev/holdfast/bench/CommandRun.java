package dev.holdfast.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/// Runs a measurement and reads what it printed.
final class CommandRun {

    private CommandRun() {}

    /// The object on the last line.
    static JsonNode measured(String... arguments) {
        return Json.mapper().readTree(printed(arguments).lines().toList().getLast());
    }

    /// The command prints where a shell reads, as the server's log does.
    private static String printed(String... arguments) {
        var printed = new ByteArrayOutputStream();
        var before = System.out;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            assertThat(new CommandLine(new Bench()).execute(arguments)).isZero();
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }
}
