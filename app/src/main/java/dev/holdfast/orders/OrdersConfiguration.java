package dev.holdfast.orders;

import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.events.Outboxes;
import dev.holdfast.platform.remote.Offer;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class OrdersConfiguration {

    static final String SCHEMA = "orders";

    @Bean
    OrdersApi orders(ServiceDatabases databases, Lanes lanes, Clock clock, Outboxes outboxes) {
        var database = databases.of(SCHEMA);
        database.migrate();
        var lane = lanes.open(SCHEMA, database, new OrdersBatch(clock, outboxes.of(database)));
        return new Orders(lane, new OrderReads(database.pool()));
    }

    /// After [OrdersApi], which has brought the schema up to date.
    @Bean
    OrderBooks orderBooks(ServiceDatabases databases, OrdersApi orders) {
        return new SqlOrderBooks(databases.of(SCHEMA).pool());
    }

    @Bean
    Offer ordersOffer(OrdersApi orders, OrderBooks books) {
        return OrdersWire.offer(orders, books);
    }
}
