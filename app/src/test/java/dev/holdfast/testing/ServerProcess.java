package dev.holdfast.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// `holdfast serve` as a process of its own, to be killed.
public final class ServerProcess implements AutoCloseable {

    private final Path data;
    private final int port;
    private final List<String> settings;
    private final ConcurrentLinkedDeque<String> output = new ConcurrentLinkedDeque<>();
    private Process process;

    private ServerProcess(Path data, int port, List<String> settings) {
        this.data = data;
        this.port = port;
        this.settings = settings;
    }

    /// Starts a server on a folder, on a free port that it keeps over its lives, and waits until it serves.
    ///
    /// @param settings properties, `holdfast.faults.decline-rate=0.1`
    public static ServerProcess start(Path data, List<String> settings) throws Exception {
        var server = new ServerProcess(data, freePort(), settings);
        server.live();
        return server;
    }

    public URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /// kill -9, and a new life on the same data.
    public void killAndRestart() throws Exception {
        kill();
        live();
    }

    /// kill -9.
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /// The last lines the server printed.
    public String log() {
        return String.join("\n", output);
    }

    private void live() throws Exception {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx600m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                "dev.holdfast.cli.Holdfast",
                "serve",
                "--port",
                Integer.toString(port),
                "--data",
                data.toString()));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var serving = new CompletableFuture<Void>();
        var reader = new BufferedReader(new InputStreamReader(process.getInputStream()));
        Thread.ofVirtual().start(() -> follow(reader, serving));
        try {
            serving.get(180, TimeUnit.SECONDS);
        } catch (Exception e) {
            process.destroyForcibly();
            throw new IllegalStateException("the server did not start:\n" + log(), e);
        }
    }

    /// Without the tests, whose logging would take the place of the server's own.
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !Files.exists(Path.of(entry, "logback-test.xml")))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private void follow(BufferedReader reader, CompletableFuture<Void> serving) {
        try (reader) {
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                output.add(line);
                if (output.size() > 2_000) {
                    output.poll();
                }
                if (line.startsWith("serving at ")) {
                    serving.complete(null);
                }
            }
            serving.completeExceptionally(new IOException("it ended"));
        } catch (IOException e) {
            serving.completeExceptionally(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
