package dev.holdfast.cart;

import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenElsewhere;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@WhenElsewhere
@Configuration(proxyBeanMethods = false)
class RemoteCartsConfiguration {

    @Bean
    RemoteCarts remoteCarts(RemoteServices services) {
        return new RemoteCarts(services.of(Role.CART));
    }
}
