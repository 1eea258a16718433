package dev.holdfast.inventory;

import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenElsewhere;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@WhenElsewhere
@Configuration(proxyBeanMethods = false)
class RemoteInventoryConfiguration {

    @Bean
    RemoteInventory remoteInventory(RemoteServices services) {
        return new RemoteInventory(services.of(Role.INVENTORY));
    }
}
