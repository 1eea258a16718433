package dev.holdfast.cart;

import dev.holdfast.platform.Money;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Carts. Adding holds no stock. A cart is frozen while its checkout runs; it is deleted when the order is
/// confirmed and given back when it fails.
public interface CartApi {

    Optional<Cart> find(String cartId);

    /// Freezes the cart for one checkout and answers what is in it, in one transaction: what is paid is what was
    /// frozen. The same saga again: the same answer.
    FreezeResult freeze(String cartId, String sagaId);

    /// The checkout ended without an order: the cart is the customer's again. Only if frozen by this saga; else
    /// nothing happens.
    void giveBack(String cartId, String sagaId);

    /// The order is confirmed: the cart is deleted. Only if frozen by this saga; else nothing happens.
    void close(String cartId, String sagaId);

    /// Hands a frozen cart from one checkout to another, when it is frozen for a saga that does not exist, or for
    /// one that lost against another: compare and set, so of two checkouts that try, one gets it.
    ///
    /// @return whether `toSagaId` has it now; also true when it had it already
    boolean takeOver(String cartId, String fromSagaId, String toSagaId);

    /// A page of the carts frozen longer than this, oldest first, for the checkout's sweeper.
    ///
    /// @param after the last one of the page before, or null
    List<FrozenCart> frozenSince(Instant before, FrozenCart after, int limit);

    sealed interface FreezeResult permits Frozen, FrozenByAnother, NotThere, Empty {}

    record Frozen(Cart cart) implements FreezeResult {}

    /// @param sagaId the checkout that has it
    /// @param age how long ago it got it
    record FrozenByAnother(String sagaId, Duration age) implements FreezeResult {}

    record NotThere() implements FreezeResult {}

    record Empty() implements FreezeResult {}

    record FrozenCart(String cartId, String sagaId, Instant frozenAt) {}

    /// @param userId null for a guest
    /// @param frozenBy the saga of the running checkout, or null
    record Cart(
            String cartId, String userId, String currency, List<CartLine> items, Instant expiresAt, String frozenBy) {}

    /// @param unitPrice the price shown to the customer, or agreed
    /// @param agreed an operator's price, which validation leaves alone
    record CartLine(String lineId, String sku, String name, int quantity, Money unitPrice, boolean agreed) {}
}
