package dev.holdfast.payment;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.GoOn;
import dev.holdfast.payment.PaymentCommand.Settle;
import dev.holdfast.payment.PaymentCommand.Verdict;
import dev.holdfast.payment.PaymentCommand.Withdraw;
import dev.holdfast.payment.PaymentOutcome.Ask;
import dev.holdfast.payment.PaymentOutcome.Perform;
import dev.holdfast.payment.PaymentOutcome.Settled;
import dev.holdfast.payment.PaymentOutcome.StillOpen;
import dev.holdfast.payment.PaymentOutcome.ToDo;
import dev.holdfast.payment.PaymentOutcome.Work;
import dev.holdfast.payment.PaymentProvider.Approved;
import dev.holdfast.payment.PaymentProvider.AuthorizationAnswer;
import dev.holdfast.payment.PaymentProvider.OperationAnswer;
import dev.holdfast.payment.PaymentProvider.ProviderDeclined;
import dev.holdfast.payment.PaymentProvider.ProviderRefused;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.NoEffectException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;

/// Asks providers and records what they answer, on the caller's own thread and never in a transaction. The process
/// may die between any two lines: the intent is on record, so a repeat under the same key or the sweeper takes up
/// here.
final class ProviderCalls {

    private final GroupCommit<PaymentCommand, PaymentOutcome> lane;
    private final Providers providers;
    private final Duration inFlight;
    private final Clock clock;

    /// @param inFlight no call to a provider lasts longer
    ProviderCalls(
            GroupCommit<PaymentCommand, PaymentOutcome> lane, Providers providers, Duration inFlight, Clock clock) {
        this.lane = lane;
        this.providers = providers;
        this.inFlight = inFlight;
        this.clock = clock;
    }

    /// Asks for one attempt and records the answer.
    ///
    /// @throws NoEffectException nothing happened, and no other caller can have made it happen
    PaymentOutcome authorize(Payment payment, GoOn request) {
        var provider = provider(payment);
        var goOn = new GoOn(request.request(), request.firstProvider(), providers.after(provider.name()));
        if (forgotten(payment.createdAt(), provider)) {
            return findOut(payment, goOn);
        }
        try {
            var attempt = payment.attempt();
            var answer = provider.authorize(new PaymentProvider.Authorization(
                    attempt.key(), payment.orderId(), payment.amount(), attempt.method(), payment.takesAtOnce()));
            return record(new Answer(payment.orderId(), payment.paymentId(), verdict(answer), goOn));
        } catch (NoEffectException e) {
            var unreachable = new PaymentCommand.Unreachable();
            var outcome = record(new Answer(payment.orderId(), payment.paymentId(), unreachable, goOn));
            if (outcome instanceof StillOpen(var open)) {
                throw open.standing().asked() > 1 || open.undone() ? unclear("another call may have arrived", e) : e;
            }
            return outcome;
        }
    }

    /// Asks for one operation and records the answer.
    ///
    /// @throws NoEffectException nothing happened and the intent is taken back
    PaymentOutcome perform(Operation operation, Payment payment) {
        var provider = provider(payment);
        try {
            var answer = forgotten(operation.createdAt(), provider)
                    ? provider.lookupOperation(operation.providerKey()).orElse(new ProviderRefused("never-arrived"))
                    : call(provider, operation, payment);
            return record(new Settle(operation.orderId(), operation.operationId(), answer));
        } catch (NoEffectException e) {
            var outcome = record(new Withdraw(operation.orderId(), operation.operationId()));
            return switch (outcome) {
                case PaymentOutcome.Withdrawn _ -> throw e;
                case Perform _ -> throw unclear("it stays recorded and is tried again", e);
                case Ask _,
                        PaymentOutcome.Authorized _,
                        StillOpen _,
                        Settled _,
                        ToDo _,
                        PaymentOutcome.No _,
                        PaymentOutcome.KeyTaken _ -> outcome;
            };
        }
    }

    /// Makes calls until none is left. One that fails does not keep the others from being made; the first failure
    /// is thrown at the end.
    ///
    /// @return the row with the given id as last seen
    Payment work(List<Work> work, Payment stands) {
        var open = new ArrayDeque<>(work);
        var seen = stands;
        RuntimeException failure = null;
        while (!open.isEmpty()) {
            try {
                var outcome = make(open.poll());
                if (outcome instanceof ToDo todo) {
                    open.addAll(todo.work());
                    seen = same(seen, todo.payment()) ? todo.payment() : seen;
                } else if (outcome instanceof Settled settled) {
                    seen = same(seen, settled.payment()) ? settled.payment() : seen;
                }
            } catch (EffectUnclearException | NoEffectException | GroupCommitException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return seen;
    }

    private PaymentOutcome make(Work work) {
        return switch (work) {
            case Work.FindOut(var payment) -> findOut(payment, null);
            case Work.FindOutCapture(var operation, var payment) -> {
                var answer = provider(payment)
                        .lookupOperation(operation.providerKey())
                        .orElse(new ProviderRefused("voided"));
                yield record(new Settle(operation.orderId(), operation.operationId(), answer));
            }
            case Work.Do(var operation, var payment) -> perform(operation, payment);
        };
    }

    private PaymentOutcome findOut(Payment payment, GoOn goOn) {
        var provider = provider(payment);
        var verdict = provider.lookup(payment.attempt().key())
                .map(ProviderCalls::verdict)
                .orElseGet(() -> new PaymentCommand.Unknown(inFlight, provider.remembersKeysFor()));
        return record(new Answer(payment.orderId(), payment.paymentId(), verdict, goOn));
    }

    private static OperationAnswer call(PaymentProvider provider, Operation operation, Payment payment) {
        var instruction = new PaymentProvider.Instruction(
                operation.providerKey(), payment.standing().providerId(), operation.orderId(), operation.amount());
        return switch (operation.kind()) {
            case CAPTURE -> provider.capture(instruction);
            case VOID -> provider.voidPayment(instruction);
            case REFUND -> provider.refund(instruction);
        };
    }

    /// A failure to record is no "nothing happened" any more once the provider was asked, whatever the lane says.
    private PaymentOutcome record(PaymentCommand answer) {
        try {
            return lane.submit(answer);
        } catch (GroupCommitException e) {
            throw unclear("the provider's answer could not be recorded", e);
        }
    }

    private boolean forgotten(Instant since, PaymentProvider provider) {
        return since.plus(provider.remembersKeysFor()).isBefore(clock.instant());
    }

    private PaymentProvider provider(Payment payment) {
        return providers.named(payment.attempt().provider());
    }

    private static Verdict verdict(AuthorizationAnswer answer) {
        return switch (answer) {
            case Approved(var providerId) -> new PaymentCommand.Yes(providerId);
            case ProviderDeclined(var code) -> new PaymentCommand.No(code);
        };
    }

    private static boolean same(Payment one, Payment other) {
        return one != null && other != null && one.paymentId().equals(other.paymentId());
    }

    private static EffectUnclearException unclear(String why, RuntimeException cause) {
        return new EffectUnclearException(why + "; repeat under the same key to find out", cause);
    }
}
