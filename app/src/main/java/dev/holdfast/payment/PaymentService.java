package dev.holdfast.payment;

import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.GoOn;
import dev.holdfast.payment.PaymentCommand.Open;
import dev.holdfast.payment.PaymentCommand.Undo;
import dev.holdfast.payment.PaymentOutcome.Ask;
import dev.holdfast.payment.PaymentOutcome.KeyTaken;
import dev.holdfast.payment.PaymentOutcome.No;
import dev.holdfast.payment.PaymentOutcome.Perform;
import dev.holdfast.payment.PaymentOutcome.Settled;
import dev.holdfast.payment.PaymentOutcome.StillOpen;
import dev.holdfast.payment.PaymentOutcome.ToDo;
import dev.holdfast.payment.PaymentOutcome.Withdrawn;
import dev.holdfast.payment.ProviderCalls.Made;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.Money;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/// Records the intent, asks the provider, records the answer. Which of these is next is decided in the lane, from
/// the rows; this class only carries it out, so that a repeat after a crash takes the same way from wherever it
/// stands.
final class PaymentService implements PaymentApi {

    private final PaymentLane lane;
    private final Providers providers;
    private final ProviderCalls calls;
    private final PaymentReads reads;

    PaymentService(PaymentLane lane, Providers providers, ProviderCalls calls, PaymentReads reads) {
        this.lane = lane;
        this.providers = providers;
        this.calls = calls;
        this.reads = reads;
    }

    @Override
    public AuthorizeResult authorize(AuthorizeRequest request) {
        if (request.paymentMethodIds().isEmpty() || request.amount().amount() <= 0) {
            throw new IllegalArgumentException("an authorization needs a payment method and an amount above zero, not "
                    + request.paymentMethodIds().size() + " and " + request.amount());
        }
        var terms = new Terms(request.orderId(), request.amount(), request.paymentMethodIds(), request.capture());
        var goOn = new GoOn(request, providers.first(), null);
        var outcome = lane.submit(new Begin(request, IdempotencyKey.digest(terms), providers.first()));
        while (outcome instanceof Ask ask) {
            outcome = calls.authorize(ask, goOn);
        }
        return switch (outcome) {
            case PaymentOutcome.Authorized(var payment) -> answer(payment);
            case ToDo(var work, var payment) -> {
                calls.work(work, payment);
                yield undone(request.orderId());
            }
            case No(var refusal) -> refusal;
            case KeyTaken(var key) -> throw new KeyReusedException(key);
            case Ask _, StillOpen _, Perform _, Settled _, Withdrawn _ -> throw unexpected(outcome);
        };
    }

    @Override
    public CaptureResult capture(CaptureRequest request) {
        requirePositive(request.amount());
        var orderId = request.orderId();
        if (request.paymentId() != null) {
            var payment = reads.find(request.paymentId());
            if (payment.isEmpty()
                    || (orderId != null && !orderId.equals(payment.get().orderId()))) {
                return missing(request.paymentId());
            }
            orderId = payment.get().orderId();
        }
        var part = new Part(orderId, request.paymentId(), OperationKind.CAPTURE, request.amount(), null);
        return end(
                operate(part, request.key(), request.notAfter()),
                (operation, payment) -> operation.state() == Operation.State.DONE
                        ? new Captured(
                                payment.paymentId(),
                                operation.amount(),
                                payment.standing().providerId())
                        : refused("capture-declined", operation),
                todo -> {
                    calls.work(todo.work(), todo.payment());
                    return undone(part.orderId());
                },
                refusal -> refusal);
    }

    @Override
    public UndoResult undo(String orderId, String authorizeKey, String key) {
        return undone(lane.submit(new Undo(orderId, authorizeKey)));
    }

    @Override
    public UndoResult cancel(String paymentId, String key) {
        var found = reads.find(paymentId);
        if (found.isEmpty()) {
            return missing(paymentId);
        }
        var part = new Part(found.get().orderId(), paymentId, OperationKind.VOID, null, null);
        return undone(operate(part, key, null));
    }

    @Override
    public RefundResult refund(RefundRequest request) {
        requirePositive(request.amount());
        var found = reads.find(request.paymentId());
        if (found.isEmpty()) {
            return missing(request.paymentId());
        }
        var part = new Part(
                found.get().orderId(), request.paymentId(), OperationKind.REFUND, request.amount(), request.reason());
        return end(
                operate(part, request.key(), null),
                PaymentService::refunded,
                // The payment was undone beside this refund: what is left goes back without it.
                todo -> {
                    calls.work(todo.work(), todo.payment());
                    return refund(request);
                },
                refusal -> refusal);
    }

    @Override
    public Optional<PaymentView> find(String paymentId) {
        return reads.find(paymentId).map(PaymentService::view);
    }

    private PaymentOutcome operate(Part part, String key, Instant notAfter) {
        var outcome = lane.submit(new Open(
                part.orderId(),
                part.paymentId(),
                part.kind(),
                key,
                IdempotencyKey.digest(part),
                part.amount(),
                part.reason(),
                notAfter));
        return outcome instanceof Perform(var operation, var payment, var now)
                ? calls.perform(operation, payment, now)
                : outcome;
    }

    private static void requirePositive(Money amount) {
        if (amount != null && amount.amount() <= 0) {
            throw new IllegalArgumentException("an amount must be above zero, not " + amount);
        }
    }

    private UndoResult undone(PaymentOutcome outcome) {
        return end(
                outcome,
                (operation, payment) -> operation.state() == Operation.State.DONE
                        ? new Undone(payment.paymentId(), payment.status().code())
                        : refused(operation.kind().code() + "-declined", operation),
                todo -> undone(calls.work(todo.work(), todo.payment())),
                refusal -> refusal);
    }

    /// An undo is done when the money is back, or when none was seen and the provider's call may still arrive
    /// (`pending`): the row refuses what comes later, and the sweeper gives it back. While the row says that money
    /// is there, it is not done, whatever the calls came to.
    static UndoResult undone(Made made) {
        if (made.refused() != null) {
            return kept(made.refused());
        }
        var stands = made.stands();
        if (stands == null) {
            return new Undone(null, PaymentStatus.VOIDED.code());
        }
        if (stands.live()) {
            throw new EffectUnclearException(
                    "payment '" + stands.paymentId() + "' is marked as undone and still "
                            + stands.status().code() + "; repeat under the same key to finish it",
                    null);
        }
        return new Undone(stands.paymentId(), stands.status().code());
    }

    private static <R> R end(
            PaymentOutcome outcome,
            BiFunction<Operation, Payment, R> settled,
            Function<ToDo, R> todo,
            Function<Refused, R> refused) {
        return switch (outcome) {
            case Settled(var operation, var payment) -> settled.apply(operation, payment);
            case ToDo work -> todo.apply(work);
            case No(var refusal) -> refused.apply(refusal);
            case KeyTaken(var key) -> throw new KeyReusedException(key);
            case Ask _, PaymentOutcome.Authorized _, StillOpen _, Perform _, Withdrawn _ -> throw unexpected(outcome);
        };
    }

    private static AuthorizeResult answer(Payment payment) {
        var standing = payment.standing();
        return payment.status() == PaymentStatus.FAILED
                ? new Declined(
                        standing.declineCode(),
                        "the payment of order '" + payment.orderId() + "' was declined (" + standing.declineCode()
                                + "); nothing was charged, another payment method may work")
                : new Authorized(
                        payment.paymentId(),
                        payment.status().code(),
                        payment.attempt().provider(),
                        standing.providerId());
    }

    private static RefundResult refunded(Operation operation, Payment payment) {
        return operation.state() == Operation.State.DONE
                ? new Refunded(operation.operationId(), payment.paymentId(), operation.amount(), "succeeded")
                : refused("refund-declined", operation);
    }

    private static PaymentView view(Payment payment) {
        var standing = payment.standing();
        return new PaymentView(
                payment.paymentId(),
                payment.orderId(),
                payment.status().code(),
                payment.amount(),
                payment.money(payment.sums().captured()),
                payment.money(payment.sums().refunded()),
                payment.attempt().provider(),
                standing.providerId(),
                payment.createdAt(),
                standing.completedAt());
    }

    private static Refused undone(String orderId) {
        return new Refused(
                "payment-undone",
                "this payment of order '" + orderId + "' was taken back; it stays so, a new one needs a new key");
    }

    private static Refused missing(String paymentId) {
        return new Refused("not-found", "there is no payment '" + paymentId + "'");
    }

    private static Refused refused(String code, Operation operation) {
        return new Refused(
                code,
                "the provider refused the " + operation.kind().code() + " of " + operation.amount() + " ("
                        + operation.declineCode() + "); nothing was changed");
    }

    /// No success: a saga that took it for one would end with the money held.
    private static Refused kept(Operation operation) {
        return new Refused(
                operation.kind().code() + "-declined",
                "the provider refused the " + operation.kind().code() + " of " + operation.amount() + " ("
                        + operation.declineCode()
                        + "); the payment is marked as undone and giving it back is tried again");
    }

    private static IllegalStateException unexpected(PaymentOutcome outcome) {
        return new IllegalStateException("no caller waits for " + outcome);
    }

    /// What makes two authorizations the same under one key.
    private record Terms(String orderId, Money amount, List<String> paymentMethodIds, boolean capture) {}

    /// What makes two operations the same under one key.
    private record Part(String orderId, String paymentId, OperationKind kind, Money amount, String reason) {}
}
