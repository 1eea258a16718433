package dev.holdfast.cart;

import dev.holdfast.cart.CartApi.Empty;
import dev.holdfast.cart.CartApi.FreezeResult;
import dev.holdfast.cart.CartApi.Frozen;
import dev.holdfast.cart.CartApi.FrozenByAnother;
import dev.holdfast.cart.CartApi.NotThere;
import dev.holdfast.cart.CartCommand.Changed;
import dev.holdfast.cart.CartCommand.Close;
import dev.holdfast.cart.CartCommand.Delete;
import dev.holdfast.cart.CartCommand.Deleted;
import dev.holdfast.cart.CartCommand.Freeze;
import dev.holdfast.cart.CartCommand.Freezing;
import dev.holdfast.cart.CartCommand.FrozenNow;
import dev.holdfast.cart.CartCommand.GiveBack;
import dev.holdfast.cart.CartCommand.KeyReused;
import dev.holdfast.cart.CartCommand.KeyRunning;
import dev.holdfast.cart.CartCommand.Merge;
import dev.holdfast.cart.CartCommand.Moved;
import dev.holdfast.cart.CartCommand.NoSuchCart;
import dev.holdfast.cart.CartCommand.OtherCurrency;
import dev.holdfast.cart.CartCommand.OtherCustomer;
import dev.holdfast.cart.CartCommand.Outcome;
import dev.holdfast.cart.CartCommand.Put;
import dev.holdfast.cart.CartCommand.RemoveItem;
import dev.holdfast.cart.CartCommand.SetItem;
import dev.holdfast.cart.CartCommand.TakeOver;
import dev.holdfast.cart.CartCommand.TooMuch;
import dev.holdfast.platform.RequestKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// Decides the commands of one batch, one after the other, on carts that are locked: all rules of a cart live here
/// and in [Lines]. Touches no database.
///
/// Every command may be run again after a commit whose answer was lost. Setting, removing, replacing and deleting
/// state how it shall be, so they come to the same; a merge leaves the mark `merged_into` on the cart it emptied;
/// freeze, give-back, close and take-over name the saga whose cart it must be.
final class CartBatch {

    private final Map<String, CartRow> carts;
    private final RequestKeys.Round round;
    private final Instant now;
    private final Instant expires;

    /// @param locked the carts there are
    CartBatch(Map<String, CartRow> locked, RequestKeys.Round round, Instant now, Instant expires) {
        this.carts = new HashMap<>(locked);
        this.round = round;
        this.now = now;
        this.expires = expires;
    }

    /// The carts as they are after the commands so far.
    Map<String, CartRow> carts() {
        return carts;
    }

    Outcome run(CartCommand command) {
        return switch (round.ask(command.key())) {
            case RequestKeys.Reused() -> new KeyReused();
            case RequestKeys.Running() -> new KeyRunning();
            case RequestKeys.Replay(var response) -> Answers.read(command, response);
            case RequestKeys.New() -> {
                var outcome = decide(command);
                Answers.record(round, command, outcome);
                yield outcome;
            }
        };
    }

    private Outcome decide(CartCommand command) {
        return switch (command) {
            case Put put -> put(put);
            case SetItem set -> set(set);
            case RemoveItem remove ->
                change(remove.cartId(), cart -> cart.lines().without(remove.sku()));
            case Delete delete -> delete(delete.cartId());
            case Merge merge -> merge(merge);
            case Freeze(var cartId, var sagaId) -> new Freezing(freeze(cartId, sagaId));
            case GiveBack(var cartId, var sagaId) -> {
                var cart = carts.get(cartId);
                boolean its = isFrozenBy(cart, sagaId);
                if (its) {
                    carts.put(cartId, cart.thawed(expires));
                }
                yield new Moved(its);
            }
            case Close(var cartId, var sagaId) -> {
                boolean its = isFrozenBy(carts.get(cartId), sagaId);
                if (its) {
                    carts.remove(cartId);
                }
                yield new Moved(its);
            }
            case TakeOver(var cartId, var from, var to) -> new Moved(takeOver(cartId, from, to));
        };
    }

    private Outcome put(Put put) {
        var there = carts.get(put.cartId());
        if (there != null && there.frozenBy() != null) {
            return new FrozenNow(put.cartId(), there.frozenBy());
        }
        var cart = new CartRow(put.cartId(), put.userId(), put.currency(), put.lines(), null, null, null, expires);
        carts.put(put.cartId(), cart);
        return new Changed(cart.cart(), there == null || !there.live(now));
    }

    private Outcome set(SetItem set) {
        var cart = carts.get(set.cartId());
        if (cart != null && cart.live(now) && !set.price().code().equals(cart.currency())) {
            return new OtherCurrency("product '" + set.sku() + "' is sold in "
                    + set.price().code() + ", the cart is in " + cart.currency());
        }
        var line = new Lines.Line(
                0, set.sku(), set.name(), set.quantity(), set.price().amount(), false);
        return change(set.cartId(), before -> before.lines().with(line));
    }

    private Outcome change(String cartId, Function<CartRow, Lines> change) {
        var cart = carts.get(cartId);
        var obstacle = obstacle(cartId, cart);
        if (obstacle != null) {
            return obstacle;
        }
        var lines = change.apply(cart);
        var excess = lines.excess();
        if (excess != null) {
            return new TooMuch(excess);
        }
        var changed = cart.changed(lines, expires);
        carts.put(cartId, changed);
        return new Changed(changed.cart(), false);
    }

    /// Of a cart that is not there: succeeds, as a DELETE sent twice does.
    private Outcome delete(String cartId) {
        var cart = carts.get(cartId);
        if (cart != null && cart.frozenBy() != null) {
            return new FrozenNow(cartId, cart.frozenBy());
        }
        carts.remove(cartId);
        return new Deleted();
    }

    private Outcome merge(Merge merge) {
        var into = carts.get(merge.cartId());
        var from = carts.get(merge.fromCartId());
        boolean again = from != null && merge.cartId().equals(from.mergedInto()) && into != null && into.live(now);
        if (again) {
            return new Changed(into.cart(), false);
        }
        var obstacle = obstacle(merge.cartId(), into);
        if (obstacle == null) {
            obstacle = obstacle(merge.fromCartId(), from);
        }
        if (obstacle != null) {
            return obstacle;
        }
        if (from.userId() != null && !from.userId().equals(into.userId())) {
            return new OtherCustomer(merge.fromCartId());
        }
        if (!from.lines().isEmpty() && !from.currency().equals(into.currency())) {
            return new OtherCurrency("cart '" + from.cartId() + "' is in " + from.currency() + ", cart '"
                    + into.cartId() + "' in " + into.currency());
        }
        var outcome = change(merge.cartId(), cart -> cart.lines().merged(from.lines()));
        if (outcome instanceof Changed) {
            carts.put(merge.fromCartId(), from.mergedInto(merge.cartId(), expires));
        }
        return outcome;
    }

    private FreezeResult freeze(String cartId, String sagaId) {
        var cart = carts.get(cartId);
        if (cart == null || !cart.live(now)) {
            return new NotThere();
        }
        if (cart.frozenBy() != null && !cart.frozenBy().equals(sagaId)) {
            return new FrozenByAnother(cart.frozenBy(), Duration.between(cart.frozenAt(), now));
        }
        if (cart.lines().isEmpty()) {
            return new Empty();
        }
        var frozen = cart.frozenBy() == null ? cart.frozen(sagaId, now) : cart;
        carts.put(cartId, frozen);
        return new Frozen(frozen.cart());
    }

    private boolean takeOver(String cartId, String from, String to) {
        var cart = carts.get(cartId);
        if (isFrozenBy(cart, to)) {
            return true;
        }
        boolean its = isFrozenBy(cart, from);
        if (its) {
            carts.put(cartId, cart.frozen(to, now));
        }
        return its;
    }

    private static boolean isFrozenBy(CartRow cart, String sagaId) {
        return cart != null && sagaId.equals(cart.frozenBy());
    }

    /// @return what stands in the way of changing the cart, or null
    private Outcome obstacle(String cartId, CartRow cart) {
        if (cart == null || !cart.live(now)) {
            return new NoSuchCart(cartId);
        }
        return cart.frozenBy() == null ? null : new FrozenNow(cartId, cart.frozenBy());
    }
}
