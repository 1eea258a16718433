package dev.holdfast.cart;

import dev.holdfast.cart.CartApi.Cart;
import dev.holdfast.cart.CartApi.CartLine;
import dev.holdfast.platform.Money;
import java.time.Instant;
import java.util.Currency;

/// A cart as its row has it.
///
/// @param frozenBy the saga of the running checkout, or null
/// @param frozenAt null exactly when `frozenBy` is
/// @param mergedInto the cart that took its lines, or null; then it is gone for everybody but a merge sent again
record CartRow(
        String cartId,
        String userId,
        String currency,
        Lines lines,
        String frozenBy,
        Instant frozenAt,
        String mergedInto,
        Instant expiresAt) {

    /// @return whether there is such a cart for its customer
    boolean live(Instant now) {
        return mergedInto == null && (frozenBy != null || expiresAt.isAfter(now));
    }

    CartRow changed(Lines changed, Instant expires) {
        return new CartRow(cartId, userId, currency, changed, frozenBy, frozenAt, null, expires);
    }

    CartRow frozen(String sagaId, Instant now) {
        return new CartRow(cartId, userId, currency, lines, sagaId, now, null, expiresAt);
    }

    CartRow thawed(Instant expires) {
        return new CartRow(cartId, userId, currency, lines, null, null, null, expires);
    }

    /// What is left of a cart whose lines went into another.
    CartRow mergedInto(String other, Instant expires) {
        return new CartRow(cartId, userId, currency, Lines.NONE, null, null, other, expires);
    }

    Cart cart() {
        var unit = Currency.getInstance(currency);
        var items = lines.list().stream()
                .map(line -> new CartLine(
                        "line_" + line.n(),
                        line.sku(),
                        line.name(),
                        line.quantity(),
                        new Money(line.amount(), unit),
                        line.agreed()))
                .toList();
        return new Cart(cartId, userId, currency, items, expiresAt, frozenBy);
    }
}
