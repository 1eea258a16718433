package dev.holdfast.platform.remote;

import dev.holdfast.platform.remote.Heard.Answered;
import dev.holdfast.platform.remote.Heard.Lost;
import dev.holdfast.platform.remote.Heard.NotSent;
import dev.holdfast.platform.remote.Heard.Turned;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpResponse.ResponseInfo;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.core.JacksonException;

/// Sends batches to one address and hands out what is answered.
///
/// HTTP/1.1 with kept connections, and not HTTP/2: as calls are gathered, few requests are open at once, so there
/// is nothing for multiplexing to save; and a connection that breaks takes the calls of one request with it, not
/// everybody's. Redirects are not followed: what was asked of one address is not asked of another.
///
/// The HTTP client does not send a request again by itself: it does so only for methods it takes for idempotent,
/// and POST is none. So "could not connect" means that no byte of the request left. Anything that fails later is
/// unclear, and that includes a kept connection that turns out to be dead: whether its other end read what was
/// written into it cannot be known.
final class Sender implements AutoCloseable {

    private final URI address;
    private final ServicesSettings settings;
    private final HttpClient http;
    private final ExecutorService threads;

    /// @param threads virtual ones
    Sender(URI service, Role role, ServicesSettings settings, ExecutorService threads) {
        var base = service.toString();
        this.address = URI.create(base.replaceAll("/+$", "") + Batches.path(role.word()));
        this.settings = settings;
        this.threads = threads;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connecting())
                .executor(threads)
                .build();
    }

    /// Sends. Every ticket is told what became of it, sooner or later.
    ///
    /// @param ended is run once, when nothing more will come
    Sent send(List<Ticket> batch, Runnable ended) {
        var takenIn = new CompletableFuture<Void>();
        var answers = new Answers(batch);
        var exchange = http.sendAsync(request(batch), info -> {
            takenIn.complete(null);
            return bodyOf(info, answers);
        });
        threads.execute(() -> {
            try {
                conclude(batch, exchange);
            } finally {
                takenIn.complete(null);
                ended.run();
            }
        });
        return new Sent(takenIn, exchange, settings.takingIn());
    }

    private HttpRequest request(List<Ticket> batch) {
        var body = Batches.body(batch.stream().map(Ticket::call).toList());
        var request = HttpRequest.newBuilder(address)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body));
        if (settings.hasSecret()) {
            request.header(InternalDoor.SECRET, settings.secret());
        }
        return request.build();
    }

    private static BodySubscriber<String> bodyOf(ResponseInfo info, Answers answers) {
        var lines = info.statusCode() == 200
                && info.headers().firstValue("Content-Type").orElse("").startsWith(Wire.LINES);
        return lines
                ? BodySubscribers.fromLineSubscriber(answers, _ -> null, StandardCharsets.UTF_8, "\n")
                : BodySubscribers.ofString(StandardCharsets.UTF_8);
    }

    /// Waits for the end, not longer than the last caller does, and tells those who have heard nothing by then.
    private static void conclude(List<Ticket> batch, CompletableFuture<HttpResponse<String>> exchange) {
        var longest = batch.stream().mapToLong(Ticket::nanosLeft).max().orElse(0);
        var left = rest(longest, exchange);
        batch.forEach(ticket -> ticket.say(left));
    }

    private static Heard rest(long nanos, CompletableFuture<HttpResponse<String>> exchange) {
        try {
            var response = exchange.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            return response.body() == null
                    ? new Lost("the answer ended before this call's part of it")
                    : new Turned(whole(response));
        } catch (TimeoutException e) {
            exchange.cancel(true);
            return new Lost("no answer came in time");
        } catch (ExecutionException e) {
            return of(e.getCause());
        } catch (CancellationException e) {
            return silent();
        } catch (InterruptedException e) {
            exchange.cancel(true);
            return new Lost("this process is ending");
        }
    }

    private static Reply whole(HttpResponse<String> response) {
        try {
            return new Reply(response.statusCode(), Wire.TOLERANT.readTree(response.body()));
        } catch (JacksonException e) {
            return new Reply(response.statusCode(), null); // a page for people
        }
    }

    private static Heard of(Throwable fault) {
        var cause =
                fault instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : fault;
        if (cause instanceof CancellationException) {
            return silent();
        }
        return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
                ? new NotSent("nobody can be reached at its address", cause)
                : new Lost("the connection broke", cause);
    }

    /// See [Sent#awaitTakenIn].
    private static Lost silent() {
        return new Lost("the service did not say in time that it has the request");
    }

    /// Whoever called has been answered or has left by now: what is still open is waited for by nobody.
    @Override
    public void close() {
        http.shutdownNow();
    }

    /// A request on its way.
    record Sent(CompletableFuture<Void> takenIn, CompletableFuture<?> exchange, Duration patience) {

        /// Returns when the service has said that it has the request, or it is clear that it will not.
        void awaitTakenIn() throws InterruptedException {
            try {
                takenIn.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                exchange.cancel(true);
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// Gives each line to the call it answers.
    private record Answers(List<Ticket> batch) implements Flow.Subscriber<String> {

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        /// A line that cannot be read answers nobody: those who are left without an answer are told so at the end.
        @Override
        public void onNext(String text) {
            try {
                var line = Batches.line(text);
                if (line.n() >= 0 && line.n() < batch.size()) {
                    batch.get(line.n()).say(new Answered(line.reply()));
                }
            } catch (JacksonException e) {
                // As said.
            }
        }

        @Override
        public void onError(Throwable fault) {}

        @Override
        public void onComplete() {}
    }
}
