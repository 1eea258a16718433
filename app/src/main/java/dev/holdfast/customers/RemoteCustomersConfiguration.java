package dev.holdfast.customers;

import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenElsewhere;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@WhenElsewhere
@Configuration(proxyBeanMethods = false)
class RemoteCustomersConfiguration {

    @Bean
    RemoteCustomers remoteCustomers(RemoteServices services) {
        return new RemoteCustomers(services.of(Role.CUSTOMERS));
    }
}
