package dev.holdfast.bench.http;

import dev.holdfast.bench.process.JavaProgram;
import dev.holdfast.platform.Json;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The load generator, as whoever starts it sees it. It lives on from order to order, so it is as warm as the shop.
public final class LoadProcess implements AutoCloseable {

    /// One thread that mostly waits for sockets gains nothing from the larger compiler or collector, which would
    /// take their time from the shop.
    private static final List<String> JVM = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Process process;
    private final BufferedWriter orders;
    private final BufferedReader reports;

    private LoadProcess(Process process) {
        this.process = process;
        this.orders = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        this.reports = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    public static LoadProcess start() throws IOException {
        var command = JavaProgram.command(LoadGenerator.class.getName(), JVM);
        return new LoadProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /// Returns when the last customer has left.
    public LoadReport run(LoadOrder order) throws IOException {
        orders.write(Json.write(order));
        orders.newLine();
        orders.flush();
        var report = reports.readLine();
        if (report == null) {
            throw new IOException("the load generator ended; what it said stands above");
        }
        return Json.mapper().readValue(report, LoadReport.class);
    }

    @Override
    public void close() throws IOException {
        orders.close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
