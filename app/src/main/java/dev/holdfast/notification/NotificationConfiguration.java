package dev.holdfast.notification;

import dev.holdfast.platform.ServiceDatabases;
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
}
