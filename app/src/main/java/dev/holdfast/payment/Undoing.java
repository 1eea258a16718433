package dev.holdfast.payment;

import dev.holdfast.payment.PaymentCommand.Chase;
import dev.holdfast.payment.PaymentCommand.Undo;
import dev.holdfast.payment.PaymentOutcome.KeyTaken;
import dev.holdfast.payment.PaymentOutcome.ToDo;
import dev.holdfast.payment.PaymentOutcome.Work;
import dev.holdfast.platform.Ids;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The rules of giving money back. A row that is undone stays so; everything it holds or ever gets goes back,
/// driven by whoever comes by: the undo itself, the caller whose answer arrives late, the sweeper.
final class Undoing {

    /// 10 seconds after the first refusal, 20 after the second, 85 minutes from the tenth on.
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

    private static final int MOST_DOUBLINGS = 10;

    private final Map<String, String> elsewhere;

    Undoing(Map<String, String> elsewhere) {
        this.elsewhere = elsewhere;
    }

    PaymentOutcome undo(OrderAccount account, Undo command) {
        var key = command.authorizeKey();
        if (account.root(key).isEmpty()) {
            if (elsewhere.containsKey(PaymentKeys.ofAttempt(key, 1))) {
                return new KeyTaken(key);
            }
            account.append(OrderAccount.tombstone(command.orderId(), key, account.now()));
        }
        return undoAll(account, key);
    }

    /// Marks every attempt and every generation of the authorization, also those that failed: the first row is the
    /// guard that refuses a late repeat.
    static ToDo undoAll(OrderAccount account, String authorizationKey) {
        var work = new ArrayList<Work>();
        Payment stands = null;
        for (var row : account.payments()) {
            if (PaymentKeys.generation(row.attempt().authorizationKey(), authorizationKey)) {
                if (!row.undone()) {
                    account.put(row.undone(account.now()));
                }
                work.addAll(
                        outstanding(account, account.payment(row.paymentId()).orElseThrow()));
                stands = row.tombstone() ? stands : row;
            }
        }
        return new ToDo(
                List.copyOf(work),
                stands == null ? null : account.payment(stands.paymentId()).orElseThrow());
    }

    PaymentOutcome chase(OrderAccount account, Chase command) {
        var old = account.now().minus(command.age());
        var work = new ArrayList<Work>();
        for (var row : account.payments()) {
            if (row.undone()) {
                if (!resting(account, row)) {
                    work.addAll(outstanding(account, row));
                }
                continue;
            }
            if (row.status() == PaymentStatus.PENDING && row.createdAt().isBefore(old)) {
                work.add(new Work.FindOut(row, account.now()));
            }
            for (var operation : account.operationsOf(row)) {
                if (operation.pending() && operation.createdAt().isBefore(old)) {
                    work.add(again(account, operation, row));
                }
            }
        }
        return new ToDo(List.copyOf(work), account.payments().getFirst());
    }

    /// A provider that refuses to give money back may do so for days (an account without cover, a dispute). Each
    /// try is an operation of its own, because a no under a key is final; so the sweeper's tries become rare.
    /// Whoever undoes is not held back.
    private static boolean resting(OrderAccount account, Payment row) {
        var operations = account.operationsOf(row);
        if (operations.isEmpty() || operations.getLast().state() != Operation.State.REFUSED) {
            return false;
        }
        var pause = FIRST_PAUSE.multipliedBy(1L << Math.min(row.standing().undoCount(), MOST_DOUBLINGS));
        return operations.getLast().completedAt().plus(pause).isAfter(account.now());
    }

    /// The next calls that give an undone row's money back; opens the operations they need.
    ///
    /// A capture may be under way. First the door is shut: a void at the provider, even of nothing, after which it
    /// refuses captures. Then the capture is looked up, and now "never heard of it" is final. Then what was
    /// captured is refunded. Repeating the capture instead would find out as well, but charge a customer only to
    /// refund them.
    static List<Work> outstanding(OrderAccount account, Payment row) {
        if (!row.undone()) {
            return List.of();
        }
        if (row.status() == PaymentStatus.PENDING) {
            return List.of(new Work.FindOut(row, account.now()));
        }
        if (row.standing().providerId() == null) {
            return List.of();
        }
        var operations = account.operationsOf(row);
        var work = new ArrayList<Work>();
        for (var operation : operations) {
            if (operation.pending() && operation.kind() != OperationKind.CAPTURE) {
                work.add(again(account, operation, row));
            }
        }
        boolean shutting = operations.stream()
                .anyMatch(operation -> operation.pending() && operation.kind() == OperationKind.VOID);
        // A void that was refused shut nothing.
        boolean shut = operations.stream()
                .anyMatch(operation ->
                        operation.kind() == OperationKind.VOID && operation.state() == Operation.State.DONE);
        if (shutting) {
            return work;
        }
        if (row.sums().free() > 0 || (row.sums().capturing() > 0 && !shut)) {
            work.add(open(account, row, OperationKind.VOID, row.sums().free()));
        } else if (row.sums().capturing() > 0) {
            operations.stream()
                    .filter(operation -> operation.pending() && operation.kind() == OperationKind.CAPTURE)
                    .forEach(operation -> work.add(new Work.FindOutCapture(operation, row)));
        } else if (row.sums().refundable() > 0) {
            work.add(open(account, row, OperationKind.REFUND, row.sums().refundable()));
        }
        return work;
    }

    private static Work again(OrderAccount account, Operation operation, Payment row) {
        var again = operation.askedAgain();
        account.put(again);
        return new Work.Do(again, row, account.now());
    }

    private static Work open(OrderAccount account, Payment row, OperationKind kind, long part) {
        int number = row.standing().undoCount() + 1;
        var operation = new Operation(
                Ids.next("op_"),
                row.paymentId(),
                row.orderId(),
                kind,
                PaymentKeys.ofUndo(row.attempt().key(), number),
                "undo",
                row.money(part),
                "undone",
                Operation.State.PENDING,
                1,
                null,
                null,
                account.now(),
                null);
        account.append(operation);
        var reserved = row.reserve(kind, part)
                .counting(number, row.standing().asked(), row.standing().eventSeq());
        account.put(reserved);
        return new Work.Do(operation, reserved, account.now());
    }
}
