package dev.holdfast.payment;

import dev.holdfast.groupcommit.GroupCommit;
import dev.holdfast.groupcommit.GroupCommitException;
import dev.holdfast.groupcommit.NotCommittedException;
import dev.holdfast.groupcommit.OverloadedException;
import dev.holdfast.groupcommit.RejectedRequestException;
import dev.holdfast.groupcommit.UnclearCommitException;
import dev.holdfast.payment.SandboxCommand.Entered;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.Fate;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// A payment provider for development: a system outside, with books of its own that survive ours, the latency and
/// the failures that are set, and test payment methods that are always declined. Which orders fail is their [Fate].
///
/// Test methods: `pm_card_declined` and `tok_declined` (`card_declined`), `pm_card_insufficient_funds`
/// (`insufficient_funds`). Every other is good for any amount.
final class SimulatedProvider implements PaymentProvider {

    private static final Map<String, String> DECLINED = Map.of(
            "pm_card_declined", "card_declined",
            "tok_declined", "card_declined",
            "pm_card_insufficient_funds", "insufficient_funds");

    private final GroupCommit<SandboxCommand, Entered> lane;
    private final SandboxBooks books;
    private final ServiceDatabase database;
    private final Supplier<Duration> latency;
    private final Supplier<FaultRates> faults;

    /// @param latency asked on every call: it takes at least this long
    /// @param faults asked on every call, so that they can be changed while running
    SimulatedProvider(
            GroupCommit<SandboxCommand, Entered> lane,
            SandboxBooks books,
            ServiceDatabase database,
            Supplier<Duration> latency,
            Supplier<FaultRates> faults) {
        this.lane = lane;
        this.books = books;
        this.database = database;
        this.latency = latency;
        this.faults = faults;
    }

    @Override
    public String name() {
        return "simulated";
    }

    @Override
    public Duration remembersKeysFor() {
        return Duration.ofHours(24);
    }

    @Override
    public AuthorizationAnswer authorize(Authorization request) {
        var rates = faults.get();
        var fate = Fate.of(request.orderId());
        travel();
        lose(request.key(), fate, rates);
        var code = DECLINED.getOrDefault(
                request.method(), fate.strikes(Fate.Purpose.DECLINE, rates.declineRate()) ? "card_declined" : null);
        var entered = submit(new SandboxCommand.Charge(request, code));
        reply(entered, fate, rates);
        return answer(entered);
    }

    @Override
    public OperationAnswer capture(Instruction instruction) {
        return operate(instruction, OperationKind.CAPTURE, instruction.amount());
    }

    @Override
    public OperationAnswer voidPayment(Instruction instruction) {
        return operate(instruction, OperationKind.VOID, null);
    }

    @Override
    public OperationAnswer refund(Instruction instruction) {
        return operate(instruction, OperationKind.REFUND, instruction.amount());
    }

    @Override
    public Optional<AuthorizationAnswer> lookup(String key) {
        travel();
        return Optional.ofNullable(read(db -> books.answers(db, List.of(key))).get(key))
                .map(SimulatedProvider::answer);
    }

    @Override
    public Optional<OperationAnswer> lookupOperation(String key) {
        travel();
        return Optional.ofNullable(
                        read(db -> books.operations(db, List.of(key))).get(key))
                .map(SimulatedProvider::operationAnswer);
    }

    @Override
    public List<Charge> charges(Collection<String> keys) {
        return read(db -> books.charges(db, keys));
    }

    @Override
    public List<Charge> statement(String afterKey, int limit) {
        return read(db -> books.page(db, afterKey, limit));
    }

    private OperationAnswer operate(Instruction instruction, OperationKind kind, Money amount) {
        var rates = faults.get();
        var fate = Fate.of(instruction.orderId());
        travel();
        lose(instruction.key(), fate, rates);
        var entered = submit(new SandboxCommand.Operate(instruction.key(), instruction.providerId(), kind, amount));
        reply(entered, fate, rates);
        return operationAnswer(entered);
    }

    private static AuthorizationAnswer answer(Entered entered) {
        return entered.refusalCode() == null
                ? new Approved(entered.chargeId())
                : new ProviderDeclined(entered.refusalCode());
    }

    private static OperationAnswer operationAnswer(Entered entered) {
        return entered.refusalCode() == null ? new Effected(entered.ref()) : new ProviderRefused(entered.refusalCode());
    }

    /// The first request under a key is lost on the way; that it was is kept, so that the next one arrives.
    private void lose(String key, Fate fate, FaultRates rates) {
        if (fate.strikes(Fate.Purpose.LOST_REQUEST, rates.lostRequestRate())
                && submit(new SandboxCommand.Lose(key)).first()) {
            throw new NoEffectException("the simulated provider did not get the request under key " + key, null);
        }
    }

    private static void reply(Entered entered, Fate fate, FaultRates rates) {
        if (entered.first() && fate.strikes(Fate.Purpose.LOST_PAYMENT_REPLY, rates.lostPaymentReplyRate())) {
            throw new EffectUnclearException("the simulated provider's reply was lost", null);
        }
    }

    private Entered submit(SandboxCommand command) {
        try {
            return lane.submit(command);
        } catch (GroupCommitException e) {
            throw switch (e) {
                case OverloadedException _, NotCommittedException _, RejectedRequestException _ ->
                    new NoEffectException("the simulated provider did not take the request", e);
                case UnclearCommitException _ -> new EffectUnclearException("the simulated provider did not answer", e);
            };
        }
    }

    private void travel() {
        var way = latency.get();
        if (way.isPositive()) {
            try {
                Thread.sleep(way);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new NoEffectException("interrupted on the way to the simulated provider", e);
            }
        }
    }

    private interface Read<T> {
        T from(Connection db) throws SQLException;
    }

    private <T> T read(Read<T> read) {
        try (var db = database.pool().getConnection()) {
            return read.from(db);
        } catch (SQLException e) {
            throw new NoEffectException("the simulated provider cannot be asked", e);
        }
    }
}
