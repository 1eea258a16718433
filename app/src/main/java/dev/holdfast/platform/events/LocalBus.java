package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// The bus within one process: every page goes to every consumer at the same time, and is done when the last is.
///
/// So a slow consumer sets the pace of the outboxes it listens to, and one whose database is away stops them: how
/// far each consumer has come is known to its inbox only, and an event leaves the outbox once, when all have it.
/// The others lose nothing but time, their effects of that page are committed already. A consumer that needs a pace
/// of its own (a mail server, a search engine) copies what it wants into a queue of its own in
/// [EventConsumer#handle], or the system moves to a broker, which keeps a position per consumer.
///
/// Every process that runs a relay must have the same consumers, since an event it delivers is deleted.
final class LocalBus implements EventBus {

    private final List<ConsumerLane> lanes;
    private final ExecutorService threads = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("consumer-", 0).factory());

    LocalBus(List<EventConsumer> consumers, EventSettings settings) {
        var names = new HashSet<String>();
        for (var consumer : consumers) {
            if (!names.add(consumer.name())) {
                throw new IllegalArgumentException("two consumers are named '" + consumer.name() + "'");
            }
        }
        this.lanes = consumers.stream()
                .map(consumer -> new ConsumerLane(consumer, settings))
                .toList();
    }

    @Override
    public void open() {
        lanes.forEach(lane -> EventTables.createInbox(lane.consumer().database()));
    }

    @Override
    public Map<String, Setback> publish(String source, List<Event> events) throws InterruptedException {
        var deliveries = lanes.stream()
                .<Callable<Map<String, Setback>>>mapMulti((lane, to) -> {
                    var wanted = events.stream()
                            .filter(event -> lane.consumer().wants(event.type()))
                            .toList();
                    if (!wanted.isEmpty()) {
                        to.accept(() -> lane.deliver(source, wanted));
                    }
                })
                .toList();
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

    private static BusUnavailableException unavailable(Throwable cause) {
        return cause instanceof BusUnavailableException known
                ? known
                : new BusUnavailableException("a delivery broke off, it will be repeated: " + cause, cause);
    }
}
