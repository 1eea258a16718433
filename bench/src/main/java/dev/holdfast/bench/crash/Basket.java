package dev.holdfast.bench.crash;

import java.util.Map;

/// What lies in a cart, in pieces by product, and what it costs.
///
/// @param cents in minor units
record Basket(Map<String, Integer> pieces, long cents) {

    static Basket of(Map<String, Integer> pieces, Shelf shelf) {
        var cents = pieces.entrySet().stream()
                .mapToLong(line -> shelf.cents(line.getKey()) * line.getValue())
                .sum();
        return new Basket(Map.copyOf(pieces), cents);
    }
}
