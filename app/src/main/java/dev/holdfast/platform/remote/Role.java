package dev.holdfast.platform.remote;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What a process may run: a service, or the checkout with its engine. By the word for it, `inventory`.
public enum Role {
    CATALOG,
    CUSTOMERS,
    CART,
    INVENTORY,
    PAYMENT,
    SHIPPING,
    ORDERS,
    NOTIFICATION,
    CHECKOUT;

    /// As it is written: on the command line, in settings, in paths. Also the package and the schema of a service.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    static String words() {
        return Arrays.stream(values()).map(Role::word).collect(Collectors.joining(", "));
    }

    /// The packages of `dev.holdfast` that only this role has.
    Set<String> packages() {
        return this == CHECKOUT ? Set.of("checkout", "flows", "operations", "reconciliation") : Set.of(word());
    }

    /// Whom a process with this role has to reach. The flows, and the audit, ask every service. A cart shows the
    /// catalog's prices. Whoever has an outbox takes its events to whoever wants them (see
    /// [dev.holdfast.platform.events.Subscriptions]).
    Set<Role> needs() {
        return switch (this) {
            case CHECKOUT -> EnumSet.complementOf(EnumSet.of(CHECKOUT));
            case CART -> EnumSet.of(CATALOG);
            case ORDERS -> EnumSet.of(NOTIFICATION, INVENTORY);
            case INVENTORY, PAYMENT -> EnumSet.of(NOTIFICATION);
            case CATALOG, CUSTOMERS, SHIPPING, NOTIFICATION -> EnumSet.noneOf(Role.class);
        };
    }
}
