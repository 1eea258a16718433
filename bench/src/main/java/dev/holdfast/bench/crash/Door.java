package dev.holdfast.bench.crash;

import dev.holdfast.platform.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// The shop's door, for customers who do not give up: whatever is not answered is sent again, under the same key,
/// until it is. Notes when the first answer came after a blow, and answers that no contract knows.
final class Door implements AutoCloseable {

    private static final Duration ATTEMPT = Duration.ofSeconds(40);
    private static final long FIRST_PAUSE_MILLIS = 20;

    /// Not less, or the customers take the processor from the server that is starting for them.
    private static final long LONGEST_PAUSE_MILLIS = 400;

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Function<String, URI> addressOf;
    private final Ledger ledger;
    private final LongAdder repeated = new LongAdder();
    private Long struckNanos;
    private Long answeredNanos;

    Door(URI shop, Ledger ledger) {
        this(_ -> shop, ledger);
    }

    /// @param addressOf the address of a process that serves a path, asked anew for each try
    Door(Function<String, URI> addressOf, Ledger ledger) {
        this.addressOf = addressOf;
        this.ledger = ledger;
    }

    /// @param body null for none
    /// @param key the idempotency key, null for none
    /// @param waitSeconds how long the shop may wait for the outcome before it answers
    record Call(String method, String path, Object body, String key, int waitSeconds) {

        static Call get(String path) {
            return new Call("GET", path, null, null, 0);
        }

        static Call send(String method, String path, Object body, String key) {
            return new Call(method, path, body, key, 0);
        }

        Call waiting(int seconds) {
            return new Call(method, path, body, key, seconds);
        }
    }

    /// @return any answer but those that ask to repeat: 503, 429 and the 409 of a request that still runs
    /// @throws IOException when nobody answered for minutes
    Reply send(Call call) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder()
                .timeout(ATTEMPT)
                .header("Content-Type", "application/json")
                .method(
                        call.method(),
                        call.body() == null
                                ? BodyPublishers.noBody()
                                : BodyPublishers.ofString(Json.write(call.body())));
        if (call.key() != null) {
            request.header("Idempotency-Key", "\"" + call.key() + "\"");
        }
        if (call.waitSeconds() > 0) {
            request.header("Prefer", "wait=" + call.waitSeconds());
        }
        return untilAnswered(call, request);
    }

    private Reply untilAnswered(Call call, HttpRequest.Builder request) throws IOException, InterruptedException {
        var giveUp = System.nanoTime() + PATIENCE.toNanos();
        var pauseMillis = FIRST_PAUSE_MILLIS;
        while (true) {
            var address = addressOf.apply(call.path()).resolve(call.path());
            var outcome = attempt(request.uri(address).build());
            if (outcome instanceof Reply reply) {
                note(call, reply);
                if (!reply.asksToRepeat()) {
                    return reply;
                }
            }
            if (System.nanoTime() > giveUp) {
                throw new IOException(call.method() + " " + call.path() + " was not answered within " + PATIENCE
                        + ", last: " + outcome);
            }
            repeated.increment();
            Thread.sleep(pauseMillis);
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
    }

    private Object attempt(HttpRequest request) throws InterruptedException {
        var sent = System.nanoTime();
        try {
            var response = http.send(request, BodyHandlers.ofString());
            var text = response.body();
            return new Reply(
                    response.statusCode(), text.isBlank() ? null : Json.mapper().readTree(text), sent);
        } catch (IOException e) {
            return e; // nobody there, the connection was lost, no answer in time: all ask to repeat
        } catch (JacksonException e) {
            return e; // cut off in the middle
        }
    }

    private void note(Call call, Reply reply) {
        if (reply.ok()) {
            answered(reply.sentNanos());
        }
        if (reply.status() >= 500 && reply.status() != 503) {
            ledger.object(
                    Rule.ANSWERS,
                    call.method() + " " + call.path() + " was answered " + reply.status() + " " + reply.body());
        }
    }

    private synchronized void answered(long sentNanos) {
        if (answeredNanos == null && struckNanos != null && sentNanos >= struckNanos) {
            answeredNanos = System.nanoTime();
        }
    }

    /// To be called once the harm is done: from now on the first answer counts to a request that is sent later than
    /// this. Struck again before anything was answered, the shop has been away since the first time.
    synchronized void struck() {
        if (struckNanos == null || answeredNanos != null) {
            struckNanos = System.nanoTime();
            answeredNanos = null;
        }
    }

    /// How long after the blow the first request was answered that was sent after it; null when none was yet.
    synchronized Duration answeredAfter() {
        return answeredNanos == null ? null : Duration.ofNanos(answeredNanos - struckNanos);
    }

    /// Requests that had to be sent again.
    long repeated() {
        return repeated.sum();
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /// @param body null when there was none
    /// @param sentNanos when the try was sent that was answered so, which may be long after the first
    record Reply(int status, JsonNode body, long sentNanos) {

        boolean ok() {
            return status >= 200 && status < 300;
        }

        /// A defect of the shop (500) is on record then; the customer tries on.
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
