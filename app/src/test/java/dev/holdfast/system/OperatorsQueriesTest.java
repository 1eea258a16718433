package dev.holdfast.system;

import static dev.holdfast.system.Exchange.expectInvalid;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestServer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What operators may ask for in a query, and what they are told when it is something else.
class OperatorsQueriesTest {

    private static final TestServer SERVER = TestServer.shared();

    @Test
    void a_filter_nobody_knows_is_refused_and_not_passed_over() {
        expectInvalid(
                SERVER.get("/v1/ops/sagas?stauts=FAILED"),
                "/v1/ops/sagas",
                "?stauts",
                "is not known here; known are status, definition, step, needs_attention, subject, order_id, older_than,"
                        + " after, limit");
        expectInvalid(
                SERVER.get("/v1/ops/sagas?status=failed"),
                "/v1/ops/sagas",
                "?status",
                "must be one of [STARTED, COMPENSATING, COMPLETED, FAILED]");
        expectInvalid(SERVER.get("/v1/ops/sagas?limit=201"), "/v1/ops/sagas", "?limit", "must be 1 to 200");
        expectInvalid(
                SERVER.get("/v1/ops/sagas?older_than=soon"),
                "/v1/ops/sagas",
                "?older_than",
                "must be an age like 90s, 10m, 2h or 3d");
        expectInvalid(
                SERVER.get("/v1/ops/sagas?order_id=a&status=FAILED"),
                "/v1/ops/sagas",
                "?order_id",
                "stands alone: an order has one checkout");
        for (var path : List.of("outbox", "definitions")) {
            expectInvalid(
                    SERVER.get("/v1/ops/" + path + "?x=1"),
                    "/v1/ops/" + path,
                    "?x",
                    "is not known here; nothing may be given");
        }
        expectInvalid(
                SERVER.get("/v1/ops/audit?wiat=1"), "/v1/ops/audit", "?wiat", "is not known here; known are wait");
    }

    @Test
    void a_filter_that_is_given_twice_is_refused() {
        expectInvalid(
                SERVER.get("/v1/ops/sagas?status=FAILED&status=STARTED"),
                "/v1/ops/sagas",
                "?status",
                "is given 2 times; give it once");
        expectInvalid(
                SERVER.get("/v1/ops/audit?wait=0&wait=1"), "/v1/ops/audit", "?wait", "is given 2 times; give it once");
    }

    @Test
    void what_was_never_the_next_of_a_page_is_refused() {
        for (var path : List.of("dead-letters", "tasks", "audit-trail")) {
            for (var after : List.of(
                    "x",
                    place("+1000000000-01-01T00:00:00Z", "a", "b"),
                    place("-1000000000-01-01T00:00:00Z", "a", "b"),
                    place("2026-01-01T00:00:00Z", "a\0", "b"),
                    place("a\0", "1"),
                    place("a", "99999999999"),
                    "9".repeat(30))) {
                expectInvalid(
                        SERVER.get("/v1/ops/" + path + "?after=" + after),
                        "/v1/ops/" + path,
                        "?after",
                        "is no page's 'next'");
            }
        }
        assertThat(SERVER.get("/v1/ops/dead-letters?after=" + place("9999-12-31T23:59:59Z", "a", "b"))
                        .status())
                .isEqualTo(200);
    }

    private static String place(String... parts) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
    }
}
