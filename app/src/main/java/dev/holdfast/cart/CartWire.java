package dev.holdfast.cart;

import dev.holdfast.cart.CartApi.Cart;
import dev.holdfast.cart.CartApi.Empty;
import dev.holdfast.cart.CartApi.FreezeResult;
import dev.holdfast.cart.CartApi.Frozen;
import dev.holdfast.cart.CartApi.FrozenByAnother;
import dev.holdfast.cart.CartApi.FrozenCart;
import dev.holdfast.cart.CartApi.NotThere;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.Refusal;
import dev.holdfast.platform.remote.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/// [CartApi] as it travels between processes.
final class CartWire {

    private static final String FROZEN = "cart-frozen";
    private static final String EMPTY = "cart-empty";
    private static final String NOT_THERE = "cart-not-there";

    static final Operation<String, Cart> FIND = Operation.of("find", String.class, Cart.class);
    static final Operation<Claim, FreezeResult> FREEZE = Operation.<Claim, FreezeResult>of(
                    "freeze", Claim.class, Frozen.class)
            .refusing(CartWire::refusal, CartWire::notFrozen);
    static final Operation<Claim, Boolean> GIVE_BACK = Operation.of("give-back", Claim.class, Boolean.class);
    static final Operation<Claim, Boolean> CLOSE = Operation.of("close", Claim.class, Boolean.class);
    static final Operation<HandingOver, Boolean> TAKE_OVER =
            Operation.of("take-over", HandingOver.class, Boolean.class);
    static final Operation<Since, List<FrozenCart>> FROZEN_SINCE =
            Operation.of("frozen-since", Since.class, new TypeReference<>() {});

    private CartWire() {}

    record Claim(String cartId, String sagaId) {}

    record HandingOver(String cartId, String fromSagaId, String toSagaId) {}

    record Since(Instant before, FrozenCart after, int limit) {}

    static Offer offer(CartApi carts) {
        return Offer.of(Role.CART)
                .on(FIND, id -> carts.find(id).orElse(null))
                .on(FREEZE, claim -> carts.freeze(claim.cartId(), claim.sagaId()))
                .on(GIVE_BACK, claim -> {
                    carts.giveBack(claim.cartId(), claim.sagaId());
                    return true;
                })
                .on(CLOSE, claim -> {
                    carts.close(claim.cartId(), claim.sagaId());
                    return true;
                })
                .on(TAKE_OVER, asked -> carts.takeOver(asked.cartId(), asked.fromSagaId(), asked.toSagaId()))
                .on(FROZEN_SINCE, asked -> carts.frozenSince(asked.before(), asked.after(), asked.limit()));
    }

    private static Refusal refusal(FreezeResult result) {
        return switch (result) {
            case Frozen _ -> null;
            case FrozenByAnother(var sagaId, var age) ->
                new Refusal(409, FROZEN, "a checkout has the cart", Map.of("saga_id", sagaId, "age", age));
            case NotThere() -> new Refusal(404, NOT_THERE, "there is no such cart", Map.of());
            case Empty() -> Refusal.conflict(EMPTY, "nothing is in the cart");
        };
    }

    private static FreezeResult notFrozen(Refusal refusal) {
        return switch (refusal.code()) {
            case NOT_THERE -> new NotThere();
            case EMPTY -> new Empty();
            default ->
                new FrozenByAnother(
                        refusal.member("saga_id", new TypeReference<String>() {}),
                        refusal.member("age", new TypeReference<Duration>() {}));
        };
    }
}
