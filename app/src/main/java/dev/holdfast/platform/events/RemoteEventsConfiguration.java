package dev.holdfast.platform.events;

import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.events.EventsConfiguration.Elsewhere;
import dev.holdfast.platform.events.EventsConfiguration.Running;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Offers;
import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.Roles;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// Events between processes.
@Configuration(proxyBeanMethods = false)
class RemoteEventsConfiguration {

    /// The services that publish.
    private static final Set<Role> OUTBOXES = Set.of(Role.ORDERS, Role.INVENTORY, Role.PAYMENT, Role.SHIPPING);

    /// Those that want something of what this process publishes.
    @Bean
    Elsewhere consumersElsewhere(Roles roles, RemoteServices services) {
        return new Elsewhere(roles.elsewhere().stream()
                .filter(role -> !Subscriptions.of(role).isEmpty())
                .map(role -> new RemoteConsumers(services.of(role)))
                .toList());
    }

    /// To other processes: the events they bring, and what their audit asks of the outboxes here.
    @Bean
    Offers eventOffers(Roles roles, Running delivery, ServiceDatabases databases) {
        var receiving = Stream.of(Role.values())
                .filter(role -> roles.isLocal(role) && !Subscriptions.of(role).isEmpty())
                .map(role -> RemoteConsumers.offer(role, delivery));
        var outboxes = OUTBOXES.stream()
                .filter(roles::isLocal)
                .map(role -> OutboxView.offer(role, OutboxView.of(databases.of(role.word()))));
        var all = Stream.<Offer>concat(receiving, outboxes).toList();
        return () -> all;
    }
}
