package dev.holdfast.platform.remote;

import java.net.URI;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/// The services of other processes, one connection pool and one queue each.
public final class RemoteServices implements AutoCloseable {

    private final ServicesSettings settings;
    private final Function<Role, URI> addressOf;
    private final RemoteMetrics metrics;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("remote-", 0).factory());
    private final Map<Role, Opened> opened = new EnumMap<>(Role.class);

    private record Opened(RemoteService service, Sender sender) {}

    RemoteServices(ServicesSettings settings, Function<Role, URI> addressOf, RemoteMetrics metrics) {
        this.settings = settings;
        this.addressOf = addressOf;
        this.metrics = metrics;
    }

    public synchronized RemoteService of(Role role) {
        return opened.computeIfAbsent(role, this::open).service();
    }

    private Opened open(Role role) {
        var sender = new Sender(addressOf.apply(role), role, settings, threads);
        return new Opened(new RemoteService(role, settings, sender, metrics), sender);
    }

    @Override
    public synchronized void close() {
        opened.values().forEach(one -> one.service().close());
        opened.values().forEach(one -> one.sender().close());
        threads.close();
    }
}
