package dev.holdfast.cart;

import dev.holdfast.cart.CartCommand.Close;
import dev.holdfast.cart.CartCommand.Freeze;
import dev.holdfast.cart.CartCommand.Freezing;
import dev.holdfast.cart.CartCommand.GiveBack;
import dev.holdfast.cart.CartCommand.Moved;
import dev.holdfast.cart.CartCommand.Outcome;
import dev.holdfast.cart.CartCommand.TakeOver;
import dev.holdfast.groupcommit.GroupCommit;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Carts: reads from the pool, writes through the lane.
final class Carts implements CartApi {

    private final CartStore store;
    private final GroupCommit<CartCommand, Outcome> lane;
    private final Clock clock;

    /// @param lane runs [CartWork]
    Carts(CartStore store, GroupCommit<CartCommand, Outcome> lane, Clock clock) {
        this.store = store;
        this.lane = lane;
        this.clock = clock;
    }

    /// Runs one command of the storefront.
    Outcome submit(CartCommand command) {
        return lane.submit(command);
    }

    @Override
    public Optional<Cart> find(String cartId) {
        return store.find(cartId).filter(cart -> cart.live(clock.instant())).map(CartRow::cart);
    }

    @Override
    public FreezeResult freeze(String cartId, String sagaId) {
        return switch (lane.submit(new Freeze(cartId, sagaId))) {
            case Freezing(var result) -> result;
            case Outcome other -> throw unexpected(other);
        };
    }

    @Override
    public void giveBack(String cartId, String sagaId) {
        moved(new GiveBack(cartId, sagaId));
    }

    @Override
    public void close(String cartId, String sagaId) {
        moved(new Close(cartId, sagaId));
    }

    @Override
    public boolean takeOver(String cartId, String fromSagaId, String toSagaId) {
        return moved(new TakeOver(cartId, fromSagaId, toSagaId));
    }

    @Override
    public List<FrozenCart> frozenSince(Instant before, FrozenCart after, int limit) {
        return store.frozenSince(before, after, limit);
    }

    private boolean moved(CartCommand command) {
        return switch (lane.submit(command)) {
            case Moved(var moved) -> moved;
            case Outcome other -> throw unexpected(other);
        };
    }

    private static IllegalStateException unexpected(Outcome outcome) {
        return new IllegalStateException("the lane answered " + outcome);
    }
}
