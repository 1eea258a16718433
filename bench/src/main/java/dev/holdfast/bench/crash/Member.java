package dev.holdfast.bench.crash;

import java.util.Arrays;
import java.util.List;

/// The processes of a shop whose services run apart. The checkout, with what only it and customers need, is one;
/// each service that a step of it calls is one of its own.
enum Member {
    CHECKOUT("checkout", "catalog", "customers", "cart", "notification"),
    INVENTORY("inventory"),
    PAYMENT("payment"),
    SHIPPING("shipping"),
    ORDERS("orders");

    private final List<String> roles;

    Member(String... roles) {
        this.roles = List.of(roles);
    }

    String word() {
        return roles.getFirst();
    }

    List<String> roles() {
        return roles;
    }

    /// Who serves a path of the shop's public API: what a gateway before the processes would do.
    static Member serving(String path) {
        return Arrays.stream(values())
                .filter(member -> path.startsWith("/v1/" + member.word()))
                .findFirst()
                .orElse(CHECKOUT);
    }
}
