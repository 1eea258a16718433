package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.remote.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;

/// The running machinery of one node: a relay per outbox, the bus they feed, and the upkeep of their tables.
public final class EventDelivery implements AutoCloseable {

    private final LocalBus bus;
    private final List<OutboxRelay> relays = new ArrayList<>();
    private final EventUpkeep upkeep;

    private EventDelivery(LocalBus bus, EventUpkeep upkeep) {
        this.bus = bus;
        this.upkeep = upkeep;
    }

    /// Starts delivering the events of every outbox that was opened, to all of these consumers.
    public static EventDelivery start(
            Outboxes outboxes, List<EventConsumer> consumers, EventSettings settings, EventsListener listener) {
        return start(outboxes, new LocalBus(consumers, List.of(), settings), settings, listener);
    }

    /// @param bus to whoever wants events, in this process and in others; closed with the delivery
    static EventDelivery start(Outboxes outboxes, LocalBus bus, EventSettings settings, EventsListener listener) {
        bus.open();
        var opened = outboxes.opened();
        var delivery = new EventDelivery(bus, new EventUpkeep(opened, bus, settings, listener));
        for (var outbox : opened) {
            delivery.relays.add(new OutboxRelay(outbox, bus, settings, listener).start());
        }
        delivery.upkeep.start();
        return delivery;
    }

    /// Takes a page that the relay of another process has brought.
    Map<String, EventBus.Setback> receive(Role role, String source, List<Event> events) throws InterruptedException {
        return bus.receive(role, source, events);
    }

    /// Finishes the pages in hand, gives the buckets back to other nodes, and stops. What is left stays in the
    /// outboxes.
    @Override
    public void close() {
        upkeep.close();
        try (var closers = Executors.newVirtualThreadPerTaskExecutor()) {
            relays.forEach(relay -> closers.execute(relay::close));
        }
        bus.close();
    }
}
