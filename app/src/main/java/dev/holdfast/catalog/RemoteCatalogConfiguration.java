package dev.holdfast.catalog;

import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenElsewhere;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@WhenElsewhere
@Configuration(proxyBeanMethods = false)
class RemoteCatalogConfiguration {

    @Bean
    RemoteCatalog remoteCatalog(RemoteServices services) {
        return new RemoteCatalog(services.of(Role.CATALOG));
    }
}
