package dev.holdfast.saga;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One saga in flight: asks [Progress] what is next, acts, records what happened, asks again.
///
/// Nothing is acted upon before the row that leads to it is durable. So whatever this loop knows can be read back
/// from the log, and a loop in another process goes on exactly where this one was.
///
/// One thread at a time runs it; the attempts it makes have threads of their own.
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
    private final Alarm alarm = new Alarm();
    private final RunHistory history;
    private final RunCalls<P> calls;
    private final Queue<Signal> signals = new ConcurrentLinkedQueue<>();
    /// Delivered once: a signal is offered again and again until it is taken.
    private final Set<String> offered = ConcurrentHashMap.newKeySet();
    private volatile boolean hurried;
    private volatile boolean putDown;

    SagaRun(SagaDefinition<P> definition, Execution execution, P payload, List<LogEntry> log, Tools tools) {
        this.definition = definition;
        this.execution = execution;
        this.payload = payload;
        this.tools = tools;
        this.history = new RunHistory(definition, execution, log, tools);
        this.calls = new RunCalls<>(execution, tools, alarm);
    }

    Execution execution() {
        return execution;
    }

    /// As far as it is recorded.
    List<LogEntry> log() {
        return history.log();
    }

    /// Runs to the end, or until it is put down.
    ///
    /// @throws StoppedException it was stopped before
    void toTheEnd() {
        try {
            while (advance()) {
                // everything happens in advance()
            }
        } finally {
            calls.abandon();
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

    /// Does the next thing: records an answer, a signal, a decision, or begins what is due and waits.
    ///
    /// @return `false` when the saga has ended or is put down
    boolean advance() {
        if (calls.none() && tools.log().stopped()) {
            throw new StoppedException("the engine stops");
        }
        var over = calls.over();
        if (over.isPresent()) {
            recordOutcome(over.get());
            return true;
        }
        for (var signal = signalInTime(); signal != null; signal = signalInTime()) {
            take(signal);
        }
        if (passDeadline()) {
            return true;
        }
        var next = history.next();
        if (next.isEmpty()) {
            return false;
        }
        return work(next);
    }

    /// Ends the pause this saga is in, or the next one.
    void hurry() {
        hurried = true;
        alarm.ring();
    }

    /// Wakes it so that it looks around: it shall stop, or may go on.
    void wake() {
        alarm.ring();
    }

    /// Hands over a signal that is recorded. One that comes when nobody runs this any more stays: [#undelivered()].
    void deliver(Signal signal) {
        if (offered.add(signal.key())) {
            signals.add(signal);
            alarm.ring();
        }
    }

    /// Whether a signal came too late for this run: asked when it is over.
    boolean undelivered() {
        return !signals.isEmpty();
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
    private boolean work(Set<Next> next) {
        var until = FAR;
        boolean begun = false;
        var hurry = hurried;
        for (var each : history.standing().status() == SagaStatus.COMPENSATING ? Set.of(soonest(next)) : next) {
            var due = due(each, hurry);
            if (due == null) {
                until = each.due().isBefore(until) ? each.due() : until;
            } else if (act(due)) {
                begun = true;
            }
        }
        if (!begun) {
            return pause(until);
        }
        hurried = hurried && !hurry;
        return true;
    }

    /// What is to be done of this now, `null` when it has to wait. An operator who hurries brings the next attempt
    /// forward. Where none is left, the pause is the time a participant still has to answer, and ending it early
    /// would turn the saga back.
    private Next due(Next next, boolean hurry) {
        boolean attempts = !(next.inTheEnd() instanceof Next.TurnBack);
        boolean due = !tools.clock().now().isBefore(next.due()) || hurry && attempts;
        return due ? next.inTheEnd() : null;
    }

    /// @return `false` when it is under way already, or has to wait for what is
    private boolean act(Next next) {
        boolean attempt = next instanceof Next.Run || next instanceof Next.Undo || next instanceof Next.Close;
        if (attempt ? calls.at(next) || paused() : !calls.none()) {
            return false;
        }
        switch (next) {
            case Next.Run run -> calls.run(definition, run, payload, history);
            case Next.Undo undo -> {
                LOG.info("COMPENSATE: undo {}, attempt {}", undo.step(), undo.attempt());
                calls.undo(definition, undo, payload, history);
            }
            case Next.Close close -> calls.close(close, () -> closed(close.ending()));
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
    private boolean pause(Instant dueAt) {
        var until = dueAt;
        var deadline = Deadlines.next(definition, execution.createdAt(), history.standing());
        if (deadline.isPresent() && deadline.get().at().isBefore(until)) {
            until = deadline.get().at();
        }
        if (calls.none() && !paused() && signals.isEmpty() && isLong(until)) {
            tools.log().putDown(execution.sagaId(), until);
            putDown = true;
            return false;
        }
        var limit = calls.limit();
        sleep(limit.isPresent() && limit.get().isBefore(until) ? limit.get() : until);
        return true;
    }

    private boolean isLong(Instant until) {
        var putDownAfter = tools.surroundings().putDownAfter();
        return putDownAfter.isPresent()
                && Duration.between(tools.clock().now(), until).compareTo(putDownAfter.get()) > 0;
    }

    private void sleep(Instant until) {
        try {
            if (calls.none()) {
                tools.clock().sleep(until, alarm);
            } else {
                tools.caller().await(Duration.between(tools.clock().now(), until), alarm);
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
        boolean repeats = !(over.outcome() instanceof Outcome.Done) && !endsTheStep(last);
        history.record(
                repeats
                        ? Journal.attempt(
                                history.seq(), run, over, step.asksFor(), retryAt(step.backoff(), run.attempt(), over))
                        : last,
                calls.none());
        stepEnded(step, last.event(), over);
    }

    private void undid(Next.Undo undo, RunCalls.Over over) {
        var step = definition.step(undo.step());
        var entry = Journal.undo(history.seq(), undo, over, retryAt(step.backoff(), undo.attempt(), over));
        history.record(entry, calls.none());
        if (entry.event() == SagaEvent.UNDONE) {
            LOG.info("COMPENSATE: {} is undone", step.name());
        } else {
            LOG.warn("COMPENSATE: {} is not undone yet, attempt {}: {}", step.name(), undo.attempt(), over.outcome());
        }
        stepEnded(step, entry.event(), over);
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

    /// A closing action says by an exception that it wants to be called again; that is no defect.
    private Outcome closed(Ending ending) {
        try {
            definition.closing().orElseThrow().run(payload, execution.sagaId(), ending);
            return Outcome.Done.done();
        } catch (Exception e) {
            LOG.warn("closing did not succeed, will be repeated", e);
            return new Outcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    /// Whether nothing follows on this attempt but to turn back, or to wait.
    private boolean endsTheStep(LogEntry attempt) {
        return history.nextWith(attempt).stream()
                .filter(next -> next instanceof Next.TurnBack
                        || next instanceof Next.Await(var _, var _, var then) && isAt(then, attempt))
                .findAny()
                .isPresent();
    }

    private static boolean isAt(Next then, LogEntry attempt) {
        return then instanceof Next.TurnBack || attempt.step().equals(then.calls());
    }

    private boolean passDeadline() {
        var next = Deadlines.next(definition, execution.createdAt(), history.standing());
        if (next.isEmpty() || tools.clock().now().isBefore(next.get().at())) {
            return false;
        }
        history.record(happened(next.get().step(), SagaEvent.DEADLINE_PASSED, Map.of()), calls.none());
        return true;
    }

    /// One that comes with the last row, or after it, is too late: nothing follows on the end.
    private Signal signalInTime() {
        return history.standing().status().ended() ? null : signals.poll();
    }

    /// Once, however often it is delivered: the log says which signals it has.
    private void take(Signal signal) {
        if (history.standing().has(signal.key())) {
            return;
        }
        var taking = SignalTaking.of(signal, history, tools.clock().now());
        if (signal.name().equals(Signal.RETRY)) {
            hurried = true;
        }
        history.record(taking.entry(), calls.none(), List.of(taking.taken()));
    }

    private LogEntry happened(String step, SagaEvent event, Map<String, String> detail) {
        return Journal.happened(
                history.seq(), step, event, detail, tools.clock().now());
    }

    private void stepEnded(Step<P> step, SagaEvent event, RunCalls.Over over) {
        var lasted = Duration.between(over.times().started(), over.times().ended());
        history.tell(listener -> listener.stepEnded(execution.sagaId(), definition.name(), step.name(), event, lasted));
    }

    private Instant retryAt(Backoff backoff, int attempt, RunCalls.Over over) {
        return over.times().ended().plus(backoff.delay(attempt, tools.random())).truncatedTo(ChronoUnit.MICROS);
    }

    /// What is due now before what is due later.
    private static Next soonest(Set<Next> next) {
        return next.stream().min(Comparator.comparing(Next::due)).orElseThrow();
    }
}
