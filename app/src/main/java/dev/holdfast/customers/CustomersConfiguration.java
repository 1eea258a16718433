package dev.holdfast.customers;

import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.Periodic;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.remote.Offer;
import java.time.Clock;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class CustomersConfiguration {

    private static final String CUSTOMERS = "customers";

    private final RequestKeys keys = new RequestKeys(CUSTOMERS);

    @Bean
    Customers customersApi(ServiceDatabases databases, Lanes lanes, Clock clock) {
        var database = databases.of(CUSTOMERS);
        database.migrate();
        var store = new CustomerStore(database.pool(), keys, clock);
        return new Customers(store, lanes.open(CUSTOMERS, database, store));
    }

    @Bean
    Periodic customersRequestKeySweeper(Customers migrated, ServiceDatabases databases, Clock clock) {
        var pool = databases.of(CUSTOMERS).pool();
        return Periodic.every(Duration.ofHours(1), "customers-request-keys", () -> keys.prune(pool, clock.instant()));
    }

    @Bean
    Offer customersOffer(Customers customers) {
        return CustomersWire.offer(customers);
    }
}
