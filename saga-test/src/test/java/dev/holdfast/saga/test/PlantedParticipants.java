package dev.holdfast.saga.test;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/// Participants with one fault each.
final class PlantedParticipants {

    private PlantedParticipants() {}

    /// An undo forgets the key, so a call that arrives later has its effect.
    static final class StockWithoutTombstones extends ModelStock {

        StockWithoutTombstones(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        Outcome release(StepCall call) {
            super.release(call);
            holds.remove(call.sagaId());
            return Outcome.Done.done();
        }
    }

    /// Takes the piece in one transaction and records for whom in the next.
    static final class StockThatTakesBeforeItClaims extends ModelStock {

        StockThatTakesBeforeItClaims(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        Outcome hold(StepCall call) {
            if (stateOf(call.sagaId()) == null && circumstances.happens("inventory dies between its two writes")) {
                available--;
                return new Outcome.Unclear("no answer");
            }
            return super.hold(call);
        }
    }

    /// Holds a piece per call, not per key.
    static final class StockThatHoldsPerCall extends ModelStock {

        private int calls;

        StockThatHoldsPerCall(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        Outcome hold(StepCall call) {
            var outcome = super.hold(call);
            if (outcome instanceof Outcome.Done && calls++ > 0) {
                available--;
                holds.put(call.sagaId() + "-" + calls, State.HELD);
            }
            return outcome;
        }
    }

    /// A decline leaves no row: the same call, asked again when the card is good, is answered otherwise.
    static final class PaymentThatForgetsItsDeclines extends ModelPayment {

        PaymentThatForgetsItsDeclines(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        Outcome ask(String key) {
            if (!declines || charges.containsKey(key)) {
                return super.ask(key);
            }
            declines = false;
            payments.remove(key);
            return answer(State.DECLINED);
        }
    }

    /// The sweeper looks at the deadline only, which a pinned hold still has.
    static final class StockWhosePinsExpire extends ModelStock {

        StockWhosePinsExpire(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        boolean lapsed(String saga, State state) {
            return super.lapsed(saga, state == State.PINNED ? State.HELD : state);
        }
    }

    /// Acts on a call however late it comes, and keeps its tombstones for half an hour.
    static final class StockThatForgetsItsTombstones extends ModelStock {

        StockThatForgetsItsTombstones(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        Outcome hold(StepCall call) {
            var started = call.notAfter().plus(Duration.ofMinutes(30));
            if (circumstances.clock().instant().isAfter(started)) {
                holds.remove(call.sagaId(), State.RELEASED);
            }
            return super.hold(new StepCall(
                    call.sagaId(),
                    call.step(),
                    call.key(),
                    call.doKey(),
                    call.attempt(),
                    call.generation(),
                    StepCall.ANY_TIME,
                    call.facts(),
                    call.signals(),
                    call.repeated()));
        }
    }

    /// An undo that finds a provider's answer missing takes it for a no.
    static final class PaymentThatTakesNoAnswerForNo extends ModelPayment {

        PaymentThatTakesNoAnswerForNo(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        Outcome undo(StepCall call) {
            if (payments.get(call.doKey()) == State.PENDING) {
                payments.put(call.doKey(), State.UNDONE);
                return Outcome.Done.done();
            }
            return super.undo(call);
        }
    }

    /// Refuses a call that comes too late, and keeps no record of it: an earlier one may still arrive in time.
    static final class PaymentThatForgetsWhatWasLate extends ModelPayment {

        PaymentThatForgetsWhatWasLate(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        Outcome tooLate(StepCall call) {
            return new Outcome.Refused("too-late", "its time is over");
        }
    }

    /// Every undo gives the money back once more.
    static final class PaymentThatRefundsTwice extends ModelPayment {

        PaymentThatRefundsTwice(Circumstances circumstances) {
            super(circumstances);
        }

        @Override
        Outcome authorize(StepCall call) {
            var outcome = super.authorize(call);
            var charge = charges.get(call.key());
            if (charge != null && payments.get(call.key()) == State.AUTHORIZED) {
                charge.captured = PRICE;
            }
            return outcome;
        }

        @Override
        Outcome undo(StepCall call) {
            payments.put(call.doKey(), State.UNDONE);
            var charge = charges.get(call.doKey());
            if (charge != null) {
                charge.refunded += charge.captured;
                charge.released = true;
            }
            return Outcome.Done.done();
        }
    }

    /// The customer's cancellation goes straight to stock and payment, whether or not the money is being taken.
    static final class ShopThatCancelsWithoutAsking extends ModelShop {

        private final Set<String> cancelled = new HashSet<>();

        ShopThatCancelsWithoutAsking(Circumstances circumstances) {
            super(circumstances);
        }

        void cancel() {
            if (cancelled.add("saga-1") && stock.holds.get("saga-1") == ModelStock.State.PINNED) {
                stock.holds.put("saga-1", ModelStock.State.RELEASED);
                stock.available++;
            }
        }
    }
}
