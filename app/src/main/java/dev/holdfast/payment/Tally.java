package dev.holdfast.payment;

import dev.holdfast.payment.PaymentBooks.Check;
import java.util.ArrayList;
import java.util.List;

/// Counts what breaks an invariant and keeps some examples.
final class Tally {

    private static final int EXAMPLES = 10;

    private final String invariant;
    private final List<String> examples = new ArrayList<>();
    private long looked;
    private long broken;

    Tally(String invariant) {
        this.invariant = invariant;
    }

    void look(String id, boolean isBroken) {
        looked++;
        if (isBroken) {
            broken++;
            if (examples.size() < EXAMPLES) {
                examples.add(id);
            }
        }
    }

    Check check() {
        return new Check(invariant, looked, broken, List.copyOf(examples));
    }
}
