package dev.holdfast.payment;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.Asked;
import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.Chase;
import dev.holdfast.payment.PaymentCommand.Open;
import dev.holdfast.payment.PaymentCommand.Settle;
import dev.holdfast.payment.PaymentCommand.Undo;
import dev.holdfast.payment.PaymentCommand.Withdraw;
import dev.holdfast.platform.Outbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Decides any number of commands in one transaction: claim the orders that are new, lock and load the others,
/// decide each command in the order it came, write each row once.
///
/// Run again with the same commands (a COMMIT whose answer was lost) it finds the rows it wrote and answers from
/// them: an attempt counts as asked by one more caller, which at worst forgoes a failover.
final class PaymentBatch implements BatchWork<Asked, PaymentOutcome> {

    private final Outbox outbox;

    PaymentBatch(Outbox outbox) {
        this.outbox = outbox;
    }

    @Override
    public List<PaymentOutcome> run(Connection db, List<Asked> asked) throws SQLException {
        var commands = asked.stream().map(Asked::command).toList();
        var accounts = accounts(db, commands);
        var elsewhere = PaymentTable.ordersOf(db, unknownKeys(commands, accounts));
        loadOperations(db, commands, accounts);
        var authorizing = new Authorizing(elsewhere);
        var undoing = new Undoing(elsewhere);
        var outcomes = new ArrayList<PaymentOutcome>(commands.size());
        for (var one : asked) {
            var account = accounts.get(one.command().orderId());
            account.inTrace(one.traceparent());
            outcomes.add(
                    switch (one.command()) {
                        case Begin begin -> authorizing.begin(account, begin);
                        case Answer answer -> authorizing.answer(account, answer);
                        case Undo undo -> undoing.undo(account, undo);
                        case Chase chase -> undoing.chase(account, chase);
                        case Open open -> Operating.open(account, open);
                        case Settle settle -> Operating.settle(account, settle);
                        case Withdraw withdraw -> Operating.withdraw(account, withdraw);
                    });
        }
        write(db, accounts.values());
        return outcomes;
    }

    /// Everything that may open an order is offered, in the order it came: of what is in time the first takes the
    /// place, the rest is decided against it. So one that comes too late never hides the one behind it.
    private Map<String, OrderAccount> accounts(Connection db, List<PaymentCommand> commands) throws SQLException {
        var accounts = new LinkedHashMap<String, OrderAccount>();
        var claims = new ArrayList<PaymentTable.Fresh>();
        for (var command : commands) {
            accounts.computeIfAbsent(command.orderId(), order -> new OrderAccount(order, outbox.source()));
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
        var others = new LinkedHashSet<>(accounts.keySet());
        for (var read : PaymentTable.claim(db, claims)) {
            accounts.get(read.row().orderId()).load(read, true);
            others.remove(read.row().orderId());
        }
        for (var read : PaymentTable.lock(db, others)) {
            accounts.get(read.row().orderId()).load(read, false);
        }
        return accounts;
    }

    /// Keys that their order does not know: if they exist all the same, they are another order's.
    private static Set<String> unknownKeys(List<PaymentCommand> commands, Map<String, OrderAccount> accounts) {
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
    private static void loadOperations(Connection db, List<PaymentCommand> commands, Map<String, OrderAccount> accounts)
            throws SQLException {
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

    private static List<String> paymentsOf(OrderAccount account, Function<Payment, Boolean> wanted) {
        return account.payments().stream()
                .filter(row -> wanted.apply(row) && row.standing().providerId() != null)
                .map(Payment::paymentId)
                .toList();
    }

    private void write(Connection db, Collection<OrderAccount> accounts) throws SQLException {
        PaymentTable.insert(db, all(accounts, OrderAccount::appended));
        PaymentTable.update(db, all(accounts, OrderAccount::changed));
        OperationTable.insert(db, all(accounts, OrderAccount::appendedOperations));
        OperationTable.update(db, all(accounts, OrderAccount::changedOperations));
        OperationTable.delete(db, all(accounts, OrderAccount::removedOperations));
        var events = all(accounts, OrderAccount::events);
        if (!events.isEmpty()) {
            outbox.append(db, events);
        }
    }

    private static <T> List<T> all(Collection<OrderAccount> accounts, Function<OrderAccount, List<T>> part) {
        return accounts.stream()
                .flatMap(account -> part.apply(account).stream())
                .toList();
    }
}
