package dev.holdfast.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.platform.Json;
import dev.holdfast.testing.TestServer.Answer;

/// An answer held against the contract: its status and its whole body, with what differs from run to run masked.
final class Exchange {

    private Exchange() {}

    /// @param body JSON; in the answer, a generated id is `<uuid>` behind its prefix, a time `<time>`, a trace
    ///     `<trace>`
    static void expect(Answer answer, int status, String body) {
        var masked = masked(answer.body());
        assertThat(answer.status()).as(masked).isEqualTo(status);
        assertThat(Json.mapper().readTree(masked)).isEqualTo(Json.mapper().readTree(body));
        assertThat(answer.header("Content-Type")).startsWith("application/json");
    }

    /// Problem details with their usual members and `more`, further members as JSON (`"items": []`) or nothing.
    static void expectProblem(Answer answer, Expected expected, String more) {
        var masked = masked(answer.body());
        var body = """
                {"type": "https://holdfast.dev/problems/%s", "title": "%s", "status": %d, "detail": %s,
                 "instance": "%s", "trace_id": "<trace>"%s}
                """.formatted(
                        expected.slug,
                        expected.title,
                        expected.status,
                        Json.write(expected.detail),
                        expected.instance,
                        more.isEmpty() ? "" : ", " + more);
        assertThat(answer.status()).as(masked).isEqualTo(expected.status);
        assertThat(Json.mapper().readTree(masked)).isEqualTo(Json.mapper().readTree(body));
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    /// Bad input, told with the place of the mistake.
    static void expectInvalid(Answer answer, String instance, String pointer, String detail) {
        var problem = new Expected(400, "invalid-request", "Invalid request", pointer + " " + detail, instance);
        expectProblem(
                answer,
                problem,
                "\"errors\": [{\"pointer\": %s, \"detail\": %s}]".formatted(Json.write(pointer), Json.write(detail)));
    }

    record Expected(int status, String slug, String title, String detail, String instance) {}

    static String masked(String text) {
        return text.replaceAll("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uuid>")
                .replaceAll("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z", "<time>")
                .replaceAll("\"trace_id\":\"[0-9a-f]{32}\"", "\"trace_id\":\"<trace>\"");
    }
}
