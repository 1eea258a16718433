package dev.holdfast.orders;

import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenElsewhere;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@WhenElsewhere
@Configuration(proxyBeanMethods = false)
class RemoteOrdersConfiguration {

    @Bean
    RemoteOrders remoteOrders(RemoteServices services) {
        return new RemoteOrders(services.of(Role.ORDERS));
    }
}
