package dev.holdfast.bench;

import dev.holdfast.bench.process.JavaProgram;
import dev.holdfast.platform.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;

/// The measurements that have targets, one after the other, each in a process of its own: none runs on what another
/// has warmed up, filled or left behind.
final class Suite {

    private static final List<Part> PARTS = List.of(
            Part.of("checkout")
                    .quickly("--orders=3000", "--warmup=3000", "--naive-warmup=1000", "--repeat=1", "--naive-pool=32"),
            Part.of("http").quickly("--orders=3000", "--warmup=2000", "--repeat=1", "--customers=512"),
            Part.of("latency").quickly("--warmup=3000", "--seconds=10", "--repeat=1"),
            Part.of("apart").quickly("--orders=3000", "--warmup=3000", "--repeat=1"),
            Part.of("slow-provider")
                    .quickly("--warmup=3000", "--in-flight=5000", "--seconds=10", "--settling=10", "--repeat=1"),
            Part.of("model").quickly("--warmup=3000", "--orders=30"),
            Part.of("flash-sale")
                    .quickly("--strategies=queue,pessimistic", "--buyers=64,512", "--seconds=2", "--warmup=3"),
            Part.of("outbox").quickly("--backlog=5000", "--seconds=3", "--scale=60", "--minutes=0.5"),
            Part.of("growth", "--millions=2").quickly("--millions=0.1", "--orders=3000", "--warmup=3000", "--repeat=1"),
            Part.of("nodes", "--minutes=3", "--in-flight=1000").quickly("--minutes=1", "--in-flight=200"),
            Part.of("memory").quickly("--sagas=20000").within("-Xmx1400m"),
            Part.of("start").quickly("--repeat=2"));

    private final boolean quick;
    private final PrintStream out;

    /// @param quick smaller and fewer rounds: minutes instead of an hour, for figures that say less
    Suite(boolean quick, PrintStream out) {
        this.quick = quick;
        this.out = out;
    }

    /// @param options of a whole run
    /// @param quickly of a quick one
    /// @param heap of its JVM; empty: the machine's default
    private record Part(String name, List<String> options, List<String> quick, List<String> heap) {

        static Part of(String name, String... options) {
            return new Part(name, List.of(options), List.of(), List.of());
        }

        Part quickly(String... fewer) {
            return new Part(name, options, List.of(fewer), heap);
        }

        /// What a process takes is what its heap may grow to, and by default that is a quarter of the machine.
        Part within(String most) {
            return new Part(name, options, quick, List.of(most));
        }
    }

    /// @param name of the measurement
    /// @param arguments it was run with
    /// @param result empty when it failed; what it said stands in the output
    record Ran(String name, List<String> arguments, Optional<Result> result) {}

    /// @param chosen only these; empty: all
    List<Ran> run(List<String> chosen) throws IOException, InterruptedException {
        var ran = new ArrayList<Ran>();
        for (var part : PARTS) {
            if (chosen.isEmpty() || chosen.contains(part.name())) {
                ran.add(run(part, quick ? part.quick() : part.options()));
            }
        }
        return ran;
    }

    static List<String> names() {
        return PARTS.stream().map(Part::name).toList();
    }

    private Ran run(Part part, List<String> arguments) throws IOException, InterruptedException {
        var name = part.name();
        out.printf("%n== %s %s%n", name, String.join(" ", arguments));
        var options = options();
        options.addAll(part.heap());
        var command = JavaProgram.command(Bench.class.getName(), options);
        command.add(name);
        command.addAll(arguments);
        command.add("--json");
        var process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var ended = new Thread(process::destroy);
        Runtime.getRuntime().addShutdownHook(ended);
        var last = tellAndKeepLast(process);
        int code = process.waitFor();
        Runtime.getRuntime().removeShutdownHook(ended);
        // A measurement that found a promise broken may have printed figures: they are worth nothing.
        var result = code == 0 ? resultIn(last) : Optional.<Result>empty();
        if (result.isEmpty()) {
            out.printf("== %s failed, exit code %d%n", name, code);
        }
        return new Ran(name, arguments, result);
    }

    private String tellAndKeepLast(Process process) throws IOException {
        var last = "";
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
                if (!line.startsWith("{\"bench\"")) {
                    out.println(line);
                }
            }
        }
        return last;
    }

    private static Optional<Result> resultIn(String line) {
        try {
            return line.startsWith("{\"bench\"") ? Optional.of(Json.read(line, Result.class)) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private static List<String> options() {
        var options = new ArrayList<>(JavaProgram.inherited());
        options.addAll(JavaProgram.AS_LAUNCHED);
        return options;
    }
}
