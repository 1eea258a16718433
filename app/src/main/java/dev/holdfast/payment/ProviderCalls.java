package dev.holdfast.payment;

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
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks providers and records what they answer, on the caller's own thread and never in a transaction. The process
/// may die between any two lines: the intent is on record, so a repeat under the same key or the sweeper takes up
/// here.
final class ProviderCalls {

    private static final Logger LOG = LoggerFactory.getLogger(ProviderCalls.class);

    private final PaymentLane lane;
    private final Providers providers;
    private final Duration inFlight;
    private final MeterRegistry metrics;

    /// @param inFlight no call to a provider lasts longer
    ProviderCalls(PaymentLane lane, Providers providers, Duration inFlight, MeterRegistry metrics) {
        this.lane = lane;
        this.providers = providers;
        this.inFlight = inFlight;
        this.metrics = metrics;
        // There before the first refusal: an alarm on "it rose" misses the first otherwise.
        for (var provider : providers.all()) {
            refusals(OperationKind.VOID, provider.name());
            refusals(OperationKind.REFUND, provider.name());
        }
    }

    /// @param stands the row that stands for the whole as last seen, or null
    /// @param refused what the provider refused to give back, or null
    record Made(Payment stands, Operation refused) {}

    /// Asks for one attempt and records the answer.
    ///
    /// @throws NoEffectException nothing happened, and no other caller can have made it happen
    PaymentOutcome authorize(Ask ask, GoOn request) {
        var payment = ask.payment();
        var provider = provider(payment);
        var goOn = new GoOn(request.request(), request.firstProvider(), providers.after(provider.name()));
        if (forgotten(payment.createdAt(), ask.now(), provider)) {
            return answered(findOut(payment, ask.now(), goOn), null);
        }
        try {
            var attempt = payment.attempt();
            var answer = provider.authorize(new PaymentProvider.Authorization(
                    attempt.key(), payment.orderId(), payment.amount(), attempt.method(), payment.takesAtOnce()));
            return record(new Answer(payment.orderId(), payment.paymentId(), verdict(answer), goOn));
        } catch (NoEffectException e) {
            var unreachable = new PaymentCommand.Unreachable(payment.standing().asked(), ask.alone());
            var outcome = record(new Answer(payment.orderId(), payment.paymentId(), unreachable, goOn));
            if (outcome instanceof PaymentOutcome.Withdrawn) {
                throw e;
            }
            return answered(outcome, e);
        }
    }

    private static PaymentOutcome answered(PaymentOutcome outcome, NoEffectException last) {
        if (outcome instanceof StillOpen) {
            throw unclear("another call may have arrived", last);
        }
        return outcome;
    }

    /// Asks for one operation and records the answer.
    ///
    /// @throws NoEffectException nothing happened and the intent is taken back
    PaymentOutcome perform(Operation operation, Payment payment, Instant now) {
        var provider = provider(payment);
        if (forgotten(operation.createdAt(), now, provider)) {
            var answer = lookedUp(operation, provider).orElseGet(() -> neverArrived(operation, now, provider));
            return record(new Settle(operation.orderId(), operation.operationId(), answer));
        }
        try {
            var answer = call(provider, operation, payment);
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
    /// @param stands the row to watch, or null
    Made work(List<Work> work, Payment stands) {
        var open = new ArrayDeque<>(work);
        var seen = stands;
        Operation refused = null;
        RuntimeException failure = null;
        while (!open.isEmpty()) {
            try {
                var outcome = make(open.poll());
                if (outcome instanceof ToDo todo) {
                    open.addAll(todo.work());
                    seen = same(seen, todo.payment()) ? todo.payment() : seen;
                } else if (outcome instanceof Settled settled) {
                    seen = same(seen, settled.payment()) ? settled.payment() : seen;
                    if (keepsMoney(settled.operation())) {
                        refused = settled.operation();
                        kept(refused, settled.payment());
                    }
                }
            } catch (EffectUnclearException | NoEffectException | GroupCommitException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return new Made(seen, refused);
    }

    private static boolean keepsMoney(Operation operation) {
        return operation.kind() != OperationKind.CAPTURE && operation.state() == Operation.State.REFUSED;
    }

    /// Told here and not by who asked for the work: of the sweeper's, and of a late answer's, nobody else hears.
    /// Each refused operation is told of once, by the caller that recorded its answer.
    private void kept(Operation refused, Payment payment) {
        var provider = payment.attempt().provider();
        LOG.error(
                "COMPENSATE: {} refused the {} of {} of payment {}, order {} ({}): the money is still held; it is "
                        + "tried again ever less often, and somebody should ask the provider",
                provider,
                refused.kind().code(),
                refused.amount(),
                payment.paymentId(),
                payment.orderId(),
                refused.declineCode());
        refusals(refused.kind(), provider).increment();
    }

    private Counter refusals(OperationKind kind, String provider) {
        return metrics.counter("holdfast.payment.undo.refused", "operation", kind.code(), "provider", provider);
    }

    private PaymentOutcome make(Work work) {
        return switch (work) {
            case Work.FindOut(var payment, var now) -> findOut(payment, now, null);
            case Work.FindOutCapture(var operation, var payment) -> {
                var answer = lookedUp(operation, provider(payment)).orElse(new ProviderRefused("voided"));
                yield record(new Settle(operation.orderId(), operation.operationId(), answer));
            }
            case Work.Do(var operation, var payment, var now) -> perform(operation, payment, now);
        };
    }

    private PaymentOutcome findOut(Payment payment, Instant now, GoOn goOn) {
        var provider = provider(payment);
        var verdict = looked(() -> provider.lookup(payment.attempt().key()))
                .map(ProviderCalls::verdict)
                .orElseGet(() -> new PaymentCommand.Unknown(now, inFlight, provider.remembersKeysFor()));
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

    /// Whether the provider may have forgotten a key by the time a call arrives there: so the last call under a key
    /// has ended when the provider forgets it, and only then is "never heard of it" final. By the database's time,
    /// as the key's own: a node whose clock is slow would repeat a forgotten key, and charge twice.
    private boolean forgotten(Instant since, Instant now, PaymentProvider provider) {
        return !since.plus(provider.remembersKeysFor()).minus(inFlight).isAfter(now);
    }

    private static ProviderRefused neverArrived(Operation operation, Instant now, PaymentProvider provider) {
        if (operation.createdAt().plus(provider.remembersKeysFor()).isAfter(now)) {
            throw unclear("the provider has not heard of it, but a call may still be on its way", null);
        }
        return new ProviderRefused("never-arrived");
    }

    private static Optional<OperationAnswer> lookedUp(Operation operation, PaymentProvider provider) {
        return looked(() -> provider.lookupOperation(operation.providerKey()));
    }

    /// A lookup that surely did nothing says nothing about the calls it asks after.
    private static <T> T looked(Supplier<T> lookup) {
        try {
            return lookup.get();
        } catch (NoEffectException e) {
            throw unclear("the provider cannot be asked what became of it", e);
        }
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
