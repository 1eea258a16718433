package dev.holdfast.payment;

import dev.holdfast.payment.Payment.Attempt;
import dev.holdfast.payment.Payment.Standing;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Money;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All payment rows of one order, locked, as the commands of one batch find and leave them. Commands are decided
/// against it one after the other; what they changed is written once at the end. Used by one thread.
final class OrderAccount {

    private final String orderId;
    private final String source;
    private final List<Payment> payments = new ArrayList<>();

    /// The rows as the database has them, in the order of `payments`; those to be inserted are not among them.
    private final List<PaymentTable.Read> found = new ArrayList<>();

    private final Map<String, Operation> operations = new LinkedHashMap<>();
    private final Set<Integer> appended = new LinkedHashSet<>();
    private final Set<Integer> changed = new LinkedHashSet<>();
    private final Set<String> appendedOperations = new LinkedHashSet<>();
    private final Set<String> changedOperations = new LinkedHashSet<>();
    private final Set<String> removedOperations = new LinkedHashSet<>();
    private final List<Event> events = new ArrayList<>();
    private String claimed;
    private Instant now;
    private String traceparent;

    /// All operations of this order are known, not only those that were asked for.
    private boolean complete;

    /// Nothing was read or locked for it: true only if the rows it changes have not been changed by others since.
    private boolean remembered;

    /// @param source of the events
    OrderAccount(String orderId, String source) {
        this.orderId = orderId;
        this.source = source;
    }

    /// @param inserted by this very batch, just now
    void load(PaymentTable.Read read, boolean inserted) {
        payments.add(read.row());
        found.add(read);
        now = read.now();
        // Operations begin with a yes of the provider.
        complete = payments.size() == 1 && read.row().standing().providerId() == null;
        claimed = inserted ? read.row().paymentId() : claimed;
    }

    String orderId() {
        return orderId;
    }

    /// Goes on from what this lane wrote last.
    void recall(RecentOrders.Known recent, Instant now) {
        load(new PaymentTable.Read(recent.payment(), recent.version(), now), false);
        if (recent.operation() != null) {
            load(recent.operation());
        }
        complete = true;
        remembered = true;
    }

    /// What the next command of this order can go on from, once this is committed; null for nothing.
    RecentOrders.Known toRemember(Loading transaction) throws SQLException {
        boolean simple = complete && payments.size() == 1 && operations.size() <= 1 && removedOperations.isEmpty();
        if (simple && !payments.getFirst().undone() && payments.getFirst().goesOn()) {
            var operation =
                    operations.isEmpty() ? null : operations.values().iterator().next();
            long version = changed.isEmpty() ? found.getFirst().version() : transaction.version();
            return new RecentOrders.Known(payments.getFirst(), version, operation);
        }
        return null;
    }

    /// Whether what was decided rests on nothing but memory: then it is no answer.
    boolean isUnproven() {
        return remembered && !isChanged();
    }

    void load(Operation operation) {
        operations.putIfAbsent(operation.operationId(), operation);
    }

    /// The time of the database, which is the only clock that deadlines are held against.
    Instant now() {
        return now;
    }

    /// Events told from here on belong to this trace; null: to none.
    void inTrace(String traceparent) {
        this.traceparent = traceparent;
    }

    List<Payment> payments() {
        return List.copyOf(payments);
    }

    Optional<Payment> payment(String paymentId) {
        return payments.stream()
                .filter(row -> row.paymentId().equals(paymentId))
                .findFirst();
    }

    /// The first row of an authorization, which is its guard.
    Optional<Payment> root(String authorizationKey) {
        return payments.stream()
                .filter(row -> row.attempt().authorizationKey().equals(authorizationKey)
                        && row.attempt().number() == 1)
                .findFirst();
    }

    /// The last row of an authorization, which answers for it: a row is opened only when the one before said no.
    Payment latest(String authorizationKey) {
        return payments.stream()
                .filter(row -> row.attempt().authorizationKey().equals(authorizationKey))
                .reduce((earlier, later) -> later)
                .orElseThrow();
    }

    /// Whether this batch inserted the row and nobody was told so yet: true once.
    boolean takeClaimed(Payment row) {
        boolean mine = row.paymentId().equals(claimed);
        claimed = null;
        return mine;
    }

    void put(Payment row) {
        payments.set(row.ordinal() - 1, row);
        changed.add(row.ordinal());
    }

    Payment append(Payment draft) {
        int ordinal = payments.size() + 1;
        var row = new Payment(
                draft.paymentId(),
                orderId,
                ordinal,
                draft.attempt(),
                draft.requestHash(),
                draft.amount(),
                draft.takesAtOnce(),
                draft.sums(),
                draft.standing(),
                now);
        payments.add(row);
        appended.add(ordinal);
        return row;
    }

    Optional<Operation> operationByKey(String key) {
        return operations.values().stream()
                .filter(operation -> operation.key().equals(key))
                .findFirst();
    }

    /// @return null when there is none: its intent was taken back
    Operation operation(String operationId) {
        return operations.get(operationId);
    }

    List<Operation> operationsOf(Payment payment) {
        return operations.values().stream()
                .filter(operation -> operation.paymentId().equals(payment.paymentId()))
                .toList();
    }

    void put(Operation operation) {
        operations.put(operation.operationId(), operation);
        changedOperations.add(operation.operationId());
    }

    void append(Operation operation) {
        operations.put(operation.operationId(), operation);
        appendedOperations.add(operation.operationId());
    }

    void remove(Operation operation) {
        operations.remove(operation.operationId());
        changedOperations.remove(operation.operationId());
        removedOperations.add(operation.operationId());
    }

    /// Tells of a change. The number is counted on the order's first row, under its lock.
    void tell(String type, Payment payment, long minor, String declineCode) {
        var guard = payments.getFirst();
        long sequence = guard.standing().eventSeq() + 1;
        put(guard.counting(guard.standing().undoCount(), guard.standing().asked(), sequence));
        var amount = payment.money(minor);
        var told = new Told(
                type,
                orderId,
                payment.paymentId(),
                amount.decimal(),
                amount.code(),
                payment.attempt().provider(),
                declineCode,
                now);
        events.add(new Event(
                Ids.next("evt_"), type, source, orderId, orderId, sequence, traceparent, now, Json.write(told)));
    }

    List<Payment> appended() {
        return appended.stream().map(ordinal -> payments.get(ordinal - 1)).toList();
    }

    boolean isChanged() {
        return !changed.isEmpty();
    }

    /// A row that was appended is inserted first, and then changed like the others.
    List<PaymentChange> changed(Loading transaction) throws SQLException {
        var changes = new ArrayList<PaymentChange>(changed.size());
        for (int ordinal : changed) {
            var before = ordinal <= found.size()
                    ? found.get(ordinal - 1)
                    : new PaymentTable.Read(null, transaction.version(), now);
            changes.add(new PaymentChange(before, payments.get(ordinal - 1)));
        }
        return changes;
    }

    List<Operation> appendedOperations() {
        return appendedOperations.stream().map(operations::get).toList();
    }

    List<Operation> changedOperations() {
        return changedOperations.stream().map(operations::get).toList();
    }

    List<String> removedOperations() {
        return List.copyOf(removedOperations);
    }

    List<Event> events() {
        return events;
    }

    /// A row nobody has asked a provider about yet; [#append] gives it its place.
    static Payment draft(String orderId, Attempt attempt, String hash, Money amount, boolean takesAtOnce) {
        return new Payment(
                Ids.next("pay_"),
                orderId,
                1,
                attempt,
                hash,
                amount,
                takesAtOnce,
                Sums.untouched(amount.amount()),
                new Standing(PaymentStatus.PENDING, null, null, null, 0, 1, 0, null),
                null);
    }

    /// The trace of an undo that came before its authorization, which it will refuse.
    static Payment tombstone(String orderId, String authorizationKey, Instant at) {
        var key = PaymentKeys.ofAttempt(authorizationKey, 1);
        return new Payment(
                Ids.next("pay_"),
                orderId,
                1,
                new Attempt(key, authorizationKey, 1, 1, 1, null, null),
                null,
                null,
                false,
                Sums.untouched(0),
                new Standing(PaymentStatus.VOIDED, null, null, at, 0, 1, 0, null),
                null);
    }

    private record Told(
            String eventType,
            String orderId,
            String paymentId,
            BigDecimal amount,
            String currency,
            String provider,
            String declineCode,
            Instant timestamp) {}
}
