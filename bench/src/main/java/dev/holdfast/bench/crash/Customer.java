package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.Door.Call;
import dev.holdfast.bench.crash.Door.Reply;
import dev.holdfast.bench.crash.Ledger.DirectHold;
import dev.holdfast.bench.crash.Ledger.DirectPayment;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/// One who shops, and shops again: in the ways that are known to go wrong. What is done follows from the random
/// source; only what comes back, and when, does not.
final class Customer {

    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Map<String, String> ADDRESS =
            Map.of("name", "Jane Doe", "address1", "1 Main St", "city", "Anytown", "zip", "90210", "country", "US");
    private static final String GOOD = "pm_card_visa";
    private static final String DECLINED = "pm_card_declined";

    /// Sold out, when no total was agreed on that would be ordered all the same.
    private static final Set<String> ALONE = Set.of("cart-changed");

    /// The other tab's checkout runs, or has become an order.
    private static final Set<String> CONTESTED = Set.of("cart-changed", "checkout-in-progress", "cart-already-ordered");

    /// Frozen for the checkout, or deleted with its order.
    private static final Set<String> TOO_LATE = Set.of("cart-frozen", "not-found");

    private final Door door;
    private final Ledger ledger;
    private final Shelf shelf;
    private final String name;
    private final Random random;
    private int errands;
    private int asks = 10;
    private Duration looksEvery = Duration.ZERO;

    /// @param name of its own in the campaign: ids and keys begin with it
    Customer(Door door, Ledger ledger, Shelf shelf, String name, Random random) {
        this.door = door;
        this.ledger = ledger;
        this.shelf = shelf;
        this.name = name;
        this.random = random;
    }

    /// Of those who do not hold a request open until their checkout has ended, but look again and again.
    void lookingEvery(Duration pause) {
        looksEvery = pause;
        asks = 0;
    }

    /// One errand, to its end.
    void shop() throws IOException, InterruptedException {
        var errand = name + "-" + ++errands;
        var drawn = random.nextInt(100);
        if (drawn < 40) {
            once(errand);
        } else if (drawn < 60) {
            doubleClick(errand);
        } else if (drawn < 72) {
            twoTabs(errand);
        } else if (drawn < 82) {
            changedMeanwhile(errand);
        } else if (drawn < 90) {
            declinedThenAgain(errand);
        } else if (drawn < 95) {
            hold(errand);
        } else {
            pay(errand);
        }
    }

    /// One cart, one order.
    void once(String errand) throws IOException, InterruptedException {
        var basket = cart(errand);
        order(checkout(errand, GOOD, List.of(basket)), waits());
    }

    private void doubleClick(String errand) throws IOException, InterruptedException {
        var basket = cart(errand);
        var checkout = checkout(errand, GOOD, List.of(basket));
        var first = waits();
        var second = waits();
        atOnce(() -> order(checkout, first), () -> order(checkout, second));
    }

    private void twoTabs(String errand) throws IOException, InterruptedException {
        var basket = cart(errand);
        var left = checkout(errand, errand + "-l", GOOD, List.of(basket), CONTESTED);
        var right = checkout(errand, errand + "-r", GOOD, List.of(basket), CONTESTED);
        atOnce(() -> order(left, 0), () -> order(right, 0));
    }

    private void changedMeanwhile(String errand) throws IOException, InterruptedException {
        var basket = cart(errand);
        var sku = shelf.usual(random);
        var quantity = 10 + random.nextInt(5);
        var pieces = new LinkedHashMap<>(basket.pieces());
        pieces.put(sku, quantity);
        var checkout = checkout(errand, GOOD, List.of(basket, Basket.of(pieces, shelf)));
        var change = Call.send("PUT", "/v1/carts/" + errand + "/items/" + sku, Map.of("quantity", quantity), null);
        atOnce(() -> order(checkout, 0), () -> accepted(door.send(change), TOO_LATE, checkout.cartId()));
    }

    private void declinedThenAgain(String errand) throws IOException, InterruptedException {
        var basket = cart(errand);
        var first = checkout(errand, errand + "-a", DECLINED, List.of(basket), ALONE);
        order(first, asks > 0 ? 5 : 0);
        ledger.look(Rule.MONEY, !first.completed(), first.orderId(), first + " was paid with a declined card");
        var again = checkout(errand, errand + "-b", GOOD, List.of(basket), ALONE);
        order(again, waits());
        var blocked = List.of("checkout-in-progress", "cart-already-ordered", "not-found", "cart-empty");
        ledger.look(
                Rule.GIVEN_BACK,
                !first.ended() || again.accepted() || !blocked.contains(again.refusal()),
                first.orderId(),
                again + " was refused with " + again.refusal() + " after " + first);
    }

    private void hold(String errand) throws IOException, InterruptedException {
        var sku = random.nextBoolean() ? shelf.hot(random) : shelf.usual(random);
        var quantity = 1 + random.nextInt(2);
        var body = Map.of("saga_id", errand, "items", List.of(Map.of("item_id", sku, "qty", quantity)));
        var takes = random.nextBoolean();
        var held = door.send(Call.send("POST", "/v1/inventory/hold", body, "hold-" + errand));
        if (!accepted(held, Set.of("out-of-stock"), errand)) {
            return;
        }
        var path = "/v1/inventory/" + (takes ? "commit" : "release");
        var reply = door.send(Call.send("POST", path, Map.of("reservation_id", errand), path + errand));
        ledger.look(Rule.DIRECT, reply.ok(), null, path + " of the hold " + errand + " was answered " + reply);
        ledger.add(new DirectHold(errand, sku, quantity, takes));
    }

    /// Money asked for at its own door: captured or not, given back or not.
    void pay(String errand) throws IOException, InterruptedException {
        long cents = 100 + random.nextInt(10_000);
        var amount = Map.of("amount", cents, "currency", Shelf.CURRENCY);
        var body = Map.of("order_id", "direct-" + errand, "amount", amount, "payment_method_ids", List.of(GOOD));
        var captures = random.nextInt(3) > 0;
        var refunds = captures && random.nextBoolean();
        var authorized = door.send(Call.send("POST", "/v1/payments/authorize", body, "pay-" + errand));
        if (!accepted(authorized, Set.of("payment-declined"), errand)) {
            ledger.add(new DirectPayment(null, "direct-" + errand, null, 0, 0));
            return;
        }
        var payment = authorized.text("payment_id");
        var last = operate(payment, captures ? "capture" : "void", null, errand);
        if (refunds) {
            last = operate(payment, "refund", Map.of("reason", "sent back"), errand);
        }
        ledger.look(Rule.DIRECT, last.ok(), null, "payment " + payment + " was answered " + last);
        ledger.add(new DirectPayment(
                payment,
                "direct-" + errand,
                captures ? (refunds ? "refunded" : "completed") : "voided",
                captures ? cents : 0,
                refunds ? cents : 0));
    }

    private Reply operate(String payment, String operation, Object body, String errand)
            throws IOException, InterruptedException {
        return door.send(Call.send("POST", "/v1/payments/" + payment + "/" + operation, body, operation + errand));
    }

    private boolean accepted(Reply reply, Set<String> refusals, String what) {
        ledger.look(
                Rule.REFUSED,
                reply.ok() || refusals.contains(reply.problem()),
                null,
                what + " was refused with " + reply.status() + " " + reply.body());
        return reply.ok();
    }

    private Basket cart(String cartId) throws IOException, InterruptedException {
        var basket = shelf.basket(random);
        var items = basket.pieces().entrySet().stream()
                .map(line -> Map.of("sku", line.getKey(), "quantity", line.getValue()))
                .toList();
        var body = Map.of("currency", Shelf.CURRENCY, "items", items);
        var reply = door.send(Call.send("PUT", "/v1/carts/" + cartId, body, null));
        ledger.look(Rule.ANSWERS, reply.ok(), null, "cart " + cartId + " was answered " + reply);
        return basket;
    }

    /// Of a cart that nobody else orders.
    private Told checkout(String errand, String card, List<Basket> possible) {
        return checkout(errand, errand, card, possible, ALONE);
    }

    /// @param possible what may be ordered; only when that is certain can a total be agreed on beforehand
    private Told checkout(String cartId, String key, String card, List<Basket> possible, Set<String> refusals) {
        var request = new LinkedHashMap<String, Object>();
        request.put("cart_id", cartId);
        if (random.nextInt(5) > 0) {
            request.put("order_id", "o-" + key);
        }
        request.put("payment_method_id", card);
        request.put("shipping_address", ADDRESS);
        if (possible.size() == 1 && random.nextInt(10) < 7) {
            var cents = possible.getFirst().cents();
            request.put("expected_total", Map.of("amount", cents, "currency", Shelf.CURRENCY));
        }
        var checkout = new Told(ledger, key, request, possible, refusals);
        ledger.open(checkout);
        return checkout;
    }

    private Object order(Told checkout, int waitSeconds) throws IOException, InterruptedException {
        var call = Call.send("POST", "/v1/checkout", checkout.request(), checkout.key());
        checkout.hear(door.send(call.waiting(waitSeconds)));
        var giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (checkout.accepted() && !checkout.ended()) {
            if (System.nanoTime() > giveUp) {
                throw new IOException(checkout + " did not end within " + PATIENCE);
            }
            Thread.sleep(looksEvery);
            checkout.hear(
                    door.send(Call.get("/v1/checkout/" + checkout.sagaId()).waiting(asks)));
        }
        return checkout;
    }

    private int waits() {
        return random.nextInt(3) == 0 && asks > 0 ? 5 : 0;
    }

    private static void atOnce(Callable<Object> left, Callable<Object> right) throws IOException, InterruptedException {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var result : threads.invokeAll(List.of(left, right))) {
                result.get();
            }
        } catch (ExecutionException e) {
            throw new IOException(e.getCause().getMessage(), e.getCause());
        }
    }
}
