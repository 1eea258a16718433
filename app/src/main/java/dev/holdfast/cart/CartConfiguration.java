package dev.holdfast.cart;

import dev.holdfast.platform.Lanes;
import dev.holdfast.platform.Periodic;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.platform.ServiceDatabases;
import dev.holdfast.platform.remote.Offer;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(CartSettings.class)
class CartConfiguration {

    private static final String CART = "cart";

    private final RequestKeys keys = new RequestKeys(CART);

    @Bean
    Carts cartApi(ServiceDatabases databases, Lanes lanes, CartSettings settings, Clock clock) {
        var database = databases.of(CART);
        database.migrate();
        var store = new CartStore(database.pool());
        var lane = lanes.open(CART, database, new CartWork(store, keys, clock, settings.expiresAfter()));
        return new Carts(store, lane, clock);
    }

    @Bean
    Periodic cartExpirySweeper(Carts migrated, ServiceDatabases databases, CartSettings settings, Clock clock) {
        var sweeper = new CartSweeper(databases.of(CART).pool(), clock);
        return Periodic.every(settings.sweepEvery(), "cart-expiry", sweeper::sweep);
    }

    @Bean
    Periodic cartRequestKeySweeper(Carts migrated, ServiceDatabases databases, Clock clock) {
        var pool = databases.of(CART).pool();
        return Periodic.every(Duration.ofHours(1), "cart-request-keys", () -> keys.prune(pool, clock.instant()));
    }

    @Bean
    Offer cartOffer(Carts carts) {
        return CartWire.offer(carts);
    }
}
