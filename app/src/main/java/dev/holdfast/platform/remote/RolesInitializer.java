package dev.holdfast.platform.remote;

import java.net.URI;
import java.util.List;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.Environment;

/// Decides before anything else what this process runs, and refuses a choice that cannot work before a database is
/// opened for it. Named in `META-INF/spring.factories`.
public final class RolesInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var environment = context.getEnvironment();
        var roles = Roles.of(environment.getProperty("holdfast.roles"));
        roles.elsewhere().forEach(role -> requireUrl(role, environment));
        var beans = context.getBeanFactory();
        beans.registerSingleton("roles", roles);
        beans.registerSingleton("roleFilter", new RoleFilter(roles));
    }

    private static void requireUrl(Role role, Environment environment) {
        var setting = "holdfast.services." + role.word() + ".url";
        var url = environment.getProperty(setting);
        if (url == null || url.isBlank()) {
            throw new IllegalArgumentException("this process needs " + role.word()
                    + " and does not run it: add it to --roles, or say where it runs with --set " + setting
                    + "=http://…");
        }
        urlOf(setting, url);
    }

    /// @throws IllegalArgumentException it is no address of a service
    static URI urlOf(String setting, String url) {
        var example = ", such as http://10.0.0.7:8080, not '" + url + "'";
        try {
            var address = URI.create(url);
            if (address.getHost() == null
                    || !List.of("http", "https").contains(address.getScheme())
                    || address.getQuery() != null
                    || address.getUserInfo() != null) {
                throw new IllegalArgumentException(setting + " must be an address by http or https" + example);
            }
            return address;
        } catch (IllegalArgumentException e) {
            throw e.getMessage().startsWith(setting)
                    ? e
                    : new IllegalArgumentException(setting + " must be an address" + example, e);
        }
    }
}
