package dev.holdfast.bench.http;

import dev.holdfast.platform.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/// The process: reads an order of load a line, and writes a line that says what came of it. Ends with its input,
/// so it never outlives whoever started it.
public final class LoadGenerator {

    private LoadGenerator() {}

    public static void main(String[] arguments) throws IOException {
        var orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (var crowd = new Crowd()) {
            for (var line = orders.readLine(); line != null; line = orders.readLine()) {
                System.out.println(Json.write(crowd.run(Json.mapper().readValue(line, LoadOrder.class))));
            }
        }
    }
}
