package dev.holdfast.platform.remote;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/// A caller of a service at some address.
final class RemoteFixture implements AutoCloseable {

    static final Operation<Asked, Answer> ASK = Operation.<Asked, Answer>of("ask", Asked.class, Yes.class)
            .refusing(
                    answer -> answer instanceof No(var code, var why) ? Refusal.conflict(code, why) : null,
                    refusal -> new No(refusal.code(), refusal.message()));

    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    final RemoteMetrics counted = new RemoteMetrics(metrics, Clock.systemUTC());
    final RemoteService service;
    private final ExecutorService threads;
    private final Sender sender;

    record Asked(String key, String text) {}

    sealed interface Answer permits Yes, No {}

    record Yes(String text) implements Answer {}

    record No(String code, String why) implements Answer {}

    RemoteFixture(URI uri) {
        this(uri, settings(Duration.ofSeconds(10), Duration.ofSeconds(10)));
    }

    RemoteFixture(URI uri, ServicesSettings settings) {
        this(uri, settings, Executors.newVirtualThreadPerTaskExecutor());
    }

    RemoteFixture(URI uri, ServicesSettings settings, ExecutorService threads) {
        this.threads = threads;
        sender = new Sender(uri, Role.ORDERS, settings, threads);
        service = new RemoteService(Role.ORDERS, settings, sender, counted);
    }

    static ServicesSettings settings(Duration takingIn, Duration patience) {
        return settings(takingIn, patience, 4, 20_000);
    }

    static ServicesSettings settings(Duration takingIn, Duration patience, int inFlight, int maxQueued) {
        var times = new ServicesSettings.Times(patience, patience, patience, patience, patience);
        return new ServicesSettings(
                null, inFlight, 200, maxQueued, 500, 1 << 20, Duration.ofMillis(500), takingIn, 20_000, times);
    }

    Answer ask(String text) {
        return service.call(ASK, new Asked("k", text));
    }

    /// In one request.
    List<Heard> sendTogether(Asked... all) {
        var until = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        var tickets = Stream.of(all)
                .map(one -> new Ticket(Wire.MAPPER.writeValueAsBytes(ASK.write(one, null)), until))
                .toList();
        tickets.forEach(Ticket::take);
        sender.send(tickets, () -> {});
        return tickets.stream().map(Ticket::await).toList();
    }

    @Override
    public void close() {
        service.close();
        sender.close();
        threads.close();
    }
}
