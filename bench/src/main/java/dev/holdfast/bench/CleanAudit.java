package dev.holdfast.bench;

import dev.holdfast.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.StringJoiner;

/// What the shop's own audit says of its books.
final class CleanAudit {

    private static final String AUDIT = "/v1/ops/audit?wait=60";

    private CleanAudit() {}

    /// @return how many invariants hold
    /// @throws IllegalStateException one is broken, by its name
    static String require(BenchShop shop) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(shop.address() + AUDIT)).build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("the audit was answered " + answer.statusCode() + " " + answer.body());
            }
            var report = Json.mapper().readTree(answer.body());
            var broken = new StringJoiner("; ");
            for (var check : report.path("checks")) {
                if (check.path("broken").asLong() != 0) {
                    broken.add(check.path("invariant").asString() + ": "
                            + check.path("detail").asString(""));
                }
            }
            if (broken.length() > 0 || !report.path("clean").asBoolean()) {
                throw new IllegalStateException("the audit is not clean: " + broken + " " + report.path("busy"));
            }
            return report.path("checks").size() + " invariants hold";
        }
    }
}
