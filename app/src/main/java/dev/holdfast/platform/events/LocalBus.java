package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.remote.Role;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/// The bus within one process: every page goes to every consumer at the same time, and is done when the last is.
///
/// So a slow consumer sets the pace of the outboxes it listens to, and one whose database is away stops them: how
/// far each consumer has come is known to its inbox only, and an event leaves the outbox once, when all have it.
/// The others lose nothing but time, their effects of that page are committed already. A consumer that needs a pace
/// of its own (a mail server, a search engine) copies what it wants into a queue of its own in
/// [EventConsumer#handle], or the system moves to a broker, which keeps a position per consumer.
///
/// Every process that runs a relay must reach the same consumers, since an event it delivers is deleted: those that
/// run in another process stand here as [RemoteConsumers].
final class LocalBus implements EventBus {

    private final List<ConsumerLane> lanes;
    private final List<RemoteConsumers> elsewhere;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("consumer-", 0).factory());

    LocalBus(List<EventConsumer> consumers, List<RemoteConsumers> elsewhere, EventSettings settings) {
        var names = new HashSet<String>();
        for (var consumer : consumers) {
            if (!names.add(consumer.name())) {
                throw new IllegalArgumentException("two consumers are named '" + consumer.name() + "'");
            }
        }
        this.lanes = consumers.stream()
                .map(consumer -> new ConsumerLane(consumer, settings))
                .toList();
        this.elsewhere = List.copyOf(elsewhere);
    }

    @Override
    public void open() {
        lanes.forEach(lane -> EventTables.createInbox(lane.consumer().database()));
    }

    /// Delivers what another process's relay has brought, to the consumers of one role.
    ///
    /// @throws IllegalStateException that role has none here: the page must not be taken for delivered
    Map<String, Setback> receive(Role role, String source, List<Event> events) throws InterruptedException {
        var own = lanes.stream()
                .filter(lane -> lane.consumer().database().schema().equals(role.word()))
                .toList();
        if (own.isEmpty()) {
            throw new IllegalStateException("nobody of " + role.word() + " hears events in this process");
        }
        return all(to(own, source, events));
    }

    @Override
    public Map<String, Setback> publish(String source, List<Event> events) throws InterruptedException {
        var deliveries = to(lanes, source, events);
        for (var consumers : elsewhere) {
            var wanted = wantedOf(events, consumers::want);
            if (!wanted.isEmpty()) {
                deliveries.add(() -> consumers.deliver(source, wanted));
            }
        }
        return all(deliveries);
    }

    private static List<Callable<Map<String, Setback>>> to(
            List<ConsumerLane> lanes, String source, List<Event> events) {
        var deliveries = new ArrayList<Callable<Map<String, Setback>>>();
        for (var lane : lanes) {
            var wanted = wantedOf(events, lane.consumer()::wants);
            if (!wanted.isEmpty()) {
                deliveries.add(() -> lane.deliver(source, wanted));
            }
        }
        return deliveries;
    }

    private Map<String, Setback> all(List<Callable<Map<String, Setback>>> deliveries) throws InterruptedException {
        var setbacks = new HashMap<String, Setback>();
        BusUnavailableException unavailable = null;
        for (var answer : threads.invokeAll(deliveries)) {
            try {
                answer.get().forEach((subject, setback) -> setbacks.merge(subject, setback, Setback::earlier));
            } catch (ExecutionException e) {
                unavailable = unavailable(e.getCause());
            }
        }
        if (unavailable != null) {
            throw unavailable;
        }
        return setbacks;
    }

    /// Prunes the inboxes of all consumers.
    void prune() throws SQLException {
        for (var lane : lanes) {
            lane.prune();
        }
    }

    /// Only after the relays have stopped.
    @Override
    public void close() {
        threads.close();
        lanes.forEach(ConsumerLane::close);
    }

    private static List<Event> wantedOf(List<Event> events, Predicate<String> wants) {
        return events.stream().filter(event -> wants.test(event.type())).toList();
    }

    private static BusUnavailableException unavailable(Throwable cause) {
        return cause instanceof BusUnavailableException known
                ? known
                : new BusUnavailableException("a delivery broke off, it will be repeated: " + cause, cause);
    }
}
