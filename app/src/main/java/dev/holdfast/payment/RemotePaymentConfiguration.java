package dev.holdfast.payment;

import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.WhenElsewhere;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@WhenElsewhere
@Configuration(proxyBeanMethods = false)
class RemotePaymentConfiguration {

    @Bean
    RemotePayment remotePayment(RemoteServices services) {
        return new RemotePayment(services.of(Role.PAYMENT));
    }
}
