package dev.holdfast.platform.events;

import dev.holdfast.platform.EventConsumer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.List;
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
    SmartLifecycle eventDelivery(
            Outboxes outboxes,
            ObjectProvider<EventConsumer> consumers,
            EventSettings settings,
            EventsListener listener) {
        return new Running(outboxes, consumers, settings, listener);
    }

    /// Starts when every bean is there, so every outbox is opened and every consumer known; before the web server
    /// takes requests and until after it has stopped taking them, so that events of the last requests still leave.
    private static final class Running implements SmartLifecycle {

        private final Outboxes outboxes;
        private final ObjectProvider<EventConsumer> consumers;
        private final EventSettings settings;
        private final EventsListener listener;
        private EventDelivery delivery;

        Running(
                Outboxes outboxes,
                ObjectProvider<EventConsumer> consumers,
                EventSettings settings,
                EventsListener listener) {
            this.outboxes = outboxes;
            this.consumers = consumers;
            this.settings = settings;
            this.listener = listener;
        }

        @Override
        public synchronized void start() {
            List<EventConsumer> all = consumers.orderedStream().toList();
            delivery = EventDelivery.start(outboxes, all, settings, listener);
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
