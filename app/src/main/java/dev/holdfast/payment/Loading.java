package dev.holdfast.payment;

import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.Chase;
import dev.holdfast.payment.PaymentCommand.Open;
import dev.holdfast.payment.PaymentCommand.Settle;
import dev.holdfast.payment.PaymentCommand.Undo;
import dev.holdfast.payment.PaymentCommand.Withdraw;
import dev.holdfast.platform.Optimism;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/// Gets the accounts that one batch is about: remembered, claimed, or locked and read.
final class Loading {

    private final Connection db;
    private final String source;
    private final Optimism optimism;
    private final Map<String, OrderAccount> accounts = new LinkedHashMap<>();
    private Map<String, String> elsewhere = Map.of();
    private PaymentTable.Begun begun;

    private boolean hopeful;

    /// @param source of the events
    Loading(Connection db, String source, Optimism optimism) {
        this.db = db;
        this.source = source;
        this.optimism = optimism;
    }

    /// Keys of these commands that belong to other orders, and to which.
    Map<String, String> elsewhere() {
        return elsewhere;
    }

    /// Whether this run of the batch takes everything for new.
    boolean isHopeful() {
        return hopeful;
    }

    /// Of the rows this transaction writes.
    long version() throws SQLException {
        return begun().version();
    }

    private PaymentTable.Begun begun() throws SQLException {
        if (begun == null) {
            begun = PaymentTable.begin(db);
        }
        return begun;
    }

    Map<String, OrderAccount> accounts(List<PaymentCommand> commands, RecentOrders recent) throws SQLException {
        var several = new LinkedHashSet<String>();
        for (var command : commands) {
            var orderId = command.orderId();
            if (accounts.putIfAbsent(orderId, new OrderAccount(orderId, source)) != null) {
                several.add(orderId);
            }
        }
        var read = new ArrayList<PaymentCommand>();
        for (var command : commands) {
            var known = recent.take(db, command);
            if (known == null || several.contains(command.orderId())) {
                read.add(command);
            } else {
                accounts.get(command.orderId()).recall(known, begun().now());
            }
        }
        claim(read);
        elsewhere = PaymentTable.ordersOf(db, unknownKeys(read));
        loadOperations(read);
        return accounts;
    }

    /// Everything that may open an order is offered, in the order it came: of what is in time the first takes the
    /// place, the rest is decided against it. So one that comes too late never hides the one behind it.
    private void claim(List<PaymentCommand> commands) throws SQLException {
        var claims = new ArrayList<PaymentTable.Fresh>();
        var others = new LinkedHashSet<String>();
        for (var command : commands) {
            others.add(command.orderId());
            switch (command) {
                case Begin begin ->
                    claims.add(new PaymentTable.Fresh(
                            Authorizing.root(begin), begin.request().notAfter()));
                case Undo undo ->
                    claims.add(new PaymentTable.Fresh(
                            OrderAccount.tombstone(undo.orderId(), undo.authorizeKey(), null), null));
                case Answer _, Chase _, Open _, Settle _, Withdraw _ -> {}
            }
        }
        claims.sort(Comparator.comparing(fresh -> fresh.row().orderId()));
        hopeful = optimism.isJustified(isEachOfItsOwn(claims));
        for (var read : entered(claims)) {
            accounts.get(read.row().orderId()).load(read, true);
            others.remove(read.row().orderId());
            begun = new PaymentTable.Begun(read.version(), read.now());
        }
        for (var read : PaymentTable.lock(db, others)) {
            accounts.get(read.row().orderId()).load(read, false);
        }
    }

    private List<PaymentTable.Read> entered(List<PaymentTable.Fresh> claims) throws SQLException {
        try {
            return PaymentTable.claim(db, claims, hopeful);
        } catch (SQLException e) {
            throw optimism.after(e);
        }
    }

    private static boolean isEachOfItsOwn(List<PaymentTable.Fresh> claims) {
        return claims.stream().noneMatch(fresh -> fresh.row().tombstone())
                && Optimism.distinct(
                        claims.stream().map(fresh -> fresh.row().orderId()).toList())
                && Optimism.distinct(claims.stream()
                        .map(fresh -> fresh.row().attempt().key())
                        .toList());
    }

    /// Keys that their order does not know: if they exist all the same, they are another order's.
    private Set<String> unknownKeys(List<PaymentCommand> commands) {
        var unknown = new LinkedHashSet<String>();
        for (var command : commands) {
            var key = switch (command) {
                case Begin begin -> begin.request().key();
                case Undo undo -> undo.authorizeKey();
                case Answer _, Chase _, Open _, Settle _, Withdraw _ -> null;
            };
            if (key != null && accounts.get(command.orderId()).root(key).isEmpty()) {
                unknown.add(PaymentKeys.ofAttempt(key, 1));
            }
        }
        return unknown;
    }

    /// By key for what opens one, by id for what settles one, and all of a payment's where money may have to go
    /// back.
    private void loadOperations(List<PaymentCommand> commands) throws SQLException {
        var keys = new HashMap<String, String>();
        var ids = new HashMap<String, String>();
        var chased = new LinkedHashSet<String>();
        for (var command : commands) {
            switch (command) {
                case Open open -> keys.put(open.key(), open.orderId());
                case Settle settle -> ids.put(settle.operationId(), settle.orderId());
                case Withdraw withdraw -> ids.put(withdraw.operationId(), withdraw.orderId());
                case Undo undo -> chased.addAll(paymentsOf(accounts.get(undo.orderId()), _ -> true));
                case Chase chase -> chased.addAll(paymentsOf(accounts.get(chase.orderId()), _ -> true));
                case Begin _, Answer _ -> {}
            }
        }
        for (var account : accounts.values()) {
            chased.addAll(paymentsOf(account, Payment::undone));
        }
        for (var operation : OperationTable.byPayment(db, chased)) {
            accounts.get(operation.orderId()).load(operation);
        }
        for (var operation : OperationTable.byId(db, ids.keySet())) {
            accounts.get(ids.get(operation.operationId())).load(operation);
        }
        for (var operation : OperationTable.byKey(db, keys.keySet())) {
            accounts.get(keys.get(operation.key())).load(operation);
        }
    }

    private static List<String> paymentsOf(OrderAccount account, Predicate<Payment> wanted) {
        return account.payments().stream()
                .filter(row -> wanted.test(row) && row.standing().providerId() != null)
                .map(Payment::paymentId)
                .toList();
    }
}
