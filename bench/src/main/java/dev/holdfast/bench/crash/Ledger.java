package dev.holdfast.bench.crash;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/// Everything customers were told since the data folder was new, and every promise found broken.
final class Ledger {

    private static final int MOST_FINDINGS = 200;

    private final Queue<Told> checkouts = new ConcurrentLinkedQueue<>();
    private final Queue<DirectHold> holds = new ConcurrentLinkedQueue<>();
    private final Queue<DirectPayment> payments = new ConcurrentLinkedQueue<>();
    private final Queue<Finding> findings = new ConcurrentLinkedQueue<>();
    private final Map<Rule, LongAdder> checked = new EnumMap<>(Rule.class);

    Ledger() {
        for (var rule : Rule.values()) {
            checked.put(rule, new LongAdder());
        }
    }

    /// @param taken whether it was committed; otherwise it was released
    record DirectHold(String reservationId, String sku, int quantity, boolean taken) {}

    /// @param paymentId null when it was refused: then its order has no money
    /// @param status as it was told last, null when it was refused
    record DirectPayment(String paymentId, String orderId, String status, long capturedCents, long refundedCents) {}

    /// To be called before the request is sent for the first time.
    void open(Told checkout) {
        checkouts.add(checkout);
    }

    void add(DirectHold hold) {
        holds.add(hold);
    }

    void add(DirectPayment payment) {
        payments.add(payment);
    }

    void object(Rule rule, String what) {
        object(rule, what, null);
    }

    /// @param orderId whose saga log is wanted with the finding, or null
    void object(Rule rule, String what, String orderId) {
        if (findings.size() < MOST_FINDINGS) {
            findings.add(new Finding(rule.words(), what, orderId));
        }
    }

    /// Counts one look at a rule, and objects when it does not hold.
    void look(Rule rule, boolean holds, String orderId, String what) {
        checked.get(rule).increment();
        if (!holds) {
            object(rule, what, orderId);
        }
    }

    void looked(Rule rule, long times) {
        checked.get(rule).add(times);
    }

    long checked(Rule rule) {
        return checked.get(rule).sum();
    }

    List<Finding> findings() {
        return new ArrayList<>(findings);
    }

    List<Told> checkouts() {
        return new ArrayList<>(checkouts);
    }

    List<DirectHold> holds() {
        return new ArrayList<>(holds);
    }

    List<DirectPayment> payments() {
        return new ArrayList<>(payments);
    }
}
