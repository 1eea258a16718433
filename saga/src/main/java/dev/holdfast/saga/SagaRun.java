package dev.holdfast.saga;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One saga in flight: asks [Progress] what is next, acts, records what happened, asks again.
///
/// Nothing is acted upon before the row that leads to it is durable. So whatever this loop knows can be read back
/// from the log, and a loop in another process goes on exactly where this one was.
///
/// One thread at a time runs it, see [Turn].
///
/// @param <P> what the saga carries
final class SagaRun<P> {

    private static final Logger LOG = LoggerFactory.getLogger(SagaRun.class);

    /// Later than any pause: whoever waits until then waits to be woken.
    private static final Instant FAR = StepCall.ANY_TIME;

    /// Everything a run needs of the world.
    record Tools(
            SagaLog log,
            StepCaller caller,
            SagaClock clock,
            RandomGenerator random,
            SagaListener listener,
            TraceBinding tracing,
            Surroundings surroundings) {}

    private final SagaDefinition<P> definition;
    private final Execution execution;
    private final P payload;
    private final Tools tools;
    private final Turn turn = new Turn();
    private final RunHistory history;
    private final RunCalls<P> calls;
    private final RunSignals signals = new RunSignals();
    private volatile boolean hurried;
    private volatile boolean putDown;

    SagaRun(SagaDefinition<P> definition, Execution execution, P payload, List<LogEntry> log, Tools tools) {
        this.definition = definition;
        this.execution = execution;
        this.payload = payload;
        this.tools = tools;
        this.history = new RunHistory(definition, execution, log, tools);
        this.calls = new RunCalls<>(execution, tools, turn);
    }

    Execution execution() {
        return execution;
    }

    /// As far as it is recorded.
    List<LogEntry> log() {
        return history.log();
    }

    /// Must be called before it is run, where another thread can go on with [#toTheEnd()] when this one is busy.
    void succeededBy(Supplier<Runnable> starter) {
        turn.succeededBy(starter);
    }

    /// Runs to the end, or until it is put down.
    ///
    /// @throws StoppedException it was stopped before
    /// @throws Turn.Over another thread has gone on
    void toTheEnd() {
        try {
            while (advance()) {
                // everything happens in advance()
            }
        } catch (Turn.Over e) {
            throw e;
        } catch (RuntimeException | Error e) {
            calls.abandon();
            throw e;
        }
    }

    /// Must be called first for a saga that was read from the database while it ran. The steps that were next may
    /// have run: the node that died left no row about it. So they are in doubt until their participants answer.
    /// An undo that was next is repeated in any case; there the row only says who does it, so that a log tells
    /// whose each answer is.
    ///
    /// @param node which goes on with it, for whoever reads the log
    void recovered(String node) {
        var underWay = Progress.mayBeUnderWay(definition, history.standing());
        for (var step : underWay) {
            history.record(happened(step, SagaEvent.RECOVERED, Map.of("node", node)), false);
        }
        var standing = history.standing();
        if (underWay.isEmpty() && (standing.parked() || standing.status() == SagaStatus.COMPENSATING)) {
            history.record(happened(null, SagaEvent.RECOVERED, Map.of("node", node)), true);
        }
    }

    /// Must be called first for a saga that was put down.
    void pickedUp(String node) {
        history.pickedUp(node);
    }

    /// Does the next thing: records a signal, an answer, a decision, or begins what is due and waits.
    ///
    /// Signals come before answers: what follows from an answer is recorded with it, and a cancel that is there
    /// must not find the pivot begun.
    ///
    /// @return `false` when the saga has ended or is put down
    boolean advance() {
        if (calls.none() && tools.log().stopped()) {
            throw new StoppedException("the engine stops");
        }
        for (var signal = signalInTime(); signal.isPresent(); signal = signalInTime()) {
            take(signal.get());
        }
        if (history.standing().status().ended()) {
            return false;
        }
        var over = calls.over();
        if (over.isPresent()) {
            recordOutcome(over.get());
            return true;
        }
        return passDeadline() || work(history.next());
    }

    /// Wakes it so that it looks around: it shall stop, or may go on.
    void wake() {
        turn.disturb();
    }

    /// To be looked at now and then, by anybody: it may be time for something while an attempt is made.
    Turn turn() {
        return turn;
    }

    /// Hands over a signal that is recorded. One that comes when nobody runs this any more stays: [#undelivered()].
    void deliver(Signal signal) {
        if (signals.offer(signal)) {
            turn.disturb();
        }
    }

    /// Whether a signal came too late for this run: asked when it is over.
    boolean undelivered() {
        return !signals.none();
    }

    /// It does not run any more because nothing is to be done for long.
    boolean isPutDown() {
        return putDown;
    }

    /// How it stands.
    SagaView view() {
        var now = history.log();
        return Views.of(definition, execution, now, Tasks.of(definition, execution.sagaId(), Standing.of(now)));
    }

    /// Begins everything that is due, and waits for the first thing to happen.
    ///
    /// Whether its definition is paused is asked once: resumed in between, what is due would be held and nothing
    /// would be waited for.
    private boolean work(Set<Next> next) {
        var paused = paused();
        var until = FAR;
        boolean begun = false;
        boolean held = false;
        var hurry = hurried;
        var free = next.size() == 1 && calls.none() ? deadline().orElse(FAR) : null;
        for (var each : inTurn(next)) {
            var due = due(each, hurry);
            if (due == null) {
                until = each.due().isBefore(until) ? each.due() : until;
            } else if (!calls.at(due) && !(paused && due.isAttempt()) && act(due, free)) {
                begun = true;
            } else {
                held = true;
            }
        }
        if (!begun) {
            return pause(until, held || paused);
        }
        hurried = hurried && !hurry;
        return true;
    }

    /// All that may be done side by side. Undoing is done one by one, what is due now before what is due later; but
    /// one that is under way, a dead letter that hangs, does not keep the others from their turn.
    private Set<Next> inTurn(Set<Next> next) {
        if (history.standing().status() != SagaStatus.COMPENSATING) {
            return next;
        }
        return next.stream()
                .filter(each -> !calls.at(each.inTheEnd()))
                .min(Comparator.comparing(Next::due))
                .map(Set::of)
                .orElse(Set.of());
    }

    /// What is to be done of this now, `null` when it has to wait. An operator who hurries brings the next attempt
    /// forward. Where none is left, the pause is the time a participant still has to answer, and ending it early
    /// would turn the saga back.
    private Next due(Next next, boolean hurry) {
        boolean attempts = !(next.inTheEnd() instanceof Next.TurnBack);
        boolean due = !now().isBefore(next.due()) || hurry && attempts;
        return due ? next.inTheEnd() : null;
    }

    /// Nobody else is called while it closes, turns back or ends: an answer that comes after the end could not be
    /// recorded. A node that stops begins no attempt beside those it waits for.
    ///
    /// @return `false` when it has to wait for what is under way
    private boolean act(Next next, Instant free) {
        boolean beside = next instanceof Next.Run || next instanceof Next.Undo;
        if (beside ? tools.log().stopped() : !calls.none()) {
            return false;
        }
        hurried = hurried && !next.isAttempt();
        switch (next) {
            case Next.Run run -> calls.run(definition, run, payload, history, free);
            case Next.Undo undo -> {
                LOG.info("COMPENSATE: undo {}, attempt {}", undo.step(), undo.attempt());
                calls.undo(definition, undo, payload, history, free);
            }
            case Next.Close close -> calls.close(definition, close, payload, free);
            case Next.BeginPivot _, Next.TurnBack _, Next.Finish _ -> {
                var noted = history.noted(next, history.seq());
                if (noted == null) {
                    return false;
                }
                history.record(noted, true);
            }
            case Next.Sleep _, Next.Await _ -> throw new IllegalStateException(next + " is no act");
        }
        return true;
    }

    private boolean paused() {
        return tools.surroundings().paused(definition.name());
    }

    /// Sleeps until something is due, over or rung for; puts the saga down where that is long.
    ///
    /// @param held something is due and must not be done yet, so whoever lets it go on rings: nothing to be put
    ///     down for
    private boolean pause(Instant dueAt, boolean held) {
        var deadline = deadline().orElse(FAR);
        var until = deadline.isBefore(dueAt) ? deadline : dueAt;
        if (calls.none() && !held && signals.none() && isLong(until)) {
            tools.log().putDown(execution.sagaId(), until);
            putDown = true;
            return false;
        }
        var limit = calls.limit();
        sleep(limit.isPresent() && limit.get().isBefore(until) ? limit.get() : until);
        return true;
    }

    private Optional<Instant> deadline() {
        return Deadlines.next(definition, execution.createdAt(), history.standing())
                .map(Deadlines.Deadline::at);
    }

    private boolean isLong(Instant until) {
        var putDownAfter = tools.surroundings().putDownAfter();
        return putDownAfter.isPresent() && Duration.between(now(), until).compareTo(putDownAfter.get()) > 0;
    }

    private void sleep(Instant until) {
        try {
            if (calls.none()) {
                tools.clock().sleep(until, turn.alarm());
            } else {
                tools.caller().await(Duration.between(now(), until), turn.alarm());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoppedException("interrupted");
        }
    }

    private void recordOutcome(RunCalls.Over over) {
        switch (over.act()) {
            case Next.Run run -> ran(run, over);
            case Next.Undo undo -> undid(undo, over);
            case Next.Close close -> closed(close, over);
            case Next.Await _, Next.Sleep _, Next.BeginPivot _, Next.TurnBack _, Next.Finish _ ->
                throw new IllegalStateException(over + " is no attempt");
        }
    }

    private void ran(Next.Run run, RunCalls.Over over) {
        var step = definition.step(run.step());
        var last = Journal.attempt(history.seq(), run, over, step.asksFor(), null);
        boolean repeats = !(over.outcome() instanceof Outcome.Done) && isRepeated(last);
        history.record(
                repeats
                        ? Journal.attempt(
                                history.seq(), run, over, step.asksFor(), retryAt(step.backoff(), run.attempt(), over))
                        : last,
                settled());
        history.stepEnded(last, over.times());
    }

    private void undid(Next.Undo undo, RunCalls.Over over) {
        var step = definition.step(undo.step());
        var entry = Journal.undo(history.seq(), undo, over, retryAt(step.backoff(), undo.attempt(), over));
        history.record(entry, settled());
        if (entry.event() == SagaEvent.UNDONE) {
            LOG.info("COMPENSATE: {} is undone", step.name());
        } else {
            LOG.warn("COMPENSATE: {} is not undone yet, attempt {}: {}", step.name(), undo.attempt(), over.outcome());
        }
        history.stepEnded(entry, over.times());
    }

    private void closed(Next.Close close, RunCalls.Over over) {
        if (over.outcome() instanceof Outcome.Done) {
            var status = close.ending() instanceof Ending.Completed ? SagaStatus.COMPLETED : SagaStatus.FAILED;
            history.record(Journal.ended(history.seq(), status, over.times().ended()), true);
        } else {
            var retryAt = retryAt(Backoff.DEFAULT, close.attempt(), over);
            history.record(Journal.closingFailed(history.seq(), close, over, retryAt), true);
        }
    }

    /// Whether the step is tried again after an attempt, so that a pause is due: it does not turn back, and waits
    /// for no signal, or for one whose time was over from the beginning. (Without a pause that wait would be
    /// repeated as fast as its participant answers.)
    private boolean isRepeated(LogEntry attempt) {
        return history.nextWith(attempt).stream().noneMatch(next -> switch (next) {
            case Next.TurnBack _ -> true;
            case Next.Await(var _, var until, var then) ->
                then instanceof Next.TurnBack
                        || attempt.step().equals(then.calls()) && until.isAfter(attempt.endedAt());
            case Next.Run _, Next.Undo _, Next.Sleep _, Next.BeginPivot _, Next.Close _, Next.Finish _ -> false;
        });
    }

    private boolean passDeadline() {
        var next = Deadlines.next(definition, execution.createdAt(), history.standing());
        if (next.isEmpty() || now().isBefore(next.get().at())) {
            return false;
        }
        history.record(happened(next.get().step(), SagaEvent.DEADLINE_PASSED, Map.of()), settled());
        return true;
    }

    /// One that comes with the last row, or after it, is too late: nothing follows on the end.
    private Optional<Signal> signalInTime() {
        return history.standing().status().ended()
                ? Optional.empty()
                : signals.take(signal -> calls.mayAnswer(signal, definition, history));
    }

    /// Whether a decision may follow in the same transaction: nobody is being called, and nothing has come that may
    /// change it.
    private boolean settled() {
        return calls.none() && signals.none();
    }

    /// Once, however often it is delivered: the log says which signals it has.
    private void take(Signal signal) {
        if (history.standing().has(signal.key())) {
            return;
        }
        var taking = SignalTaking.of(signal, history, now());
        if (signal.name().equals(Signal.RETRY)) {
            hurried = true;
        }
        history.record(taking.entry(), settled(), List.of(taking.taken()));
    }

    private LogEntry happened(String step, SagaEvent event, Map<String, String> detail) {
        return Journal.happened(history.seq(), step, event, detail, now());
    }

    private Instant now() {
        return tools.clock().now();
    }

    private Instant retryAt(Backoff backoff, int attempt, RunCalls.Over over) {
        return over.times().ended().plus(backoff.delay(attempt, tools.random())).truncatedTo(ChronoUnit.MICROS);
    }
}
