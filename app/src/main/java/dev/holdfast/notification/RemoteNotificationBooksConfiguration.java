package dev.holdfast.notification;

import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenElsewhere;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@WhenElsewhere
@Configuration(proxyBeanMethods = false)
class RemoteNotificationBooksConfiguration {

    @Bean
    RemoteNotificationBooks remoteNotificationBooks(RemoteServices services) {
        return new RemoteNotificationBooks(services.of(Role.NOTIFICATION));
    }
}
