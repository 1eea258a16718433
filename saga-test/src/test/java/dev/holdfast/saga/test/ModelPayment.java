package dev.holdfast.saga.test;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.util.LinkedHashMap;
import java.util.Map;

/// Money: a service with a table of its own in front of a provider with books of its own. Its intent is on record
/// before the provider is called, the answer after.
class ModelPayment {

    static final int PRICE = 100;

    enum State {
        PENDING,
        AUTHORIZED,
        CAPTURED,
        DECLINED,
        UNDONE
    }

    /// One authorization in the provider's books, under the key it was asked with.
    static final class Charge {
        int captured;
        int refunded;
        boolean released;

        boolean live() {
            return !released && captured == 0;
        }
    }

    final Circumstances circumstances;
    final Map<String, State> payments = new LinkedHashMap<>();
    final Map<String, Charge> charges = new LinkedHashMap<>();
    boolean declines;

    ModelPayment(Circumstances circumstances) {
        this.circumstances = circumstances;
    }

    Outcome authorize(StepCall call) {
        var state = payments.get(call.key());
        if (state == null) {
            if (circumstances.clock().instant().isAfter(call.notAfter())) {
                return tooLate(call);
            }
            payments.put(call.key(), State.PENDING);
        }
        return state == null || state == State.PENDING ? ask(call.key()) : answer(state);
    }

    /// On record: an earlier call under the key, whose time is not over, may still be on its way.
    Outcome tooLate(StepCall call) {
        payments.put(call.key(), State.UNDONE);
        return new Outcome.Refused("too-late", "its time is over");
    }

    /// Under the provider's key, so that asking again finds out.
    Outcome ask(String key) {
        if (declines && !charges.containsKey(key)) {
            payments.put(key, State.DECLINED);
            return answer(State.DECLINED);
        }
        charges.computeIfAbsent(key, _ -> new Charge());
        if (circumstances.happens("the provider's reply is lost")) {
            return new Outcome.Unclear("the provider does not answer");
        }
        payments.put(key, State.AUTHORIZED);
        return answer(State.AUTHORIZED);
    }

    Outcome capture(StepCall call) {
        var key = authorizing(call);
        if (payments.get(key) == State.AUTHORIZED) {
            charges.get(key).captured = PRICE;
            payments.put(key, State.CAPTURED);
        }
        return payments.get(key) == State.CAPTURED
                ? Outcome.Done.done()
                : new Outcome.Refused("not-authorized", "nothing to capture");
    }

    /// Finds out about an open call first: the provider is asked whether it knows the key.
    Outcome undo(StepCall call) {
        var state = payments.put(call.doKey(), State.UNDONE);
        if (state != State.UNDONE) {
            giveBack(charges.get(call.doKey()));
        }
        return Outcome.Done.done();
    }

    final void giveBack(Charge charge) {
        if (charge != null) {
            charge.refunded = charge.captured;
            charge.released = true;
        }
    }

    static String authorizing(StepCall call) {
        return call.sagaId() + ":authorize";
    }

    Outcome answer(State state) {
        return switch (state) {
            case AUTHORIZED, CAPTURED -> Outcome.Done.done();
            case DECLINED -> new Outcome.Refused("declined", "the card is declined");
            case UNDONE -> new Outcome.Refused("undone", "it was undone before");
            case PENDING -> throw new IllegalStateException("nobody knows yet");
        };
    }
}
