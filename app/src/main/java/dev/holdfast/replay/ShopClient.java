package dev.holdfast.replay;

import dev.holdfast.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Speaks to a shop over HTTP and does not give up: whatever is safe to repeat (every write carries its key) is
/// repeated until the shop has answered, as a careful storefront would.
final class ShopClient {

    private static final Duration ATTEMPT = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI shop;
    private final Duration patience;
    private final LongAdder repeated = new LongAdder();

    /// @param patience how long one request is repeated before it fails
    ShopClient(URI shop, Duration patience) {
        this.shop = shop;
        this.patience = patience;
    }

    /// @param body JSON, or null for none
    /// @param key the idempotency key, or null for none
    /// @throws IOException when the shop has not answered within the patience
    Reply send(String method, String path, Object body, String key) throws IOException, InterruptedException {
        return send(method, path, body == null ? null : Json.write(body), "application/json", key);
    }

    /// What stands between may answer in the shop's place: a load balancer its own 502 or 504, often with a page
    /// for people. Neither says what became of the request, so both are as good as no answer.
    ///
    /// @return the shop's answer: any status below 500 but 429 and the 409 that says the same request is still
    ///     running
    Reply send(String method, String path, String body, String type, String key)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(shop.resolve(path))
                .timeout(ATTEMPT)
                .header("Content-Type", type)
                .header("Prefer", "wait=30")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Idempotency-Key", "\"" + key + "\"");
        }
        var giveUp = Instant.now().plus(patience);
        while (true) {
            var outcome = attempt(request.build());
            if (outcome instanceof Reply reply && !reply.asksToRepeat()) {
                return reply;
            }
            if (Instant.now().isAfter(giveUp)) {
                throw new IOException(method + " " + path + ": no answer within " + patience + ", last: " + outcome);
            }
            repeated.increment();
            Thread.sleep(PAUSE);
        }
    }

    /// Requests that had to be sent again.
    long repeated() {
        return repeated.sum();
    }

    private Object attempt(HttpRequest request) throws InterruptedException {
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            return replyOf(response.statusCode(), response.body());
        } catch (IOException e) {
            return e;
        }
    }

    private static Reply replyOf(int status, String text) throws IOException {
        var reply = new Reply(status, text.isBlank() ? null : jsonOf(status, text));
        if (reply.ok() && reply.body() == null) {
            throw new IOException("status " + status + " without a body, which this shop never answers");
        }
        return reply;
    }

    private static JsonNode jsonOf(int status, String text) throws IOException {
        try {
            return Json.mapper().readTree(text);
        } catch (JacksonException e) {
            throw new IOException("status " + status + " with a body that is not JSON", e);
        }
    }

    /// @param body null when there was none
    record Reply(int status, JsonNode body) {

        boolean ok() {
            return status >= 200 && status < 300;
        }

        boolean asksToRepeat() {
            return status >= 500 || status == 429 || (status == 409 && problem().equals("still-running"));
        }

        /// The slug of the problem type, or an empty string.
        String problem() {
            var type = text("type");
            return type.substring(type.lastIndexOf('/') + 1);
        }

        /// A text field, or an empty string.
        String text(String field) {
            return body == null ? "" : body.path(field).asString("");
        }
    }
}
