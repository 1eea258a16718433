package dev.holdfast.platform.events;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.remote.Role;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(EventSettings.class)
class EventsConfiguration {

    @Bean
    Outboxes outboxes(EventSettings settings) {
        return new Outboxes(settings);
    }

    @Bean
    EventsListener eventMetrics(MeterRegistry meters, Clock clock, ObjectProvider<EventConsumer> consumers) {
        return new EventMetrics(
                meters,
                clock,
                () -> consumers.orderedStream().map(EventConsumer::name).toList());
    }

    @Bean
    Running eventDelivery(
            Outboxes outboxes,
            ObjectProvider<EventConsumer> consumers,
            ObjectProvider<Elsewhere> elsewhere,
            EventSettings settings,
            EventsListener listener) {
        return new Running(
                outboxes,
                () -> new LocalBus(
                        consumers.orderedStream().toList(),
                        elsewhere.stream()
                                .flatMap(others -> others.consumers().stream())
                                .toList(),
                        settings),
                settings,
                listener);
    }

    /// The consumers that run in other processes.
    record Elsewhere(List<RemoteConsumers> consumers) {}

    /// Starts when every bean is there, so every outbox is opened and every consumer known; before the web server
    /// takes requests and until after it has stopped taking them, so that events of the last requests still leave.
    static final class Running implements SmartLifecycle, RemoteConsumers.Receiver {

        private final Outboxes outboxes;
        private final Supplier<LocalBus> bus;
        private final EventSettings settings;
        private final EventsListener listener;
        private EventDelivery delivery;

        Running(Outboxes outboxes, Supplier<LocalBus> bus, EventSettings settings, EventsListener listener) {
            this.outboxes = outboxes;
            this.bus = bus;
            this.settings = settings;
            this.listener = listener;
        }

        @Override
        public synchronized void start() {
            delivery = EventDelivery.start(outboxes, bus.get(), settings, listener);
        }

        @Override
        public Map<String, EventBus.Setback> receive(Role role, String source, List<Event> events)
                throws InterruptedException {
            EventDelivery running;
            synchronized (this) {
                running = delivery;
            }
            if (running == null) {
                throw new BusUnavailableException("this process is starting or ending", null);
            }
            return running.receive(role, source, events);
        }

        @Override
        public synchronized void stop() {
            if (delivery != null) {
                delivery.close();
                delivery = null;
            }
        }

        @Override
        public synchronized boolean isRunning() {
            return delivery != null;
        }

        @Override
        public int getPhase() {
            return 0;
        }
    }
}
