package dev.holdfast.catalog;

import dev.holdfast.catalog.CatalogCommand.Outcome;
import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.Periodic;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.remote.Offer;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CatalogSettings.class)
class CatalogConfiguration {

    private static final String CATALOG = "catalog";

    private final RequestKeys keys = new RequestKeys(CATALOG);

    @Bean
    ProductStore productStore(ServiceDatabases databases, Clock clock) {
        var database = databases.of(CATALOG);
        database.migrate();
        return new ProductStore(database.pool(), keys, clock);
    }

    /// Lanes are closed by whoever opens them for the application, with its shutdown.
    @Bean
    Catalog catalogApi(ProductStore store, ServiceDatabases databases, Lanes lanes, CatalogSettings settings) {
        ServiceDatabase database = databases.of(CATALOG);
        GroupCommit<CatalogCommand, Outcome> lane = lanes.open(CATALOG, database, store::run);
        return new Catalog(store, lane, settings);
    }

    @Bean
    ProductImport productImport(
            Catalog catalog, ProductStore store, ServiceDatabases databases, CatalogSettings settings) {
        return new ProductImport(catalog, store, keys, databases.of(CATALOG).pool(), settings);
    }

    @Bean
    Periodic catalogRequestKeySweeper(ProductStore migrated, ServiceDatabases databases, Clock clock) {
        var pool = databases.of(CATALOG).pool();
        return Periodic.every(Duration.ofHours(1), "catalog-request-keys", () -> keys.prune(pool, clock.instant()));
    }

    @Bean
    Offer catalogOffer(Catalog catalog) {
        return CatalogWire.offer(catalog);
    }
}
