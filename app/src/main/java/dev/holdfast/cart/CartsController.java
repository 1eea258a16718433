package dev.holdfast.cart;

import dev.holdfast.cart.CartCommand.Changed;
import dev.holdfast.cart.CartCommand.Delete;
import dev.holdfast.cart.CartCommand.Deleted;
import dev.holdfast.cart.CartCommand.Freezing;
import dev.holdfast.cart.CartCommand.FrozenNow;
import dev.holdfast.cart.CartCommand.KeyReused;
import dev.holdfast.cart.CartCommand.KeyRunning;
import dev.holdfast.cart.CartCommand.Merge;
import dev.holdfast.cart.CartCommand.Moved;
import dev.holdfast.cart.CartCommand.NoSuchCart;
import dev.holdfast.cart.CartCommand.OtherCurrency;
import dev.holdfast.cart.CartCommand.OtherCustomer;
import dev.holdfast.cart.CartCommand.RemoveItem;
import dev.holdfast.cart.CartCommand.TooMuch;
import dev.holdfast.cart.CartInput.MergeRequest;
import dev.holdfast.cart.CartInput.PutCartRequest;
import dev.holdfast.cart.CartInput.SetItemRequest;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.Text;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Carts over HTTP.
@RestController
@RequestMapping("/v1/carts")
final class CartsController {

    private static final String KEY = "Idempotency-Key";
    private static final String COOKIE = "holdfast_cart";

    private final Carts carts;
    private final PriceList prices;
    private final Duration expiresAfter;

    CartsController(Carts carts, PriceList prices, CartSettings settings) {
        this.carts = carts;
        this.prices = prices;
        this.expiresAfter = settings.expiresAfter();
    }

    /// The new id is chosen here, before the lane: if the lane runs the request again, it is the same cart. A
    /// request sent again with its `Idempotency-Key` gets the first one's; without a key it is a new cart.
    @PostMapping
    ResponseEntity<CartAnswer> create(
            @RequestBody PutCartRequest request,
            @RequestHeader(name = KEY, required = false) String key,
            HttpServletRequest http) {
        var scope = "POST /v1/carts" + (request.userId() == null ? "" : " " + request.userId());
        var shown = prices.forOneRequest();
        var put = new CartInput(shown).put(Ids.next("cart_"), request, CartInput.key(key, scope, request));
        var cart = changed(put).cart();
        var answer = ResponseEntity.created(URI.create("/v1/carts/" + cart.cartId()));
        if (cart.userId() == null) {
            answer.header(
                    HttpHeaders.SET_COOKIE,
                    cookie(cart.cartId(), http.isSecure()).toString());
        }
        return answer.body(CartAnswer.of(cart, shown));
    }

    @PutMapping("/{cartId}")
    ResponseEntity<CartAnswer> put(
            @PathVariable String cartId,
            @RequestBody PutCartRequest request,
            @RequestHeader(name = KEY, required = false) String key) {
        Text.id("#/cart_id", cartId);
        var shown = prices.forOneRequest();
        var put = new CartInput(shown).put(cartId, request, CartInput.key(key, "PUT /v1/carts/" + cartId, request));
        var changed = changed(put);
        return ResponseEntity.status(changed.created() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(CartAnswer.of(changed.cart(), shown));
    }

    @GetMapping("/{cartId}")
    CartAnswer cart(@PathVariable String cartId) {
        return carts.find(existing(cartId))
                .map(cart -> CartAnswer.of(cart, prices))
                .orElseThrow(() -> ProblemException.notFound("cart", cartId));
    }

    /// 204 whether it was there or not: sent twice, it answers the same.
    @DeleteMapping("/{cartId}")
    ResponseEntity<Void> delete(@PathVariable String cartId, @RequestHeader(name = KEY, required = false) String key) {
        Text.id("#/cart_id", cartId);
        return switch (submit(new Delete(cartId, CartInput.key(key, "DELETE /v1/carts/" + cartId, cartId)))) {
            case Deleted() -> ResponseEntity.noContent().build();
            case CartCommand.Outcome other -> throw problem(other, key);
        };
    }

    @PutMapping("/{cartId}/items/{sku}")
    CartAnswer setItem(
            @PathVariable String cartId,
            @PathVariable String sku,
            @RequestBody SetItemRequest request,
            @RequestHeader(name = KEY, required = false) String key) {
        var scope = "PUT /v1/carts/" + cartId + "/items/" + sku;
        var command = new CartInput(prices).set(existing(cartId), sku, request, CartInput.key(key, scope, request));
        return answer(command);
    }

    @DeleteMapping("/{cartId}/items/{sku}")
    CartAnswer removeItem(
            @PathVariable String cartId,
            @PathVariable String sku,
            @RequestHeader(name = KEY, required = false) String key) {
        if (Text.skuFlaw(sku) != null) {
            throw ProblemException.notFound("product", sku);
        }
        var scope = "DELETE /v1/carts/" + cartId + "/items/" + sku;
        return answer(new RemoveItem(existing(cartId), sku, CartInput.key(key, scope, sku)));
    }

    @PostMapping("/{cartId}/merge")
    CartAnswer merge(
            @PathVariable String cartId,
            @RequestBody MergeRequest request,
            @RequestHeader(name = KEY, required = false) String key) {
        var from = Text.id("#/from_cart_id", request.fromCartId());
        if (from.equals(cartId)) {
            throw ProblemException.invalid("#/from_cart_id", "must be another cart than the one it goes into");
        }
        var scope = "POST /v1/carts/" + cartId + "/merge";
        return answer(new Merge(existing(cartId), from, CartInput.key(key, scope, request)));
    }

    private CartAnswer answer(CartCommand command) {
        return CartAnswer.of(changed(command).cart(), prices);
    }

    private Changed changed(CartCommand command) {
        return switch (submit(command)) {
            case Changed changed -> changed;
            case CartCommand.Outcome other ->
                throw problem(
                        other, command.key() == null ? null : command.key().key());
        };
    }

    private CartCommand.Outcome submit(CartCommand command) {
        return carts.submit(command);
    }

    private static RuntimeException problem(CartCommand.Outcome outcome, String key) {
        return switch (outcome) {
            case NoSuchCart(var cartId) -> ProblemException.notFound("cart", cartId);
            case FrozenNow(var cartId, var sagaId) ->
                conflict(
                                "cart-frozen",
                                "Cart frozen",
                                "cart '" + cartId + "' is being checked out by " + sagaId
                                        + "; it is given back if that fails, and deleted when the order is confirmed")
                        .with("cart_id", cartId)
                        .with("saga_id", sagaId);
            case TooMuch(var reason) -> conflict("cart-limit", "Cart limit reached", reason + "; nothing was changed");
            case OtherCurrency(var reason) -> conflict("other-currency", "Other currency", reason);
            case OtherCustomer(var cartId) ->
                conflict("other-customer", "Other customer", "cart '" + cartId + "' belongs to another customer");
            case KeyReused() -> new KeyReusedException(key);
            case KeyRunning() -> IdempotencyKey.stillRunning();
            case Changed ignored -> unexpected(outcome);
            case Deleted ignored -> unexpected(outcome);
            case Freezing ignored -> unexpected(outcome);
            case Moved ignored -> unexpected(outcome);
        };
    }

    private static ProblemException conflict(String slug, String title, String detail) {
        return new ProblemException(409, slug, title, detail);
    }

    private static IllegalStateException unexpected(CartCommand.Outcome outcome) {
        return new IllegalStateException("the lane answered " + outcome);
    }

    /// An id that cannot be is one that is not there.
    private static String existing(String cartId) {
        if (Text.idFlaw(cartId) != null) {
            throw ProblemException.notFound("cart", cartId);
        }
        return cartId;
    }

    /// Not for scripts to read, and not sent by other sites' forms; whoever has it has the cart.
    private ResponseCookie cookie(String cartId, boolean secure) {
        return ResponseCookie.from(COOKIE, cartId)
                .path("/")
                .maxAge(expiresAfter)
                .httpOnly(true)
                .sameSite("Lax")
                .secure(secure)
                .build();
    }
}
