package dev.holdfast.cart;

import dev.holdfast.cart.CartWire.Claim;
import dev.holdfast.cart.CartWire.HandingOver;
import dev.holdfast.cart.CartWire.Since;
import dev.holdfast.platform.remote.RemoteService;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The carts of another process.
final class RemoteCarts implements CartApi {

    private final RemoteService service;

    RemoteCarts(RemoteService service) {
        this.service = service;
    }

    @Override
    public Optional<Cart> find(String cartId) {
        return Optional.ofNullable(service.call(CartWire.FIND, cartId));
    }

    @Override
    public FreezeResult freeze(String cartId, String sagaId) {
        return service.call(CartWire.FREEZE, new Claim(cartId, sagaId));
    }

    @Override
    public void giveBack(String cartId, String sagaId) {
        service.call(CartWire.GIVE_BACK, new Claim(cartId, sagaId));
    }

    @Override
    public void close(String cartId, String sagaId) {
        service.call(CartWire.CLOSE, new Claim(cartId, sagaId));
    }

    @Override
    public boolean takeOver(String cartId, String fromSagaId, String toSagaId) {
        return service.call(CartWire.TAKE_OVER, new HandingOver(cartId, fromSagaId, toSagaId));
    }

    @Override
    public List<FrozenCart> frozenSince(Instant before, FrozenCart after, int limit) {
        return service.call(CartWire.FROZEN_SINCE, new Since(before, after, limit));
    }
}
