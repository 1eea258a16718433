package dev.holdfast.platform;

import dev.holdfast.platform.HoldfastSettings.Datasource;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.function.Function;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/// What every service is built from. Spring closes beans in the reverse of this order: the web server and the
/// engine (which use services), the services, the lanes, the pools, the embedded PostgreSQL.
@Configuration(proxyBeanMethods = false)
class PlatformConfiguration {

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    /// @param begun there when [EmbeddedPostgresInitializer] has begun it
    @Bean
    ConfiguredDatabases serviceDatabases(
            HoldfastSettings settings,
            Environment environment,
            ObjectProvider<EmbeddedPostgres> begun,
            MeterRegistry metrics) {
        Function<String, Datasource> ownOf = service -> Binder.get(environment)
                .bindOrCreate("holdfast." + service.replace('_', '-') + ".datasource", Datasource.class);
        var embedded = begun.getIfAvailable(() -> EmbeddedPostgres.of(settings));
        return new ConfiguredDatabases(settings, ownOf, embedded, metrics);
    }

    /// Named `database` in the answer of `/actuator/health`.
    @Bean
    DatabaseHealth databaseHealthIndicator(ConfiguredDatabases databases) {
        return new DatabaseHealth(databases);
    }

    /// Takes the databases only so that they outlive the lanes.
    @Bean
    MeteredLanes lanes(HoldfastSettings settings, MeterRegistry metrics, ServiceDatabases databases) {
        return new MeteredLanes(settings.lanes(), metrics);
    }
}
