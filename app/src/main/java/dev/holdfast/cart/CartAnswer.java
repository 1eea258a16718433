package dev.holdfast.cart;

import dev.holdfast.cart.CartApi.Cart;
import dev.holdfast.cart.CartApi.CartLine;
import dev.holdfast.platform.Money;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A cart in JSON.
///
/// @param changes what has become different since the customer was shown it: compared with the price list as the
///     answer is written, also in an answer that is replayed, because an old difference would mislead
record CartAnswer(
        String cartId,
        String userId,
        String currency,
        List<Item> items,
        Money total,
        Instant expiresAt,
        List<Change> changes) {

    record Item(String lineId, String sku, String name, int quantity, Money unitPrice, Money lineTotal) {}

    /// @param kind `price`: it costs something else now; `gone`: it cannot be bought any more
    /// @param now null when it is gone
    record Change(String sku, String kind, Money was, Money now) {}

    static CartAnswer of(Cart cart, PriceList prices) {
        var items = cart.items().stream()
                .map(line -> new Item(
                        line.lineId(),
                        line.sku(),
                        line.name(),
                        line.quantity(),
                        line.unitPrice(),
                        line.unitPrice().times(line.quantity())))
                .toList();
        var total = items.stream().map(Item::lineTotal).reduce(Money.of(0, cart.currency()), Money::plus);
        return new CartAnswer(
                cart.cartId(), cart.userId(), cart.currency(), items, total, cart.expiresAt(), changes(cart, prices));
    }

    private static List<Change> changes(Cart cart, PriceList prices) {
        if (cart.items().isEmpty()) {
            return List.of();
        }
        var shown =
                prices.shown(cart.items().stream().map(CartLine::sku).distinct().toList());
        // One entry a product and price shown: two lines of the same product say the same.
        var changes = new LinkedHashMap<Map.Entry<String, Money>, Change>();
        for (var line : cart.items()) {
            var product = shown.get(line.sku());
            var was = line.unitPrice();
            if (product == null) {
                changes.put(Map.entry(line.sku(), was), new Change(line.sku(), "gone", was, null));
            } else if (!line.agreed() && !product.price().equals(was)) {
                changes.put(Map.entry(line.sku(), was), new Change(line.sku(), "price", was, product.price()));
            }
        }
        return List.copyOf(changes.values());
    }
}
