package dev.holdfast.cart;

import dev.holdfast.platform.Money;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// What products are called and cost now. The cart asks; whoever knows the products answers, so that the cart need
/// not know who that is.
public interface PriceList {

    /// @return by sku what a customer is shown for it; a sku that cannot be bought is left out
    Map<String, Shown> shown(Collection<String> skus);

    /// This list for one request: each product is asked for once, so that what is checked and what is answered are
    /// the same prices. Not thread-safe.
    default PriceList forOneRequest() {
        var known = new HashMap<String, Optional<Shown>>();
        return skus -> {
            var unknown = skus.stream().filter(sku -> !known.containsKey(sku)).toList();
            if (!unknown.isEmpty()) {
                var found = shown(unknown);
                unknown.forEach(sku -> known.put(sku, Optional.ofNullable(found.get(sku))));
            }
            var all = new HashMap<String, Shown>();
            skus.forEach(sku -> known.get(sku).ifPresent(product -> all.put(sku, product)));
            return all;
        };
    }

    record Shown(String name, Money price) {}
}
