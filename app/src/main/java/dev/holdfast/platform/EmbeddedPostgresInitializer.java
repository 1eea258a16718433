package dev.holdfast.platform;

import java.util.Map;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;

/// Begins to start the embedded PostgreSQL before the first bean is made: on two cores it is ready when the first
/// service asks for it. Named in `META-INF/spring.factories`, and the last of those there: one before may refuse
/// what this process is to run.
public final class EmbeddedPostgresInitializer
        implements ApplicationContextInitializer<ConfigurableApplicationContext>, Ordered {

    private static final String NAME = "embeddedPostgres";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var environment = context.getEnvironment();
        if (namesADatabase(environment)) {
            return; // whether the embedded one is needed at all is seen when a service asks for it
        }
        var settings = Binder.get(environment).bindOrCreate("holdfast", HoldfastSettings.class);
        var embedded = EmbeddedPostgres.of(settings);
        var beans = (DefaultListableBeanFactory) context.getBeanFactory();
        beans.registerSingleton(NAME, embedded);
        // The first to be registered is the last to be closed; and it is closed too when the start fails before
        // anything was built on it.
        beans.registerDisposableBean(NAME, embedded::close);
        embedded.begin();
    }

    /// `holdfast.datasource.url`, or that of a service.
    private static boolean namesADatabase(Environment environment) {
        var settings = Binder.get(environment)
                .bind("holdfast", Bindable.mapOf(String.class, Object.class))
                .orElse(Map.of());
        return isGiven(settings) || settings.values().stream().anyMatch(EmbeddedPostgresInitializer::isGiven);
    }

    private static boolean isGiven(Object settings) {
        return settings instanceof Map<?, ?> map
                && map.get("datasource") instanceof Map<?, ?> datasource
                && datasource.get("url") instanceof Object url
                && !url.toString().isBlank();
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }
}
