package dev.holdfast.payment;

import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentCommand.Open;
import dev.holdfast.payment.PaymentCommand.Settle;
import dev.holdfast.payment.PaymentCommand.Withdraw;
import dev.holdfast.payment.PaymentOutcome.KeyTaken;
import dev.holdfast.payment.PaymentOutcome.No;
import dev.holdfast.payment.PaymentOutcome.Perform;
import dev.holdfast.payment.PaymentOutcome.Settled;
import dev.holdfast.payment.PaymentOutcome.ToDo;
import dev.holdfast.payment.PaymentOutcome.Withdrawn;
import dev.holdfast.payment.PaymentProvider.Effected;
import dev.holdfast.payment.PaymentProvider.ProviderRefused;
import dev.holdfast.platform.Ids;
import java.util.List;
import java.util.Optional;

/// The rules of captures, voids and refunds. The amount is reserved on the payment's row when the intent is
/// recorded, under the order's lock, so whatever is decided at once never adds up to more than there is.
final class Operating {

    private Operating() {}

    static PaymentOutcome open(OrderAccount account, Open command) {
        var known = account.operationByKey(command.key());
        if (known.isPresent()) {
            return repeat(account, known.get(), command);
        }
        if (account.payments().isEmpty()) {
            return no("not-authorized", "order '" + command.orderId() + "' has no payment");
        }
        if (command.notAfter() != null && !command.notAfter().isAfter(account.now())) {
            return no("too-late", "the " + command.kind().code() + " arrived after " + command.notAfter());
        }
        var target = target(account, command);
        if (target.isEmpty()) {
            return no(
                    "not-authorized",
                    "order '" + command.orderId() + "' has no authorization with money left to capture");
        }
        var payment = target.get();
        return switch (command.kind()) {
            case CAPTURE -> openCapture(account, payment, command);
            case REFUND -> openRefund(account, payment, command);
            case VOID -> openVoid(account, payment, command);
        };
    }

    private static PaymentOutcome repeat(OrderAccount account, Operation operation, Open command) {
        if (!operation.requestHash().equals(command.hash())) {
            return new KeyTaken(command.key());
        }
        var payment = account.payment(operation.paymentId());
        if (payment.isEmpty()) {
            return new KeyTaken(command.key());
        }
        if (!operation.pending()) {
            return new Settled(operation, payment.get());
        }
        var again = operation.askedAgain();
        account.put(again);
        return new Perform(again, payment.get(), account.now());
    }

    private static Optional<Payment> target(OrderAccount account, Open command) {
        if (command.paymentId() != null) {
            return account.payment(command.paymentId());
        }
        return account.payments().stream()
                .filter(row -> row.live() && !row.undone() && row.sums().free() > 0)
                .findFirst();
    }

    private static PaymentOutcome openCapture(OrderAccount account, Payment payment, Open command) {
        if (payment.undone()) {
            return Authorizing.undone(payment.orderId());
        }
        if (!payment.live() || payment.sums().free() == 0) {
            return no(
                    "not-authorized",
                    "payment '" + payment.paymentId() + "' is "
                            + payment.status().code() + " and has no money left to capture");
        }
        return reserve(account, payment, command, payment.sums().free());
    }

    private static PaymentOutcome openRefund(OrderAccount account, Payment payment, Open command) {
        if (payment.sums().refundable() == 0) {
            return no(
                    "not-captured",
                    "payment '" + payment.paymentId() + "' is "
                            + payment.status().code() + " and has no captured money left to refund");
        }
        return reserve(account, payment, command, payment.sums().refundable());
    }

    /// A void of an open call cannot be sent yet: the authorization is marked undone instead and its answer chased.
    private static PaymentOutcome openVoid(OrderAccount account, Payment payment, Open command) {
        if (payment.status() == PaymentStatus.PENDING || payment.undone()) {
            return Undoing.undoAll(account, payment.attempt().authorizationKey());
        }
        if (!payment.live()) {
            return new ToDo(List.of(), payment);
        }
        if (payment.sums().capturing() > 0 || payment.sums().releasing() > 0) {
            return no(
                    "operation-open",
                    "payment '" + payment.paymentId()
                            + "' has a capture or void under way; repeat once it is answered");
        }
        if (payment.sums().free() == 0) {
            return no("already-captured", "payment '" + payment.paymentId() + "' is captured; refund it instead");
        }
        return reserve(account, payment, command, payment.sums().free());
    }

    private static PaymentOutcome reserve(OrderAccount account, Payment payment, Open command, long most) {
        var amount = command.amount() == null ? payment.money(most) : command.amount();
        if (!amount.currency().equals(payment.amount().currency())) {
            return no(
                    "currency-mismatch",
                    "payment '" + payment.paymentId() + "' is in "
                            + payment.amount().code() + ", not " + amount.code());
        }
        if (amount.amount() > most) {
            return no(
                    "amount-too-large",
                    "payment '" + payment.paymentId() + "' has " + payment.money(most) + " left to "
                            + command.kind().code() + ", not " + amount);
        }
        var operation = new Operation(
                Ids.next("op_"),
                payment.paymentId(),
                payment.orderId(),
                command.kind(),
                command.key(),
                command.hash(),
                amount,
                command.reason(),
                Operation.State.PENDING,
                1,
                null,
                null,
                account.now(),
                null);
        account.append(operation);
        var reserved = payment.reserve(command.kind(), amount.amount());
        account.put(reserved);
        return new Perform(operation, reserved, account.now());
    }

    /// Takes an intent back that surely never reached the provider, so that "nothing happened" stays true: left
    /// open it would be driven later. Only for a caller that is alone with it; another's call may have arrived.
    static PaymentOutcome withdraw(OrderAccount account, Withdraw command) {
        var operation = account.operation(command.operationId());
        if (operation == null) {
            // The same command once more: the answer to its COMMIT was lost.
            return new Withdrawn();
        }
        var payment = account.payment(operation.paymentId()).orElseThrow();
        if (!operation.pending()) {
            return goOn(account, operation, payment);
        }
        if (operation.asked() > 1 || payment.undone()) {
            return new Perform(operation, payment, account.now());
        }
        account.remove(operation);
        account.put(payment.giveBack(operation.kind(), operation.amount().amount()));
        return new Withdrawn();
    }

    static PaymentOutcome settle(OrderAccount account, Settle command) {
        var operation = account.operation(command.operationId());
        var payment = account.payment(operation.paymentId()).orElseThrow();
        if (!operation.pending()) {
            return goOn(account, operation, payment);
        }
        return switch (command.answer()) {
            case Effected effected -> effected(account, operation.done(effected.ref(), account.now()), payment);
            case ProviderRefused refused -> refused(account, operation.refused(refused.code(), account.now()), payment);
        };
    }

    private static PaymentOutcome effected(OrderAccount account, Operation done, Payment payment) {
        long part = done.amount().amount();
        account.put(done);
        var settled = payment.settle(done.kind(), part, account.now());
        account.put(settled);
        if (part > 0) {
            account.tell(event(done.kind()), settled, part, null);
        }
        return goOn(account, done, settled);
    }

    /// A refused void or refund of an undone row is not tried again at once, or a provider that keeps refusing
    /// would be asked in a circle; the sweeper comes back to it.
    private static PaymentOutcome refused(OrderAccount account, Operation refused, Payment payment) {
        account.put(refused);
        var given = payment.giveBack(refused.kind(), refused.amount().amount());
        account.put(given);
        return refused.kind() == OperationKind.CAPTURE
                ? goOn(account, refused, given)
                : new Settled(refused, account.payment(payment.paymentId()).orElseThrow());
    }

    /// Whoever learns the answer of an undone row's operation goes on to what comes after it, also when it was
    /// somebody else's: that one may have got no further.
    private static PaymentOutcome goOn(OrderAccount account, Operation operation, Payment payment) {
        if (!payment.undone()) {
            return new Settled(operation, payment);
        }
        var work = Undoing.outstanding(
                account, account.payment(payment.paymentId()).orElseThrow());
        return new ToDo(work, account.payment(payment.paymentId()).orElseThrow());
    }

    private static String event(OperationKind kind) {
        return switch (kind) {
            case CAPTURE -> "PaymentCompleted";
            case VOID -> "PaymentVoided";
            case REFUND -> "PaymentRefunded";
        };
    }

    private static No no(String code, String message) {
        return new No(new Refused(code, message));
    }
}
