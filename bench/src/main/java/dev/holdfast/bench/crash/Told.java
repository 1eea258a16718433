package dev.holdfast.bench.crash;

import dev.holdfast.bench.crash.Door.Reply;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One checkout as its customer knows it: what was asked under one key, and what was told since. From several
/// threads when it was double-clicked.
final class Told {

    private static final int ACCEPTED = 202;

    private final Ledger ledger;
    private final String key;
    private final Map<String, Object> request;
    private final List<Basket> possible;
    private final Set<String> refusals;
    private String sagaId;
    private String orderId;
    private String status;
    private String refusal;
    private long acceptedNanos;
    private long endedNanos;

    /// @param possible what the order may consist of: more than one when the cart was changed at the same time
    /// @param refusals what it may be refused with, as problem slugs
    Told(Ledger ledger, String key, Map<String, Object> request, List<Basket> possible, Set<String> refusals) {
        this.ledger = ledger;
        this.key = key;
        this.request = request;
        this.possible = List.copyOf(possible);
        this.refusals = Set.copyOf(refusals);
    }

    String key() {
        return key;
    }

    Map<String, Object> request() {
        return request;
    }

    String cartId() {
        return (String) request.get("cart_id");
    }

    /// The contents that cost so much, or null.
    Basket basketAt(long cents) {
        return possible.stream()
                .filter(basket -> basket.cents() == cents)
                .findFirst()
                .orElse(null);
    }

    synchronized String sagaId() {
        return sagaId;
    }

    synchronized String orderId() {
        return orderId;
    }

    synchronized String status() {
        return status;
    }

    synchronized String refusal() {
        return refusal;
    }

    synchronized boolean accepted() {
        return sagaId != null;
    }

    synchronized boolean ended() {
        return ended(status);
    }

    synchronized boolean completed() {
        return "completed".equals(status);
    }

    /// Writes down an answer to this key, and whether it contradicts an earlier one: earlier is what was heard
    /// before the try was sent that is answered here. Two clicks at once may be heard in the other order than they
    /// were answered. A 202 says that the checkout was accepted, at any time, and nothing of how it stands: it is
    /// the first answer, sent again.
    synchronized void hear(Reply reply) {
        if (!reply.ok()) {
            refuse(reply);
            return;
        }
        var asked = (String) request.get("order_id");
        same(Rule.KEY, "saga", sagaId, reply.text("saga_id"));
        same(Rule.SAGA, "order", orderId == null ? asked : orderId, reply.text("order_id"));
        if (ended(reply.text("status"))) {
            same(Rule.OUTCOME, "outcome", ended() ? status : null, reply.text("status"));
            endedNanos = ended() ? endedNanos : System.nanoTime();
            status = reply.text("status");
        } else if (!ended()) {
            status = reply.text("status");
        } else if (reply.status() != ACCEPTED && endedNanos < reply.sentNanos()) {
            same(Rule.OUTCOME, "outcome", status, reply.text("status"));
        }
        acceptedNanos = accepted() ? acceptedNanos : System.nanoTime();
        sagaId = reply.text("saga_id");
        orderId = reply.text("order_id");
    }

    /// A refusal does not use a key up, so it may well be accepted later; never the other way round. It must have a
    /// reason that there can be: a shop that refuses everybody oversells nothing and is no shop.
    private void refuse(Reply reply) {
        ledger.look(
                Rule.REFUSED,
                reply.status() == 409 && refusals.contains(reply.problem()),
                orderId,
                this + " was refused with " + reply.status() + " " + reply.body());
        if (!accepted()) {
            refusal = reply.problem().isEmpty() ? "status " + reply.status() : reply.problem();
        } else if (acceptedNanos < reply.sentNanos()) {
            ledger.object(
                    reply.status() == 404 ? Rule.SAGA : Rule.KEY,
                    this + " was accepted, and then answered " + reply.status() + " " + reply.body(),
                    orderId);
        }
    }

    private void same(Rule rule, String what, String before, String now) {
        ledger.look(
                rule,
                before == null || before.equals(now),
                orderId,
                this + ": the " + what + " was told as " + before + " and then as " + now);
    }

    private static boolean ended(String status) {
        return "completed".equals(status) || "failed".equals(status);
    }

    @Override
    public synchronized String toString() {
        return "checkout " + key + " (saga " + sagaId + ", order " + orderId + ", " + status + ")";
    }
}
