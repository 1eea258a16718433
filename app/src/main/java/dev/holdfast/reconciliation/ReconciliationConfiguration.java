package dev.holdfast.reconciliation;

import dev.holdfast.flows.Flows;
import dev.holdfast.inventory.InventoryBooks;
import dev.holdfast.notification.NotificationBooks;
import dev.holdfast.orders.OrderBooks;
import dev.holdfast.payment.PaymentBooks;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.events.OutboxView;
import dev.holdfast.platform.remote.RemoteServices;
import dev.holdfast.platform.remote.Role;
import dev.holdfast.platform.remote.Roles;
import dev.holdfast.reconciliation.Audit.Services;
import dev.holdfast.saga.SagaBooks;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.shipping.ShippingBooks;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ReconciliationConfiguration {

    /// The services' own books, read here or in the processes that have them.
    record Books(
            InventoryBooks inventory,
            PaymentBooks payment,
            OrderBooks orders,
            ShippingBooks shipping,
            NotificationBooks notification) {}

    @Bean
    Books books(
            InventoryBooks inventory,
            PaymentBooks payment,
            OrderBooks orders,
            ShippingBooks shipping,
            NotificationBooks notification) {
        return new Books(inventory, payment, orders, shipping, notification);
    }

    @Bean
    Outboxes outboxViews(Roles roles, ServiceDatabases databases, RemoteServices services) {
        return new Outboxes(Stream.of(Role.ORDERS, Role.INVENTORY, Role.PAYMENT, Role.SHIPPING)
                .map(role -> roles.isLocal(role)
                        ? OutboxView.of(databases.of(role.word()))
                        : OutboxView.of(services.of(role)))
                .toList());
    }

    record Outboxes(List<OutboxView> views) {}

    record Sagas(SagaEngine engine, SagaBooks books, SagaTables tables, SagaLogs logs) {}

    /// After the engine, which has brought its tables up to date.
    @Bean
    Sagas sagas(SagaEngine engine, ServiceDatabases databases, Flows flows) {
        var pool = databases.of("saga").pool();
        var tables = new SagaTables(pool, SagaTables.WINDOW);
        return new Sagas(engine, new SagaBooks(pool), tables, new SagaLogs(tables, flows));
    }

    @Bean
    Audit audit(Books books, Sagas sagas, Outboxes outboxes, Clock clock) {
        return new Audit(
                new Services(
                        books.inventory(),
                        books.payment(),
                        books.orders(),
                        books.shipping(),
                        books.notification(),
                        sagas.books(),
                        sagas.tables(),
                        sagas.logs(),
                        sagas.engine(),
                        outboxes.views()),
                clock);
    }
}
