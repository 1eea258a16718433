package dev.holdfast.payment;

import java.util.List;

/// The payment providers, in the order they are asked.
final class Providers {

    private final List<PaymentProvider> ordered;

    Providers(List<PaymentProvider> ordered) {
        if (ordered.isEmpty()) {
            throw new IllegalArgumentException("payment needs at least one provider");
        }
        this.ordered = List.copyOf(ordered);
    }

    List<PaymentProvider> all() {
        return ordered;
    }

    String first() {
        return ordered.getFirst().name();
    }

    /// @return who is asked when `name` cannot be reached, or null: nobody
    String after(String name) {
        int next = ordered.indexOf(named(name)) + 1;
        return next < ordered.size() ? ordered.get(next).name() : null;
    }

    /// @throws IllegalStateException when a recorded payment names a provider that is configured no more
    PaymentProvider named(String name) {
        return ordered.stream()
                .filter(provider -> provider.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "payment provider '" + name + "' is not configured; its payments wait until it is"));
    }
}
