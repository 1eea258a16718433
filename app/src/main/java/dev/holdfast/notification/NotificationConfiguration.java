package dev.holdfast.notification;

import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.remote.Offer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class NotificationConfiguration {

    @Bean
    Notifications notifications(ServiceDatabases databases) {
        var database = databases.of("notification");
        database.migrate();
        return new Notifications(database);
    }

    @Bean
    Offer notificationOffer(NotificationBooks books) {
        return NotificationWire.offer(books);
    }
}
