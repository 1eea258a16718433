package dev.holdfast.checkout;

import dev.holdfast.cart.CartApi.Cart;
import dev.holdfast.cart.CartApi.CartLine;
import dev.holdfast.catalog.CatalogApi;
import dev.holdfast.catalog.CatalogApi.Product;
import dev.holdfast.inventory.InventoryApi;
import dev.holdfast.inventory.InventoryApi.Availability;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Prices and stock of a cart, looked at again at checkout: what changed since it was shown is told before it
/// counts.
final class Pricing {

    private final CatalogApi catalog;
    private final InventoryApi inventory;

    Pricing(CatalogApi catalog, InventoryApi inventory) {
        this.catalog = catalog;
        this.inventory = inventory;
    }

    /// @param expectedTotal what the customer has agreed to, or null
    /// @throws ProblemException 409 `cart-changed` with the differences and a fresh total, unless the customer
    ///     agrees to just that total; a shortage of stock the customer has agreed to regardless is decided by the
    ///     hold
    PricedCart price(Cart cart, Money expectedTotal) {
        var skus = cart.items().stream().map(CartLine::sku).distinct().toList();
        var products = catalog.find(skus);
        var changes = new ArrayList<Map<String, Object>>();
        var lines = new ArrayList<OrderLine>();
        for (var line : cart.items()) {
            lines.add(priced(line, products.get(line.sku()), cart, changes));
        }
        var total = total(lines);
        var agreed = total.equals(expectedTotal);
        if (!agreed) {
            changes.addAll(shortages(cart, skus));
        }
        if (!agreed && (!changes.isEmpty() || expectedTotal != null)) {
            throw changed(changes, total);
        }
        return new PricedCart(lines, total);
    }

    private static OrderLine priced(CartLine line, Product product, Cart cart, List<Map<String, Object>> changes) {
        if (line.agreed()) {
            return new OrderLine(line.sku(), line.name(), line.quantity(), line.unitPrice());
        }
        if (product == null || !product.price().code().equals(cart.currency())) {
            throw new ProblemException(
                    409,
                    "product-unavailable",
                    "Product unavailable",
                    "'" + line.sku() + "' is not sold in " + cart.currency() + " any more; take it out of the cart");
        }
        if (!product.price().equals(line.unitPrice())) {
            changes.add(
                    change(line.sku(), "price", new Named("was", line.unitPrice()), new Named("now", product.price())));
        }
        return new OrderLine(line.sku(), product.name(), line.quantity(), product.price());
    }

    private List<Map<String, Object>> shortages(Cart cart, List<String> skus) {
        var asked = cart.items().stream()
                .collect(Collectors.groupingBy(
                        CartLine::sku, LinkedHashMap::new, Collectors.summingLong(CartLine::quantity)));
        var available = inventory.availability(skus).stream()
                .collect(Collectors.toMap(Availability::sku, Availability::available));
        var changes = new ArrayList<Map<String, Object>>();
        asked.forEach((sku, quantity) -> {
            var left = available.getOrDefault(sku, 0L);
            if (left < quantity) {
                changes.add(change(sku, "stock", new Named("requested", quantity), new Named("available", left)));
            }
        });
        return changes;
    }

    private static Money total(List<OrderLine> lines) {
        try {
            return lines.stream()
                    .map(line -> line.unitPrice().times(line.quantity()))
                    .reduce(Money::plus)
                    .orElseThrow();
        } catch (ArithmeticException e) {
            throw new ProblemException(
                    409,
                    "cart-too-large",
                    "Cart too large",
                    "the cart's total is larger than can be charged; split it");
        }
    }

    private static Map<String, Object> change(String sku, String kind, Named before, Named after) {
        var change = new LinkedHashMap<String, Object>();
        change.put("sku", sku);
        change.put("kind", kind);
        change.put(before.name(), before.value());
        change.put(after.name(), after.value());
        return change;
    }

    private static ProblemException changed(List<Map<String, Object>> changes, Money total) {
        return new ProblemException(
                        409,
                        "cart-changed",
                        "The cart has changed",
                        "prices or stock changed since the cart was shown; nothing was ordered."
                                + " Send expected_total with the total given here to order all the same")
                .with("changes", changes)
                .with("total", total);
    }

    private record Named(String name, Object value) {}

    record PricedCart(List<OrderLine> lines, Money total) {}
}
