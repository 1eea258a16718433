package dev.holdfast.cli;

import dev.holdfast.platform.Json;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The answer of `GET /v1/ops/audit`, for people.
final class AuditReport {

    private static final String PROBLEMS = "https://holdfast.dev/problems/";

    private final JsonNode report;

    private AuditReport(JsonNode report) {
        this.report = report;
    }

    /// @throws IOException when there is no shop at that address
    static void requireAnswer(URI shop) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(shop.resolve("/actuator/health/liveness"))
                .timeout(Duration.ofSeconds(30))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.discarding());
            if (answer.statusCode() != 200) {
                throw new IOException("what answers at " + shop + " is no shop, or one that is not well: asked for its"
                        + " health it says " + answer.statusCode());
            }
        } catch (ConnectException e) {
            throw nobody(shop, "", e);
        }
    }

    private static IOException nobody(URI shop, String more, ConnectException fault) {
        return new IOException(
                "nobody answers at " + shop + "; is it the address that serve or demo printed?" + more, fault);
    }

    /// @param body a report, a problem, or the page of something that is no shop
    static AuditReport read(URI shop, int status, String body) throws IOException {
        JsonNode said;
        try {
            said = Json.mapper().readTree(body);
        } catch (JacksonException e) {
            said = Json.mapper().missingNode();
        }
        if (status == 200 && said.path("checks").isArray()) {
            return new AuditReport(said);
        }
        if (!said.path("type").asString("").startsWith(PROBLEMS)) {
            throw new IOException("what answers at " + shop + " is no shop: asked for the audit it says " + status);
        }
        throw new IOException(
                status == 404
                        ? "the process at " + shop + " is none with the role checkout, which has the audit; name that"
                                + " one with --url"
                        : "the audit was answered " + status + ": "
                                + said.path("detail").asString());
    }

    /// @param patience how long the shop may take to become quiet before it is audited as it is
    static AuditReport ask(URI shop, Duration patience) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(shop.resolve("/v1/ops/audit?wait=" + patience.toSeconds()))
                .timeout(patience.plusMinutes(10))
                .build();
        try (var http = HttpClient.newHttpClient()) {
            var answer = http.send(request, BodyHandlers.ofString());
            return read(shop, answer.statusCode(), answer.body());
        } catch (ConnectException e) {
            throw nobody(shop, " Without --url the shop in --data is opened and audited", e);
        }
    }

    /// Every check holds, and all was quiet: what holds only at rest was checked too.
    boolean clean() {
        return report.path("clean").asBoolean() && report.path("quiet").asBoolean();
    }

    private String verdict() {
        if (!report.path("clean").asBoolean()) {
            return "AUDIT NOT CLEAN";
        }
        return report.path("quiet").asBoolean()
                ? "audit clean"
                : "AUDIT INCOMPLETE: the shop did not become quiet, so what holds only at rest was not checked";
    }

    void print(PrintStream out) {
        out.println();
        out.printf(
                "audit of %s, %s%n",
                report.path("at").asString(), report.path("quiet").asBoolean() ? "quiet" : "not quiet");
        report.path("busy").forEach(what -> out.println("  still under way: " + what.asString()));
        for (var check : report.path("checks")) {
            out.printf(
                    "  %-6s %-10s %-78s %,14d%n",
                    check.path("broken").asLong() == 0 ? "ok" : "BROKEN",
                    check.path("area").asString(),
                    check.path("invariant").asString(),
                    check.path("figure").asLong());
            if (check.path("broken").asLong() != 0) {
                out.printf(
                        "         %,d broken: %s%n",
                        check.path("broken").asLong(), check.path("detail").asString());
            }
        }
        out.println(verdict());
    }
}
