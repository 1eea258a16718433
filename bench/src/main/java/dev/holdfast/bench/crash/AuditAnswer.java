package dev.holdfast.bench.crash;

import dev.holdfast.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// What the shop's own audit says once the shop is quiet.
///
/// @param report as it was answered
record AuditAnswer(JsonNode report) {

    /// A shop that is not quiet then has something hanging.
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    /// "Not now" is an answer to be expected of a shop that was just struck.
    private static final int MOST_REPEATS = 5;

    private static final Duration BETWEEN = Duration.ofSeconds(1);

    static AuditAnswer ask(URI shop) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(shop.resolve("/v1/ops/audit?wait=" + PATIENCE.toSeconds()))
                .timeout(PATIENCE.multipliedBy(3))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofString());
            for (int again = 0; again < MOST_REPEATS && answer.statusCode() == 503; again++) {
                Thread.sleep(BETWEEN);
                answer = http.send(request, BodyHandlers.ofString());
            }
            if (answer.statusCode() != 200) {
                throw new IOException("the audit was answered " + answer.statusCode() + " " + answer.body());
            }
            return new AuditAnswer(Json.mapper().readTree(answer.body()));
        }
    }

    List<String> invariants() {
        var names = new ArrayList<String>();
        report.path("checks").forEach(check -> names.add(name(check)));
        return names;
    }

    List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        if (!report.path("quiet").asBoolean()) {
            var busy = new ArrayList<String>();
            report.path("busy").forEach(what -> busy.add(what.asString()));
            findings.add(new Finding("the shop becomes quiet within " + PATIENCE, String.join("; ", busy), null));
        }
        for (var check : report.path("checks")) {
            if (check.path("broken").asLong() != 0) {
                var detail = check.path("detail").asString("");
                var what = "%,d of %,d: %s"
                        .formatted(
                                check.path("broken").asLong(),
                                check.path("figure").asLong(),
                                detail);
                findings.add(new Finding("audit: " + name(check), what, firstWord(detail)));
            }
        }
        if (report.path("checks").isEmpty()) {
            findings.add(new Finding("the audit checks something", report.toString(), null));
        }
        if (findings.isEmpty() && !report.path("clean").asBoolean()) {
            findings.add(new Finding("the audit calls the shop clean", report.toString(), null));
        }
        return findings;
    }

    private static String name(JsonNode check) {
        return check.path("area").asString() + ": " + check.path("invariant").asString();
    }

    /// Most details begin with the id of what breaks the rule.
    private static String firstWord(String detail) {
        var word = detail.split("[,\\s:]", 2)[0];
        return word.isEmpty() ? null : word;
    }
}
