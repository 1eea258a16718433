package dev.holdfast.payment;

import dev.holdfast.payment.Payment.Attempt;
import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.GoOn;
import dev.holdfast.payment.PaymentOutcome.Ask;
import dev.holdfast.payment.PaymentOutcome.Authorized;
import dev.holdfast.payment.PaymentOutcome.KeyTaken;
import dev.holdfast.payment.PaymentOutcome.StillOpen;
import dev.holdfast.payment.PaymentOutcome.ToDo;
import dev.holdfast.payment.PaymentOutcome.Withdrawn;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rules of getting money authorized: who is asked, in which order, and what an answer means.
final class Authorizing {

    private static final String UNREACHABLE = "provider-unreachable";
    private static final String NEVER_ARRIVED = "never-arrived";

    /// Keys that belong to other orders, by key.
    private final Map<String, String> elsewhere;

    Authorizing(Map<String, String> elsewhere) {
        this.elsewhere = elsewhere;
    }

    /// The row that claims an authorization, before anything is known about its order.
    static Payment root(Begin command) {
        var request = command.request();
        return OrderAccount.draft(
                request.orderId(),
                attempt(request, 1, 1, command.provider()),
                command.hash(),
                request.amount(),
                request.capture());
    }

    PaymentOutcome begin(OrderAccount account, Begin command) {
        var found = account.root(command.request().key());
        if (found.isEmpty()) {
            return start(account, command);
        }
        var root = found.get();
        if (!root.tombstone() && !root.requestHash().equals(command.hash())) {
            return new KeyTaken(command.request().key());
        }
        return account.takeClaimed(root) && !root.undone()
                ? new Ask(root, account.now(), true)
                : resume(account, root, new GoOn(command.request(), command.provider(), null));
    }

    private PaymentOutcome start(OrderAccount account, Begin command) {
        var request = command.request();
        if (elsewhere.containsKey(PaymentKeys.ofAttempt(request.key(), 1))) {
            // A key has one order for good. So nothing was or ever will be done for this one under it, which is a
            // no and no doubt: in doubt, it would be undone.
            return no(
                    PaymentApi.KEY_OF_ANOTHER_ORDER,
                    "the key '" + request.key() + "' is another order's; nothing was charged");
        }
        boolean undone = account.payments().stream()
                .anyMatch(row -> row.undone()
                        && row.attempt().number() == 1
                        && PaymentKeys.generation(request.key(), row.attempt().authorizationKey()));
        if (undone) {
            return undone(request.orderId());
        }
        return refusal(account, request).orElseGet(() -> new Ask(account.append(root(command)), account.now(), true));
    }

    /// What keeps a provider from being asked for an authorization that holds no money so far.
    private static Optional<PaymentOutcome> refusal(OrderAccount account, AuthorizeRequest request) {
        // An order without rows would have been claimed, had the request come in time.
        if (account.now() == null
                || request.notAfter() != null && !request.notAfter().isAfter(account.now())) {
            return Optional.of(
                    no("too-late", "the authorization arrived after " + request.notAfter() + "; nothing was charged"));
        }
        boolean paid = account.payments().stream()
                .anyMatch(row -> !row.undone() && (row.live() || row.status() == PaymentStatus.PENDING));
        return paid
                ? Optional.of(no(
                        "order-already-paid",
                        "order '" + request.orderId()
                                + "' has a live payment under another key; nothing was charged again"))
                : Optional.empty();
    }

    PaymentOutcome answer(OrderAccount account, Answer command) {
        var payment = account.payment(command.paymentId()).orElseThrow();
        return switch (command.verdict()) {
            case PaymentCommand.Yes yes -> approved(account, payment, yes.providerId());
            case PaymentCommand.No no -> declined(account, payment, no.code(), command.goOn());
            case PaymentCommand.Unreachable unreached -> unreachable(account, payment, unreached, command.goOn());
            case PaymentCommand.Unknown unknown -> unknown(account, payment, unknown, command.goOn());
        };
    }

    /// What the authorization's last row says now. A second caller under the same key, while the first is at the
    /// provider, goes there too instead of waiting for it: the provider knows the key, so both get one charge's
    /// answer, and nobody waits for a caller that may be dead.
    private static PaymentOutcome resume(OrderAccount account, Payment root, GoOn goOn) {
        if (root.undone()) {
            return undone(root.orderId());
        }
        var last = account.latest(root.attempt().authorizationKey());
        return switch (last.status()) {
            case PENDING -> {
                var again = last.askedAgain();
                account.put(again);
                yield new Ask(again, account.now(), false);
            }
            case AUTHORIZED, COMPLETED, REFUNDED -> last.undone() ? undone(root.orderId()) : new Authorized(last);
            case VOIDED -> undone(root.orderId());
            case FAILED -> takeUp(account, last, goOn);
        };
    }

    /// A repeat goes on where the attempt before ended without money: with the next method after a no, with the
    /// same row where the provider was not reached. In between nothing was live or open under this key, so another
    /// one may have paid the order, and the saga may have moved on without undoing what surely had no effect.
    private static PaymentOutcome takeUp(OrderAccount account, Payment failed, GoOn goOn) {
        boolean unreached = UNREACHABLE.equals(failed.standing().declineCode());
        if (!unreached && last(failed)) {
            return new Authorized(failed);
        }
        return refusal(account, goOn.request()).orElseGet(() -> {
            if (!unreached) {
                return nextMethod(account, failed, goOn);
            }
            var again = failed.reopened();
            account.put(again);
            return new Ask(again, account.now(), true);
        });
    }

    private static PaymentOutcome approved(OrderAccount account, Payment payment, String providerId) {
        var now = payment;
        // A closed row without the provider's id was given up on: what the provider did for it after all goes back.
        // With the id, this is the same answer once more (a twin call's) and changes nothing.
        boolean news = payment.standing().providerId() == null;
        if (news) {
            boolean givenUp = payment.status() != PaymentStatus.PENDING;
            now = (givenUp ? payment.undone(account.now()) : payment).approved(providerId, account.now());
            account.put(now);
        }
        if (now.undone()) {
            return new ToDo(
                    Undoing.outstanding(account, now),
                    account.payment(now.paymentId()).orElseThrow());
        }
        if (now.status() == PaymentStatus.VOIDED) {
            return undone(now.orderId());
        }
        if (news) {
            account.tell(
                    now.takesAtOnce() ? "PaymentCompleted" : "PaymentAuthorized",
                    now,
                    now.sums().amount(),
                    null);
        }
        return new Authorized(now);
    }

    private static PaymentOutcome declined(OrderAccount account, Payment payment, String code, GoOn goOn) {
        return payment.status() == PaymentStatus.PENDING
                ? fail(account, payment, code, goOn)
                : twin(account, payment, goOn);
    }

    private static PaymentOutcome fail(OrderAccount account, Payment payment, String code, GoOn goOn) {
        var failed = payment.failed(code, account.now());
        account.put(failed);
        if (failed.undone()) {
            return new ToDo(List.of(), failed);
        }
        if (last(failed)) {
            account.tell("PaymentFailed", failed, failed.sums().amount(), code);
        }
        return nextMethod(account, failed, goOn);
    }

    /// Another provider is asked only when this attempt surely reached none: a caller that is alone with it and was
    /// told so. With a second caller on the row, its call may have arrived where this one did not: one that was
    /// there before (not alone), or one that came since (the count went on). The latter may be a repeat that took
    /// the row up after this very answer closed it, when the answer is recorded once more for a lost COMMIT.
    ///
    /// Without another provider the row is closed, or it would keep the order from being paid under another key,
    /// and be looked up until the provider has forgotten a key that it never saw.
    private static PaymentOutcome unreachable(
            OrderAccount account, Payment payment, PaymentCommand.Unreachable unreached, GoOn goOn) {
        if (payment.status() != PaymentStatus.PENDING) {
            return twin(account, payment, goOn);
        }
        boolean lone =
                unreached.alone() && unreached.asked() == payment.standing().asked();
        if (goOn == null || payment.undone() || !lone) {
            return new StillOpen(payment);
        }
        account.put(payment.failed(UNREACHABLE, account.now()));
        if (goOn.nextProvider() == null) {
            return new Withdrawn();
        }
        var attempt = payment.attempt();
        return append(
                account,
                payment,
                attempt(goOn.request(), attempt.number() + 1, attempt.methodNo(), goOn.nextProvider()));
    }

    /// Nothing had arrived at the provider. That is final when no call could be under way any more by the time it
    /// was asked, not by now: one may have arrived in between. Until then the row stays open and the sweeper asks
    /// again.
    private static PaymentOutcome unknown(
            OrderAccount account, Payment payment, PaymentCommand.Unknown unknown, GoOn goOn) {
        if (payment.status() != PaymentStatus.PENDING) {
            return payment.undone()
                    ? new ToDo(Undoing.outstanding(account, payment), payment)
                    : twin(account, payment, goOn);
        }
        if (payment.undone()) {
            if (payment.standing().undoneAt().plus(unknown.inFlight()).isBefore(unknown.asOf())) {
                account.put(payment.voided(account.now()));
                account.tell("PaymentVoided", payment, payment.sums().amount(), null);
            }
            return new ToDo(List.of(), account.payment(payment.paymentId()).orElseThrow());
        }
        return payment.createdAt().plus(unknown.keyMemory()).isBefore(unknown.asOf())
                ? fail(account, payment, NEVER_ARRIVED, goOn)
                : new StillOpen(payment);
    }

    private static PaymentOutcome nextMethod(OrderAccount account, Payment failed, GoOn goOn) {
        if (goOn == null || last(failed)) {
            return new Authorized(failed);
        }
        var attempt = failed.attempt();
        return append(
                account,
                failed,
                attempt(goOn.request(), attempt.number() + 1, attempt.methodNo() + 1, goOn.firstProvider()));
    }

    private static PaymentOutcome twin(OrderAccount account, Payment payment, GoOn goOn) {
        var root = account.root(payment.attempt().authorizationKey()).orElseThrow();
        return goOn == null ? new Authorized(payment) : resume(account, root, goOn);
    }

    private static PaymentOutcome append(OrderAccount account, Payment before, Attempt attempt) {
        var next = OrderAccount.draft(
                before.orderId(), attempt, before.requestHash(), before.amount(), before.takesAtOnce());
        return new Ask(account.append(next), account.now(), true);
    }

    private static boolean last(Payment payment) {
        return payment.attempt().methodNo() == payment.attempt().methodCount();
    }

    private static Attempt attempt(AuthorizeRequest request, int number, int methodNo, String provider) {
        var methods = request.paymentMethodIds();
        return new Attempt(
                PaymentKeys.ofAttempt(request.key(), number),
                request.key(),
                number,
                methodNo,
                methods.size(),
                methods.get(methodNo - 1),
                provider);
    }

    static PaymentOutcome undone(String orderId) {
        return no(
                "payment-undone",
                "this payment of order '" + orderId + "' was taken back; it stays so, a new one needs a new key");
    }

    private static PaymentOutcome no(String code, String message) {
        return new PaymentOutcome.No(new Refused(code, message));
    }
}
