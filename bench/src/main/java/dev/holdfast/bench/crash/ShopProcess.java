package dev.holdfast.bench.crash;

import dev.holdfast.bench.process.JavaProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// `holdfast serve` as a process of its own, to be killed: on a data folder and a port that it keeps over its
/// lives.
///
/// It writes into a file and not into a pipe: what it said last is there however it died, and it never waits for a
/// reader.
final class ShopProcess implements AutoCloseable {

    private static final String PROGRAM = "dev.holdfast.cli.Holdfast";
    private static final List<String> JVM = List.of("-Xmx600m", "-XX:TieredStopAtLevel=1", "-XX:+UseParallelGC");
    private static final Duration START = Duration.ofMinutes(5);
    private static final Duration END = Duration.ofSeconds(40);
    private static final Duration LOOK_EVERY = Duration.ofMillis(25);
    private static final int MOST_WALKS = 40;

    private final Path folder;
    private final int port;
    private final List<String> settings;
    private final ShopPostgres postgres;
    private Process process;
    private boolean closed;

    private ShopProcess(Path folder, int port, List<String> settings) {
        this.folder = folder;
        this.port = port;
        this.settings = settings;
        this.postgres = new ShopPostgres(folder);
    }

    /// A shop that is not started yet.
    ///
    /// @param settings properties, `holdfast.faults.decline-rate=0.1`
    static ShopProcess on(Path folder, List<String> settings) throws IOException {
        return new ShopProcess(folder, freePort(), settings);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + port);
    }

    Path folder() {
        return folder;
    }

    Path log() {
        return folder.resolve("server.log");
    }

    ShopPostgres postgres() {
        return postgres;
    }

    synchronized boolean alive() {
        return process != null && process.isAlive();
    }

    synchronized long pid() {
        return process.pid();
    }

    /// @throws IOException when it does not serve in time, or ends
    void start() throws IOException, InterruptedException {
        launch();
        awaitServing();
    }

    synchronized void launch() throws IOException {
        if (closed) {
            throw new IOException("the campaign is being ended");
        }
        process = new ProcessBuilder(command())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    void awaitServing() throws IOException, InterruptedException {
        var deadline = System.nanoTime() + START.toNanos();
        var ask = HttpRequest.newBuilder(address().resolve("/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            while (System.nanoTime() < deadline) {
                if (!alive()) {
                    throw new IOException("the server did not start:\n" + String.join("\n", lastWords(40)));
                }
                if (ready(http, ask)) {
                    return;
                }
                Thread.sleep(LOOK_EVERY);
            }
        }
        throw new IOException("the server does not serve:\n" + String.join("\n", lastWords(40)));
    }

    /// kill -9.
    void kill() throws InterruptedException {
        running().destroyForcibly().waitFor();
    }

    /// Waits for its end.
    ///
    /// @return `false` when it still lives
    boolean awaitEnd(Duration atMost) throws InterruptedException {
        return running().waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Whether it has printed such a line, in any of its lives.
    boolean says(Predicate<String> line) throws IOException {
        try (Stream<String> all = Files.lines(log())) {
            return all.anyMatch(line);
        }
    }

    /// The last lines it printed, over all its lives.
    List<String> lastWords(int lines) throws IOException {
        try (Stream<String> all = Files.lines(log())) {
            var kept = all.toList();
            return kept.subList(Math.max(0, kept.size() - lines), kept.size());
        }
    }

    /// Ends it and its PostgreSQL, in order if they can, and whatever was done to them before.
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
        }
        try {
            if (alive()) {
                Signals.send("CONT", List.of(pid()));
                if (postgres.alive()) {
                    Signals.send("CONT", postgres.heldGroup());
                }
                process.destroy();
                if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                    kill();
                }
            }
            if (postgres.alive()) {
                postgres.killGroup();
                awaitEndOfPostgres();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + folder + " was being closed", e);
        }
    }

    /// Killed is not gone yet: until then it may hold its folder, or write into it.
    private void awaitEndOfPostgres() throws IOException, InterruptedException {
        var deadline = System.nanoTime() + END.toNanos();
        while (postgres.alive()) {
            if (System.nanoTime() > deadline) {
                throw new IOException("PostgreSQL on " + folder + " was killed and does not end");
            }
            Thread.sleep(LOOK_EVERY);
        }
    }

    /// After [#close]: its data goes too. A backend that outlives its postmaster for a moment may still add a file,
    /// or take one away, while the folder is being walked: then it is walked again.
    void remove() throws IOException {
        for (int again = MOST_WALKS; ; again--) {
            try {
                removeOnce();
                return;
            } catch (IOException | UncheckedIOException e) {
                if (again == 0) {
                    throw new IOException(folder + " cannot be removed", e);
                }
            }
            LockSupport.parkNanos(LOOK_EVERY.toNanos());
        }
    }

    private void removeOnce() throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private synchronized Process running() {
        return process;
    }

    private static boolean ready(HttpClient http, HttpRequest ask) throws InterruptedException {
        try {
            return http.send(ask, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not yet: nobody listens
        }
    }

    private List<String> command() {
        var command = new ArrayList<>(JavaProgram.command(PROGRAM, JVM));
        command.addAll(List.of("serve", "--port", Integer.toString(port), "--data", folder.toString()));
        settings.forEach(setting -> command.addAll(List.of("--set", setting)));
        return command;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
