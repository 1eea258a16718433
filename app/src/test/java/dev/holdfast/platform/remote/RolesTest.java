package dev.holdfast.platform.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.HoldfastApplication;
import dev.holdfast.platform.events.Subscriptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

class RolesTest {

    @Test
    void without_a_choice_everything_runs_here_and_nothing_is_needed_from_elsewhere() {
        for (var none : new String[] {null, "", "  "}) {
            var roles = Roles.of(none);
            assertThat(Role.values()).allMatch(roles::isLocal);
            assertThat(roles.elsewhere()).isEmpty();
            assertThat(roles.chosen()).isFalse();
        }
    }

    @Test
    void what_a_chosen_role_needs_and_does_not_run_here_is_elsewhere() {
        assertThat(Roles.of("inventory, payment").elsewhere()).containsExactly(Role.NOTIFICATION);
        assertThat(Roles.of("cart").elsewhere()).containsExactly(Role.CATALOG);
        assertThat(Roles.of("cart,catalog").elsewhere()).isEmpty();
        assertThat(Roles.of("checkout").elsewhere()).hasSize(Role.values().length - 1);
        assertThat(Roles.of("shipping").elsewhere()).isEmpty();
    }

    @Test
    void whoever_publishes_what_a_service_wants_needs_that_service() {
        var publishers = Map.of(
                "Order", Role.ORDERS,
                "Checkout", Role.ORDERS,
                "Inventory", Role.INVENTORY,
                "Payment", Role.PAYMENT,
                "Label", Role.SHIPPING);
        for (var role : Role.values()) {
            for (var type : Subscriptions.of(role)) {
                var publisher = publishers.entrySet().stream()
                        .filter(entry -> type.startsWith(entry.getKey()))
                        .map(Map.Entry::getValue)
                        .toList();
                assertThat(publisher).as(type).hasSize(1);
                assertThat(publisher.getFirst().needs()).as(type).contains(role);
            }
        }
    }

    /// A package that is nobody's would be put together in every process, and miss there what it needs.
    @Test
    void every_package_belongs_to_one_role_or_to_every_process() throws Exception {
        var classes = Path.of(HoldfastApplication.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (var found = Files.list(classes.resolve("dev/holdfast"))) {
            var packages = found.filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .toList();
            var ofRoles = Stream.of(Role.values())
                    .flatMap(role -> role.packages().stream())
                    .toList();
            assertThat(ofRoles).doesNotHaveDuplicates();
            assertThat(Stream.concat(ofRoles.stream(), Stream.of("platform", "gateway", "cli", "replay")))
                    .as("a new package is named in Role#packages, or here")
                    .containsAll(packages);
        }
    }

    @Test
    void a_word_that_is_no_role_is_refused_with_those_there_are() {
        for (var list : List.of("inventory,paiment", "inventory,", "Inventory", "all")) {
            assertThatThrownBy(() -> Roles.of(list))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("there is no role '")
                    .hasMessageContaining("catalog, customers, cart, inventory, payment, shipping, orders,"
                            + " notification, checkout");
        }
    }

    @Test
    void a_needed_service_that_is_nowhere_is_refused_with_both_ways_to_mend_it() {
        assertThatThrownBy(() -> initialize(Map.of("holdfast.roles", "payment")))
                .hasMessageContaining("this process needs notification and does not run it")
                .hasMessageContaining("add it to --roles")
                .hasMessageContaining("--set holdfast.services.notification.url=http://");
    }

    @Test
    void an_address_that_is_none_is_refused_with_the_setting_and_the_value() {
        for (var url : List.of("localhost:8081", "ftp://there", "http://", "http:// x", "http://a:b@c", "http://c?d")) {
            assertThatThrownBy(() ->
                            initialize(Map.of("holdfast.roles", "payment", "holdfast.services.notification.url", url)))
                    .as(url)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("holdfast.services.notification.url must be an address")
                    .hasMessageContaining("not '" + url + "'");
        }
        initialize(
                Map.of("holdfast.roles", "payment", "holdfast.services.notification.url", "https://mail.shop:8443/x"));
    }

    @Test
    void a_door_for_other_processes_that_strangers_may_reach_is_not_opened_without_a_secret() {
        for (var address : List.of("0.0.0.0", "::", "10.0.0.7", "", "no-such-host.invalid")) {
            var settings = Map.<String, Object>of("holdfast.roles", "shipping", "server.address", address);
            assertThatThrownBy(() -> initialize(settings))
                    .as(address)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("set holdfast.services.secret to the same long random text");
        }
        initialize(Map.of(
                "holdfast.roles", "shipping", "server.address", "0.0.0.0", "holdfast.services.secret", "s3cret"));
        for (var address : List.of("127.0.0.1", "::1", "localhost")) {
            initialize(Map.of("holdfast.roles", "shipping", "server.address", address));
        }
        initialize(Map.of("server.address", "0.0.0.0"));
    }

    private static void initialize(Map<String, Object> more) {
        var settings = new HashMap<String, Object>(Map.of("server.address", "127.0.0.1"));
        settings.putAll(more);
        try (var context = new GenericApplicationContext()) {
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", settings));
            new RolesInitializer().initialize(context);
        }
    }
}
