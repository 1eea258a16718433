package dev.holdfast.inventory;

import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.events.Outboxes;
import dev.holdfast.platform.remote.Offer;
import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(InventorySettings.class)
class InventoryConfiguration {

    private static final String SERVICE = "inventory";

    @Bean
    Warehouses warehouses(ServiceDatabases databases, Clock clock) {
        return new Warehouses(migrated(databases).pool(), clock);
    }

    @Bean
    InventoryService inventoryService(
            ServiceDatabases databases,
            Lanes lanes,
            Outboxes outboxes,
            Warehouses warehouses,
            InventorySettings settings) {
        var database = databases.of(SERVICE);
        var opened = new InventoryLanes(
                lanes,
                database,
                outboxes.of(database),
                settings,
                Ids.next("node").hashCode());
        return new InventoryService(
                opened::submit, new InventoryRequests(warehouses), new InventoryReads(database.pool()));
    }

    @Bean
    InventoryBooks inventoryBooks(ServiceDatabases databases, Warehouses migratedFirst) {
        return new Books(databases.of(SERVICE).pool());
    }

    @Bean
    Sweeper inventorySweeper(InventoryService inventory, InventorySettings settings) {
        return new Sweeper(inventory, settings.sweepInterval());
    }

    @Bean
    EventConsumer inventoryShipped(ServiceDatabases databases, Warehouses migratedFirst) {
        return new ShippedConsumer(databases.of(SERVICE));
    }

    /// The warehouses are the first to read, so their bean migrates; whoever needs tables depends on it.
    private static ServiceDatabase migrated(ServiceDatabases databases) {
        var database = databases.of(SERVICE);
        database.migrate();
        return database;
    }

    @Bean
    Offer inventoryOffer(InventoryService inventory, InventoryBooks books) {
        return InventoryWire.offer(inventory, books);
    }
}
