package dev.holdfast.saga.test;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Ten pieces of one thing, and who holds them. Keeps all of a participant's promises. Its methods are open so that
/// a test can break one of them.
class ModelStock {

    static final int PIECES = 10;
    static final Duration HELD_FOR = Duration.ofMinutes(10);

    enum State {
        HELD,
        PINNED,
        SOLD,
        RELEASED,
        LAPSED,
        REFUSED
    }

    final Circumstances circumstances;
    final Map<String, State> holds = new LinkedHashMap<>();
    final Map<String, Instant> deadlines = new LinkedHashMap<>();
    int available = PIECES;
    /// Bought by others.
    int elsewhere;

    ModelStock(Circumstances circumstances) {
        this.circumstances = circumstances;
    }

    Outcome hold(StepCall call) {
        var state = stateOf(call.sagaId());
        if (state != null) {
            return answer(state);
        }
        if (available == 0 || tooLate(call)) {
            holds.put(call.sagaId(), State.REFUSED);
            return answer(State.REFUSED);
        }
        holds.put(call.sagaId(), State.HELD);
        deadlines.put(call.sagaId(), circumstances.clock().instant().plus(HELD_FOR));
        available--;
        return Outcome.Done.done();
    }

    Outcome release(StepCall call) {
        var state = stateOf(call.sagaId());
        if (state == State.HELD || state == State.PINNED) {
            available++;
        }
        holds.put(call.sagaId(), State.RELEASED);
        return Outcome.Done.done();
    }

    Outcome pin(StepCall call) {
        var state = stateOf(call.sagaId());
        if (state == State.HELD) {
            holds.put(call.sagaId(), State.PINNED);
            return Outcome.Done.done();
        }
        return state == null ? new Outcome.Refused("not-held", "nothing is held") : answer(state);
    }

    Outcome commit(StepCall call) {
        var state = stateOf(call.sagaId());
        if (state == State.PINNED) {
            holds.put(call.sagaId(), State.SOLD);
            return Outcome.Done.done();
        }
        return state == State.SOLD ? Outcome.Done.done() : new Outcome.Refused("not-pinned", "it is " + state);
    }

    /// Others buy all there is.
    void sellOut() {
        elsewhere += available;
        available = 0;
    }

    /// What lapsed is available again.
    void sweep() {
        holds.replaceAll((saga, state) -> lapsed(saga, state) ? lapse() : state);
    }

    boolean lapsed(String saga, State state) {
        return state == State.HELD
                && circumstances.clock().instant().isAfter(deadlines.getOrDefault(saga, Instant.MAX));
    }

    final State lapse() {
        available++;
        return State.LAPSED;
    }

    /// Refused on record: an earlier call under the key, whose time is not over, may still be on its way.
    final boolean tooLate(StepCall call) {
        return circumstances.clock().instant().isAfter(call.notAfter());
    }

    /// Looked at, a hold whose time is over has lapsed, swept or not.
    State stateOf(String saga) {
        sweep();
        return holds.get(saga);
    }

    Outcome answer(State state) {
        return switch (state) {
            case HELD, PINNED, SOLD -> Outcome.Done.done();
            case RELEASED -> new Outcome.Refused("released", "it was released before");
            case LAPSED -> new Outcome.Refused("reservation-lapsed", "its time is over");
            case REFUSED -> new Outcome.Refused("out-of-stock", "nothing is left");
        };
    }

    long count(State state) {
        return holds.values().stream().filter(state::equals).count();
    }
}
