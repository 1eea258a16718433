package dev.holdfast.platform.remote;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.stream.Stream;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
class RemoteConfiguration {

    @Bean
    RemoteMetrics remoteMetrics(MeterRegistry metrics, Clock clock) {
        return new RemoteMetrics(metrics, clock);
    }

    @Bean
    RemoteServices remoteServices(ServicesSettings settings, Environment environment, RemoteMetrics metrics) {
        return new RemoteServices(
                settings,
                role -> {
                    var setting = "holdfast.services." + role.word() + ".url";
                    return RolesInitializer.urlOf(setting, environment.getRequiredProperty(setting));
                },
                metrics);
    }

    @Bean
    InternalController.AllOffers allOffers(ObjectProvider<Offer> single, ObjectProvider<Offers> several) {
        return new InternalController.AllOffers(
                Stream.concat(single.stream(), several.stream().flatMap(offers -> offers.all().stream()))
                        .toList());
    }

    /// Named `services` in the answer of `/actuator/health`.
    @Bean
    ServicesHealth servicesHealthIndicator(Roles roles, RemoteMetrics metrics) {
        return new ServicesHealth(roles, metrics);
    }
}
