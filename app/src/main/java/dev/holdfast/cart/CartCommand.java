package dev.holdfast.cart;

import dev.holdfast.cart.CartApi.Cart;
import dev.holdfast.cart.CartApi.FreezeResult;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.RequestKeys;
import java.util.List;

/// What the cart's lane is asked to do. All but a merge concern one cart.
sealed interface CartCommand {

    String cartId();

    /// Null when the caller sent none.
    default RequestKeys.Key key() {
        return null;
    }

    /// Creates the cart or replaces all of it.
    record Put(String cartId, String userId, String currency, Lines lines, RequestKeys.Key key)
            implements CartCommand {}

    /// @param price of one piece, if the product gets a line of its own now
    record SetItem(String cartId, String sku, String name, Money price, int quantity, RequestKeys.Key key)
            implements CartCommand {}

    record RemoveItem(String cartId, String sku, RequestKeys.Key key) implements CartCommand {}

    record Delete(String cartId, RequestKeys.Key key) implements CartCommand {}

    /// @param fromCartId another cart than `cartId`
    record Merge(String cartId, String fromCartId, RequestKeys.Key key) implements CartCommand {}

    record Freeze(String cartId, String sagaId) implements CartCommand {}

    record GiveBack(String cartId, String sagaId) implements CartCommand {}

    record Close(String cartId, String sagaId) implements CartCommand {}

    record TakeOver(String cartId, String fromSagaId, String toSagaId) implements CartCommand {}

    /// @return the carts it reads or changes
    default List<String> cartIds() {
        return this instanceof Merge merge ? List.of(merge.cartId, merge.fromCartId) : List.of(cartId());
    }

    /// What became of it.
    sealed interface Outcome {}

    /// The cart after the change.
    record Changed(Cart cart, boolean created) implements Outcome {}

    record Deleted() implements Outcome {}

    record Freezing(FreezeResult result) implements Outcome {}

    /// Of a give-back, close or take-over.
    record Moved(boolean moved) implements Outcome {}

    record NoSuchCart(String cartId) implements Outcome {}

    record FrozenNow(String cartId, String sagaId) implements Outcome {}

    record TooMuch(String reason) implements Outcome {}

    record OtherCurrency(String reason) implements Outcome {}

    record OtherCustomer(String cartId) implements Outcome {}

    record KeyReused() implements Outcome {}

    /// Another node is at work on it.
    record KeyRunning() implements Outcome {}
}
