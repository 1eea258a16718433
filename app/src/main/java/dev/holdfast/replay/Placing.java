package dev.holdfast.replay;

import dev.holdfast.replay.ShopClient.Reply;
import dev.holdfast.replay.Tally.Outcome;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// One invoice becomes one order, however often it is tried: cart, checkout, order id and key are all made of its
/// number.
///
/// In a shop that an earlier run may have been to, the checkout is asked for before its cart is filled. A checkout
/// that was accepted answers as it ended, from its key, and nothing is written; one that was not finds no cart,
/// which uses no key up, and is placed. Once so many were unknown in a row that no earlier run can have been
/// farther, carts come first again: one request less for each order. Both ways are right for every invoice; only
/// the count of what was known before depends on asking. (A cart that an earlier run filled and did not live to
/// check out is checked out by the question, and counted as that run's.)
///
/// A key answers for some days only. After that the order's id, which is given once, keeps an invoice from being
/// placed twice: the checkout is refused, and what became of the first one is read from the order.
final class Placing {

    private static final String CURRENCY = "GBP";

    /// Refusals that say there was a checkout of this invoice before.
    private static final Set<String> PLACED = Set.of("cart-already-ordered", "order-id-taken");

    private static final Set<String> SOLD = Set.of("confirmed", "shipped", "delivered");

    private final ShopClient shop;
    private final int enough;
    private final AtomicInteger unknownInARow = new AtomicInteger();

    /// @param askingFirst how many unknown checkouts in a row end the asking; 0: nobody was here before
    Placing(ShopClient shop, int askingFirst) {
        this.shop = shop;
        this.enough = askingFirst;
    }

    /// @throws IOException when the shop does not answer
    Outcome place(Invoice invoice) throws IOException, InterruptedException {
        var refusal = Limits.refusal(invoice.lines());
        if (refusal != null) {
            return new Outcome(refusal, false);
        }
        if (unknownInARow.get() < enough) {
            var reply = checkOut(invoice);
            if (!reply.problem().equals("not-found")) {
                unknownInARow.set(0);
                return outcome(invoice, reply, true);
            }
            unknownInARow.incrementAndGet();
        }
        var filled = shop.send("PUT", "/v1/carts/" + Paths.segment(invoice.cartId()), cartOf(invoice), null);
        // A cart in another state than open belongs to a checkout of this invoice that was accepted: it answers.
        if (!filled.ok() && !filled.problem().startsWith("cart-")) {
            return new Outcome("cart " + reasonOf(filled), false);
        }
        return outcome(invoice, checkOut(invoice), false);
    }

    private Reply checkOut(Invoice invoice) throws IOException, InterruptedException {
        var reply = shop.send("POST", "/v1/checkout", checkoutOf(invoice), "replay-" + invoice.number());
        while (reply.ok() && reply.text("status").equals("processing")) {
            reply = shop.send("GET", "/v1/checkout/" + Paths.segment(reply.text("saga_id")), null, null);
        }
        return reply;
    }

    private Outcome outcome(Invoice invoice, Reply reply, boolean before) throws IOException, InterruptedException {
        if (PLACED.contains(reply.problem())) {
            var order = shop.send("GET", "/v1/orders/" + Paths.segment(invoice.orderId()), null, null);
            return new Outcome(SOLD.contains(order.text("status")) ? null : reasonOf(reply), true);
        }
        if (!reply.ok()) {
            return new Outcome(reasonOf(reply), before);
        }
        return reply.text("status").equals("completed")
                ? new Outcome(null, before)
                : new Outcome(reply.body().path("failure").path("code").asString("unknown"), before);
    }

    private static Map<String, Object> cartOf(Invoice invoice) {
        var items = new ArrayList<Map<String, Object>>();
        for (var line : invoice.lines()) {
            items.add(Map.of(
                    "sku", line.product(),
                    "quantity", line.quantity(),
                    "unit_price", Map.of("amount", line.pence(), "currency", CURRENCY)));
        }
        var cart = new LinkedHashMap<String, Object>();
        if (invoice.userId() != null) {
            cart.put("user_id", invoice.userId());
        }
        cart.put("currency", CURRENCY);
        cart.put("items", items);
        return cart;
    }

    private static Map<String, Object> checkoutOf(Invoice invoice) {
        var checkout = new LinkedHashMap<String, Object>();
        checkout.put("order_id", invoice.orderId());
        checkout.put("cart_id", invoice.cartId());
        if (invoice.userId() == null) {
            checkout.put("shipping_address", Opening.addressIn(invoice.country(), "Guest"));
        } else {
            checkout.put("user_id", invoice.userId());
        }
        checkout.put("payment_method_id", "pm_card_" + (invoice.customerId() == null ? "guest" : invoice.customerId()));
        checkout.put("expected_total", Map.of("amount", total(invoice.lines()), "currency", CURRENCY));
        return checkout;
    }

    private static long total(List<RetailRow> lines) {
        return lines.stream()
                .mapToLong(line -> Math.multiplyExact(line.pence(), (long) line.quantity()))
                .reduce(0, Math::addExact);
    }

    private static String reasonOf(Reply reply) {
        return reply.problem().isEmpty() ? "status " + reply.status() : reply.problem();
    }
}
