package dev.holdfast.cart;

import dev.holdfast.cart.CartCommand.Put;
import dev.holdfast.cart.CartCommand.SetItem;
import dev.holdfast.cart.Lines.Line;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.ProblemException;
import dev.holdfast.platform.RequestKeys;
import dev.holdfast.platform.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What storefronts send: judged, priced and turned into commands.
final class CartInput {

    /// Minor units. 1,000,000 pieces of it still fit 63 bits.
    private static final long HIGHEST_PRICE = 1_000_000_000_000L;

    private final PriceList prices;

    CartInput(PriceList prices) {
        this.prices = prices;
    }

    record PutCartRequest(String userId, String currency, List<Item> items) {}

    /// @param unitPrice an agreed price, or null for the catalog's
    record Item(String sku, Integer quantity, Money unitPrice) {}

    record SetItemRequest(Integer quantity) {}

    record MergeRequest(String fromCartId) {}

    /// @param cartId a checked one
    Put put(String cartId, PutCartRequest request, RequestKeys.Key key) {
        if (request.userId() != null) {
            Text.id("#/user_id", request.userId());
        }
        var currency = currency(request.currency());
        var items = request.items() == null ? List.<Item>of() : request.items();
        check(items, currency);
        var shown = prices.shown(items.stream().map(Item::sku).distinct().toList());
        var lines = new ArrayList<Line>(items.size());
        for (int i = 0; i < items.size(); i++) {
            lines.add(line("#/items/" + i, items.get(i), currency, shown));
        }
        var numbered = Lines.of(lines);
        var excess = numbered.excess();
        if (excess != null) {
            throw ProblemException.invalid("#/items", excess);
        }
        return new Put(cartId, request.userId(), currency, numbered, key);
    }

    /// @param cartId a checked one
    SetItem set(String cartId, String sku, SetItemRequest request, RequestKeys.Key key) {
        int quantity = quantity("#/quantity", request.quantity());
        var shown = Text.skuFlaw(sku) == null ? prices.shown(List.of(sku)).get(sku) : null;
        if (shown == null) {
            throw ProblemException.notFound("product", sku);
        }
        return new SetItem(cartId, sku, shown.name(), shown.price(), quantity, key);
    }

    /// The key of a request, or null when none was sent.
    ///
    /// @param operation with the cart's id where it has one: two customers who chose the same key do not meet
    static RequestKeys.Key key(String header, String operation, Object request) {
        var key = IdempotencyKey.of(header, null);
        return key == null ? null : new RequestKeys.Key(operation, key, IdempotencyKey.digest(request));
    }

    private static void check(List<Item> items, String currency) {
        if (items.size() > Lines.MOST) {
            throw ProblemException.invalid(
                    "#/items", "must have at most " + Lines.MOST + " lines, not " + items.size());
        }
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            var pointer = "#/items/" + i;
            if (item == null) {
                throw ProblemException.invalid(pointer, "is missing");
            }
            Text.sku(pointer + "/sku", item.sku());
            quantity(pointer + "/quantity", item.quantity());
            if (item.unitPrice() != null) {
                agreed(pointer + "/unit_price", item.unitPrice(), currency);
            }
        }
    }

    private static void agreed(String pointer, Money price, String currency) {
        if (!price.code().equals(currency)) {
            throw ProblemException.invalid(pointer + "/currency", "must be the cart's, " + currency);
        }
        if (price.amount() < 1 || price.amount() > HIGHEST_PRICE) {
            throw ProblemException.invalid(pointer + "/amount", "must be 1 to " + HIGHEST_PRICE);
        }
    }

    private static Line line(String pointer, Item item, String currency, Map<String, PriceList.Shown> shown) {
        var product = shown.get(item.sku());
        if (product == null) {
            throw ProblemException.invalid(pointer + "/sku", "there is no product '" + item.sku() + "'");
        }
        boolean agreed = item.unitPrice() != null;
        var price = agreed ? item.unitPrice() : product.price();
        if (!price.code().equals(currency)) {
            throw ProblemException.invalid(
                    pointer + "/sku",
                    "product '" + item.sku() + "' is sold in " + price.code() + ", the cart is in " + currency);
        }
        return new Line(0, item.sku(), product.name(), item.quantity(), price.amount(), agreed);
    }

    private static int quantity(String pointer, Integer quantity) {
        if (quantity == null) {
            throw ProblemException.invalid(pointer, "is missing");
        }
        if (quantity < 1 || quantity > Lines.MOST_PIECES) {
            throw ProblemException.invalid(pointer, "must be 1 to " + Lines.MOST_PIECES + ", not " + quantity);
        }
        return quantity;
    }

    private static String currency(String code) {
        if (code == null) {
            throw ProblemException.invalid("#/currency", "is missing");
        }
        try {
            return Money.of(0, code).code();
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid("#/currency", "must be the ISO 4217 code of a currency");
        }
    }
}
