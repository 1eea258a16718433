package dev.holdfast.bench;

import dev.holdfast.bench.process.JavaProgram;
import dev.holdfast.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// A shop as its user starts it, from the command to the first answer, on a data folder that is kept.
final class StartedShop implements AutoCloseable {

    private static final String PROGRAM = "dev.holdfast.cli.Holdfast";
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final Duration END = Duration.ofMinutes(2);
    private static final long LOOK_EVERY_NANOS = 5_000_000;
    private static final Map<String, String> ADDRESS = Map.of(
            "name", "Jane Doe",
            "address1", "123 Main St",
            "city", "Anytown",
            "state", "CA",
            "zip", "90210",
            "country", "US");

    private final HttpClient http;
    private final URI address;
    private final Process process;
    private final Path log;
    private final long begunNanos;

    private StartedShop(HttpClient http, URI address, Process process, Path log, long begunNanos) {
        this.http = http;
        this.address = address;
        this.process = process;
        this.log = log;
        this.begunNanos = begunNanos;
    }

    /// @param launcher the command that starts Holdfast; null: this JDK with the classes of this process
    /// @param environment added to this process's
    static StartedShop begin(HttpClient http, Path launcher, Map<String, String> environment, Path folder, int port)
            throws IOException {
        var command = new ArrayList<>(
                launcher == null
                        ? JavaProgram.command(PROGRAM, JavaProgram.AS_LAUNCHED)
                        : List.of(launcher.toString()));
        command.addAll(List.of("serve", "--port", Integer.toString(port), "--data", folder.toString()));
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        return begin(http, builder, folder, port);
    }

    /// Some services of a shop, in this JDK with the classes of this process, and as much heap as this process may
    /// have.
    ///
    /// @param arguments `--roles=inventory`, `--set`, …
    static StartedShop ofRoles(HttpClient http, List<String> arguments, Path folder, int port) throws IOException {
        var options = new ArrayList<>(JavaProgram.inherited());
        options.addAll(JavaProgram.AS_LAUNCHED);
        var command = new ArrayList<>(JavaProgram.command(PROGRAM, options));
        command.addAll(List.of("serve", "--port", Integer.toString(port), "--data", folder.toString()));
        command.addAll(arguments);
        return begin(http, new ProcessBuilder(command), folder, port);
    }

    private static StartedShop begin(HttpClient http, ProcessBuilder builder, Path folder, int port)
            throws IOException {
        var log = folder.resolve("server.log");
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        var begun = System.nanoTime();
        return new StartedShop(http, URI.create("http://127.0.0.1:" + port), builder.start(), log, begun);
    }

    /// Asks for a checkout of a cart that is there, again and again, until it is accepted.
    ///
    /// @return how long that was after the command
    Duration untilAccepted(String cart) throws IOException, InterruptedException {
        var request = request(
                        "POST",
                        "/v1/checkout",
                        Map.of("cart_id", cart, "payment_method_id", "pm_card_visa", "shipping_address", ADDRESS))
                .header("Idempotency-Key", "\"" + cart + "\"")
                .build();
        var deadline = begunNanos + LONGEST.toNanos();
        while (System.nanoTime() < deadline) {
            if (!process.isAlive()) {
                throw new IOException("the shop ended instead of starting:\n" + Files.readString(log));
            }
            if (status(request) == 202) {
                return Duration.ofNanos(System.nanoTime() - begunNanos);
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        throw new IOException("no checkout was accepted within " + LONGEST + ":\n" + Files.readString(log));
    }

    /// CPU time of the shop so far, its PostgreSQL included, and the shell that started it.
    Duration cpu() {
        return Duration.ofNanos(Machine.cpuNanosOf(process.pid()));
    }

    URI address() {
        return address;
    }

    long pid() {
        return process.pid();
    }

    /// @throws IllegalStateException it has ended, with what it said last
    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("a process of the shop has ended:\n" + Files.readString(log));
        }
    }

    /// A product that does not run out, and carts with a piece of it.
    void fill(List<String> carts) throws IOException, InterruptedException {
        untilReady();
        var price = Map.of("amount", 999, "currency", "USD");
        send("PUT", "/v1/products/sku-0", Map.of("name", "A thing", "price", price));
        send("PUT", "/v1/inventory/sku-0", Map.of("available", 1_000_000));
        for (var cart : carts) {
            var items = List.of(Map.of("sku", "sku-0", "quantity", 1));
            send("PUT", "/v1/carts/" + cart, Map.of("currency", "USD", "items", items));
        }
    }

    /// Returns once it serves.
    void untilReady() throws IOException, InterruptedException {
        var ask = HttpRequest.newBuilder(address.resolve("/actuator/health/readiness"))
                .build();
        while (status(ask) != 200) {
            if (!process.isAlive() || System.nanoTime() > begunNanos + LONGEST.toNanos()) {
                throw new IOException("the shop did not start:\n" + Files.readString(log));
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private void send(String method, String path, Object body) throws IOException, InterruptedException {
        var answer = http.send(request(method, path, body).build(), BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IOException(method + " " + path + " was answered " + answer.statusCode() + " " + answer.body());
        }
    }

    /// 0 while nobody answers.
    private int status(HttpRequest request) throws InterruptedException {
        try {
            return http.send(request, BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    private HttpRequest.Builder request(String method, String path, Object body) {
        return HttpRequest.newBuilder(address.resolve(path))
                .timeout(LONGEST)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(Json.write(body)));
    }

    /// Told to stop as a user does it; it shuts its database down too.
    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(END.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("the shop did not end within " + END + ":\n" + Files.readString(log));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
