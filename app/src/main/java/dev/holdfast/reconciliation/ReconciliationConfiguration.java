package dev.holdfast.reconciliation;

import dev.holdfast.inventory.InventoryBooks;
import dev.holdfast.notification.NotificationBooks;
import dev.holdfast.orders.OrderBooks;
import dev.holdfast.payment.PaymentBooks;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.reconciliation.Audit.Services;
import dev.holdfast.saga.SagaBooks;
import dev.holdfast.saga.SagaEngine;
import dev.holdfast.shipping.ShippingBooks;
import java.time.Clock;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class ReconciliationConfiguration {

    /// The services' own books.
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
    Audit audit(Books books, SagaEngine engine, ServiceDatabases databases, Clock clock) {
        var outboxes = Stream.of("orders", "inventory", "payment", "shipping")
                .map(databases::of)
                .toList();
        var sagas = new SagaBooks(databases.of("saga").pool());
        return new Audit(
                new Services(
                        books.inventory(),
                        books.payment(),
                        books.orders(),
                        books.shipping(),
                        books.notification(),
                        sagas,
                        engine,
                        outboxes),
                clock);
    }
}
