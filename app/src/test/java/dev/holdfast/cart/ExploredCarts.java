package dev.holdfast.cart;

import dev.holdfast.platform.RequestKeys;
import dev.holdfast.testing.TestDatabase;
import java.time.Clock;
import java.time.Duration;

/// The real carts, for exploring what faults do to them.
public final class ExploredCarts {

    private final TestDatabase database;
    private final Carts carts;

    public ExploredCarts(TestDatabase database, Clock clock) {
        this.database = database;
        var own = database.of("cart");
        var store = new CartStore(own.pool());
        var work = new CartWork(store, new RequestKeys("cart"), clock, Duration.ofDays(30));
        this.carts = new Carts(store, database.open("cart", own, work), clock);
    }

    public CartApi api() {
        return carts;
    }

    /// A cart that a checkout has frozen.
    public void frozen(String cartId, String sagaId) {
        database.execute("INSERT INTO cart.carts (cart_id, currency, lines, frozen_by, frozen_at, expires_at)"
                + " VALUES ('%s', 'USD', '[]', '%s', now(), now() + interval '30 days')".formatted(cartId, sagaId));
    }

    /// `gone`, `frozen` or `free`.
    public String status(String cartId) {
        return carts.find(cartId)
                .map(cart -> cart.frozenBy() == null ? "free" : "frozen")
                .orElse("gone");
    }
}
