package dev.holdfast.cart;

import dev.holdfast.platform.Money;
import java.util.Collection;
import java.util.Map;

/// What products are called and cost now. The cart asks; whoever knows the products answers, so that the cart need
/// not know who that is.
public interface PriceList {

    /// @return by sku what a customer is shown for it; a sku that cannot be bought is left out
    Map<String, Shown> shown(Collection<String> skus);

    record Shown(String name, Money price) {}
}
