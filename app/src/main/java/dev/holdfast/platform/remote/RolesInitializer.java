package dev.holdfast.platform.remote;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
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
        if (roles.chosen()) {
            requireSecret(environment);
        }
        var beans = context.getBeanFactory();
        beans.registerSingleton("roles", roles);
        beans.registerSingleton("roleFilter", new RoleFilter(roles));
    }

    /// The internal door confirms orders and moves money for whoever knocks. On this machine's own address it is
    /// reached from this machine; on any other one a firewall rule that is forgotten would open it to everybody.
    private static void requireSecret(Environment environment) {
        var address = environment.getProperty("server.address");
        var secret = environment.getProperty("holdfast.services.secret");
        if (!isLoopback(address) && (secret == null || secret.isBlank())) {
            throw new IllegalArgumentException("this process answers other processes of the shop at "
                    + (address == null || address.isBlank() ? "every address of this machine" : address)
                    + ", and whoever reaches it there could confirm orders and move money: set"
                    + " holdfast.services.secret to the same long random text in all processes, or"
                    + " server.address=127.0.0.1 if all of them run on this machine");
        }
    }

    private static boolean isLoopback(String address) {
        try {
            return address != null
                    && !address.isBlank()
                    && InetAddress.getByName(address).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
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
