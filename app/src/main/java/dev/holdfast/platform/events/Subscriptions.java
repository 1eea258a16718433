package dev.holdfast.platform.events;

import dev.holdfast.platform.remote.Role;
import java.util.Set;

/// Which types of events the consumers of a service want: what has to be brought to it when it runs in another
/// process than the outbox. Here, and asked by the consumers themselves, because a relay must know it while that
/// process is away: an event that is brought to nobody is deleted.
public final class Subscriptions {

    private static final Set<String> NOTIFICATION = Set.of(
            "OrderConfirmed",
            "OrderShipped",
            "OrderDelivered",
            "OrderCancelled",
            "OrderRefundPending",
            "OrderRefunded",
            "CheckoutFailed",
            "InventoryFailed",
            "PaymentFailed");

    private static final Set<String> INVENTORY = Set.of("OrderShipped");

    private Subscriptions() {}

    /// By short name. Who publishes what is in [Role#needs()]: whoever has one of these types in its outbox needs
    /// the service that wants it.
    public static Set<String> of(Role role) {
        return switch (role) {
            case NOTIFICATION -> NOTIFICATION;
            case INVENTORY -> INVENTORY;
            case CATALOG, CUSTOMERS, CART, PAYMENT, SHIPPING, ORDERS, CHECKOUT -> Set.of();
        };
    }
}
