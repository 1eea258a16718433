package dev.holdfast.shipping;

import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenElsewhere;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@WhenElsewhere
@Configuration(proxyBeanMethods = false)
class RemoteShippingConfiguration {

    @Bean
    RemoteShipping remoteShipping(RemoteServices services) {
        return new RemoteShipping(services.of(Role.SHIPPING));
    }
}
