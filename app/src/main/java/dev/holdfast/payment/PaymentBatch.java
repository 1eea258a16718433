package dev.holdfast.payment;

import dev.holdfast.groupcommit.BatchWork;
import dev.holdfast.groupcommit.Writes;
import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.Asked;
import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.Chase;
import dev.holdfast.payment.PaymentCommand.Open;
import dev.holdfast.payment.PaymentCommand.Settle;
import dev.holdfast.payment.PaymentCommand.Undo;
import dev.holdfast.payment.PaymentCommand.Withdraw;
import dev.holdfast.platform.Optimism;
import dev.holdfast.platform.Outbox;
import dev.holdfast.platform.Recent;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/// Decides any number of commands in one transaction: claim the orders that are new, lock and load the others,
/// decide each command in the order it came, write each row once. Orders that this lane has just written itself are
/// neither locked nor loaded ([RecentOrders]); their rows are written on condition that nobody else wrote them.
///
/// Run again with the same commands (a COMMIT whose answer was lost) it finds the rows it wrote and answers from
/// them: an attempt counts as asked by one more caller, which at worst forgoes a failover.
final class PaymentBatch implements BatchWork<Asked, PaymentOutcome> {

    private final Outbox outbox;
    private final RecentOrders recent = new RecentOrders();
    private final Optimism optimism = new Optimism();

    PaymentBatch(Outbox outbox) {
        this.outbox = outbox;
    }

    @Override
    public List<PaymentOutcome> run(Connection db, List<Asked> asked) throws SQLException {
        var commands = asked.stream().map(Asked::command).toList();
        var loading = new Loading(db, outbox.source(), optimism);
        var accounts = loading.accounts(commands, recent);
        var authorizing = new Authorizing(loading.elsewhere());
        var undoing = new Undoing(loading.elsewhere());
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
        write(db, accounts.values(), loading);
        for (var account : accounts.values()) {
            var known = account.toRemember(loading);
            if (known != null) {
                Writes.of(db).whenCommitted(() -> recent.keep(account.orderId(), known));
            }
        }
        return outcomes;
    }

    private void write(Connection db, Collection<OrderAccount> accounts, Loading loading) throws SQLException {
        if (accounts.stream().anyMatch(OrderAccount::isChanged)) {
            // Asked now: it may take a round trip, which would send what is put off without COMMIT.
            loading.version();
        }
        for (var account : accounts) {
            if (account.isUnproven()) {
                throw Recent.outOfDate();
            }
        }
        PaymentTable.insert(db, all(accounts, OrderAccount::appended));
        // In order-id order, as all locks are taken: those of the remembered orders are taken only here.
        var changes = new ArrayList<PaymentChange>();
        for (var account : accounts) {
            changes.addAll(account.changed(loading));
        }
        changes.sort(Comparator.comparing(change -> change.now().orderId()));
        PaymentChange.update(db, changes);
        insertOperations(db, accounts, loading);
        OperationTable.update(db, all(accounts, OrderAccount::changedOperations));
        OperationTable.delete(db, all(accounts, OrderAccount::removedOperations));
        var events = all(accounts, OrderAccount::events);
        if (!events.isEmpty()) {
            outbox.append(db, events);
        }
    }

    private void insertOperations(Connection db, Collection<OrderAccount> accounts, Loading loading)
            throws SQLException {
        var operations = all(accounts, OrderAccount::appendedOperations);
        boolean hopeful = loading.isHopeful()
                && Optimism.distinct(operations.stream().map(Operation::key).toList());
        OperationTable.insert(db, operations, hopeful, failure -> Recent.orOutOfDate(optimism.after(failure)));
    }

    private static <T> List<T> all(Collection<OrderAccount> accounts, Function<OrderAccount, List<T>> part) {
        var all = new ArrayList<T>();
        for (var account : accounts) {
            all.addAll(part.apply(account));
        }
        return all;
    }
}
