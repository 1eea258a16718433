package dev.holdfast.saga;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One saga being run: ask what is next, do it, record what happened, ask again. Knows no threads and no database;
/// it blocks in its tools only.
///
/// Nothing is done that depends on a row before that row is durable. What is done and not yet recorded when the
/// process dies is done again, under the same key.
///
/// One thread runs it. [#view], [#hurry] and [#order] may be called by any.
///
/// @param <P> what the saga carries
final class SagaRun<P> {

    private static final Logger LOG = LoggerFactory.getLogger(SagaRun.class);

    /// Limit of one attempt to close: closing belongs to no step that could say one.
    private static final Duration CLOSING_WITHIN = Duration.ofSeconds(30);

    /// Everything a run needs of the world.
    record Tools(
            SagaLog log,
            StepCaller caller,
            SagaClock clock,
            RandomGenerator random,
            SagaListener listener,
            TraceBinding tracing) {}

    /// An operator's word that a step was undone by hand.
    record Order(Command.Audit audit, String step, String evidence, CompletableFuture<OperatorAnswer> answer) {}

    private final SagaDefinition<P> definition;
    private final Execution execution;
    private final P payload;
    private final Tools tools;
    private final Recording recording;
    private final Alarm alarm = new Alarm();
    private final Queue<Order> orders = new ConcurrentLinkedQueue<>();
    private volatile List<LogEntry> log;
    private volatile boolean hurried;
    private volatile boolean over;

    SagaRun(SagaDefinition<P> definition, Execution execution, P payload, List<LogEntry> log, Tools tools) {
        this.definition = definition;
        this.execution = execution;
        this.payload = payload;
        this.tools = tools;
        this.recording = new Recording(definition, execution);
        this.log = List.copyOf(log);
    }

    Execution execution() {
        return execution;
    }

    /// As far as it is recorded.
    List<LogEntry> log() {
        return log;
    }

    /// Runs to the end.
    ///
    /// @throws StoppedException it was stopped before
    void toTheEnd() {
        while (advance()) {
            // everything happens in advance()
        }
    }

    /// Must be called first for a saga that was read from the database. The step that was next may have run: the
    /// node that died left no row about it. So it is in doubt until its participant answers. An undo that was next
    /// is repeated in any case; there the row only says who does it, so that a log tells whose each answer is.
    ///
    /// @param node which goes on with it, for whoever reads the log
    void recovered(String node) {
        var next = Progress.next(definition, log);
        var step = next.stream().map(Next::calls).filter(Objects::nonNull).findFirst();
        var standing = Standing.of(log);
        if (step.isPresent() || standing.parked() || standing.status() == SagaStatus.COMPENSATING) {
            var now = tools.clock().now();
            record(Journal.happened(seq(), step.orElse(null), SagaEvent.RECOVERED, Map.of("node", node), now));
        }
    }

    /// Does the next thing.
    ///
    /// @return `false` when the saga has ended
    boolean advance() {
        if (tools.log().stopped()) {
            throw new StoppedException("the engine stops");
        }
        for (var order = orders.poll(); order != null; order = orders.poll()) {
            follow(order);
        }
        var next = Progress.next(definition, log);
        if (next.isEmpty()) {
            return false;
        }
        act(soonest(next));
        return true;
    }

    /// Whoever gave the order hears of it also where the saga stops over it: by then nobody can take it back.
    private void follow(Order order) {
        try {
            order.answer().complete(resolve(order));
        } catch (RuntimeException e) {
            order.answer().completeExceptionally(e);
            throw e;
        }
    }

    /// Ends the pause this saga is in, or the next one.
    void hurry() {
        hurried = true;
        alarm.ring();
    }

    /// Wakes it so that it sees that it shall stop.
    void wake() {
        alarm.ring();
    }

    void order(Order order) {
        orders.add(order);
        alarm.ring();
        if (over) {
            refuseOrders();
        }
    }

    /// Takes an order back, if nobody has begun with it.
    boolean withdraw(Order order) {
        return orders.remove(order);
    }

    /// Must be called when nobody runs it any more, so that nobody waits for it.
    void refuseOrders() {
        over = true;
        for (var order = orders.poll(); order != null; order = orders.poll()) {
            order.answer().complete(new OperatorAnswer.NotPossible("the saga no longer runs here"));
        }
    }

    /// How it stands.
    SagaView view() {
        var now = log;
        return Views.of(definition, execution, now, Tasks.of(definition, execution.sagaId(), Standing.of(now)));
    }

    private void act(Next next) {
        switch (next) {
            case Next.Run run -> run(run);
            case Next.Undo undo -> undo(undo);
            case Next.Await(var signal, var deadline, var then) -> pause(deadline, then);
            case Next.Sleep(var until, var then) -> pause(until, then);
            case Next.Close close -> close(close);
            case Next.BeginPivot begin -> record(noted(begin, seq()));
            case Next.TurnBack turn -> record(noted(turn, seq()));
            case Next.Finish finish -> record(noted(finish, seq()));
        }
    }

    private void run(Next.Run run) {
        var step = definition.step(run.step());
        var started = tools.clock().now();
        var key = execution.sagaId() + ":" + step.name() + (run.generation() == 0 ? "" : ":" + run.generation());
        var call = new StepCall(
                execution.sagaId(),
                step.name(),
                key,
                key,
                run.attempt(),
                run.generation(),
                started.plus(step.validFor()),
                facts());
        var outcome = call(() -> step.does().run(payload, call), step.within());
        var times = new Journal.Times(started, tools.clock().now());
        var last = Journal.attempt(seq(), run, outcome, times, null);
        record(
                outcome instanceof Outcome.Done || endsTheStep(last)
                        ? last
                        : Journal.attempt(seq(), run, outcome, times, retryAt(step.backoff(), run.attempt(), times)));
        tell(listener ->
                listener.stepEnded(execution.sagaId(), definition.name(), step.name(), last.event(), between(times)));
    }

    private void undo(Next.Undo undo) {
        var step = definition.step(undo.step());
        var started = tools.clock().now();
        var key = execution.sagaId() + ":" + step.name();
        var call = new StepCall(
                execution.sagaId(), step.name(), key + ":undo", key, undo.attempt(), 0, StepCall.ANY_TIME, facts());
        LOG.info("COMPENSATE: undo {}, attempt {}", step.name(), undo.attempt());
        var outcome = call(() -> step.undoneBy().run(payload, call), step.within());
        var times = new Journal.Times(started, tools.clock().now());
        var entry = Journal.undo(seq(), undo, outcome, times, retryAt(step.backoff(), undo.attempt(), times));
        record(entry);
        if (entry.event() == SagaEvent.UNDONE) {
            LOG.info("COMPENSATE: {} is undone", step.name());
        } else {
            LOG.warn("COMPENSATE: {} is not undone yet, attempt {}: {}", step.name(), undo.attempt(), outcome);
        }
        tell(listener ->
                listener.stepEnded(execution.sagaId(), definition.name(), step.name(), entry.event(), between(times)));
    }

    private void close(Next.Close close) {
        var started = tools.clock().now();
        var closing = definition.closing().orElseThrow();
        var outcome = call(() -> closed(closing, close.ending()), CLOSING_WITHIN);
        var times = new Journal.Times(started, tools.clock().now());
        if (outcome instanceof Outcome.Done) {
            var status = close.ending() instanceof Ending.Completed ? SagaStatus.COMPLETED : SagaStatus.FAILED;
            record(Journal.ended(seq(), status, times.ended()));
        } else {
            record(Journal.closingFailed(
                    seq(), close, outcome, times, retryAt(Backoff.DEFAULT, close.attempt(), times)));
        }
    }

    /// A closing action says by an exception that it wants to be called again; that is no defect.
    private Outcome closed(ClosingAction<P> closing, Ending ending) {
        try {
            closing.run(payload, execution.sagaId(), ending);
            return Outcome.Done.done();
        } catch (Exception e) {
            LOG.warn("closing did not succeed, will be repeated", e);
            return new Outcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    /// A thread that is interrupted while it waits for an attempt is to stop; the attempt stays in doubt, as if the
    /// process had died here.
    private Outcome call(Callable<Outcome> attempt, Duration within) {
        var outcome = tools.caller().call(() -> tools.tracing().call(execution.traceparent(), attempt), within);
        if (Thread.currentThread().isInterrupted()) {
            throw new StoppedException("interrupted during an attempt");
        }
        return outcome;
    }

    /// Whether nothing follows on this attempt but to turn back.
    private boolean endsTheStep(LogEntry attempt) {
        return Progress.next(definition, with(List.of(attempt))).stream()
                .anyMatch(next -> next instanceof Next.TurnBack || next instanceof Next.Await);
    }

    /// An operator who hurries brings the next attempt forward. Where none is left, the pause is the time a
    /// participant still has to answer, and ending it early would turn the saga back.
    private void pause(Instant until, Next then) {
        boolean attempts = !(then instanceof Next.TurnBack);
        if (tools.clock().now().isBefore(until) && !(hurried && attempts)) {
            try {
                tools.clock().sleep(until, alarm);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoppedException("interrupted during a pause");
            }
        }
        boolean due = hurried && attempts || !tools.clock().now().isBefore(until);
        if (due && orders.isEmpty() && !tools.log().stopped()) {
            hurried = false;
            act(then);
        }
    }

    private OperatorAnswer resolve(Order order) {
        if (!Progress.isDeadLetter(Standing.of(log).of(order.step()))) {
            return new OperatorAnswer.NotPossible("the undo of '" + order.step() + "' is no open dead letter");
        }
        var detail = Map.of("who", order.audit().who(), "reason", order.audit().why(), "evidence", order.evidence());
        record(
                Journal.happened(
                        seq(),
                        order.step(),
                        SagaEvent.RESOLVED,
                        detail,
                        tools.clock().now()),
                order.audit());
        LOG.warn("COMPENSATE: {} counts as undone by hand: {}", order.step(), detail);
        return new OperatorAnswer.Accepted();
    }

    private void record(LogEntry entry) {
        record(entry, null);
    }

    /// Records a row, and in the same transaction what follows from it without anybody being called.
    private void record(LogEntry entry, Command.Audit audit) {
        var entries = new ArrayList<>(List.of(entry));
        var noted = follow(entries);
        while (noted != null) {
            entries.add(noted);
            noted = follow(entries);
        }
        var append = recording.of(log, entries, audit);
        tools.log().append(append);
        var before = log;
        log = with(entries);
        told(append, before);
    }

    private LogEntry follow(List<LogEntry> entries) {
        var next = Progress.next(definition, with(entries));
        return next.size() == 1 ? noted(next.iterator().next(), seq() + entries.size()) : null;
    }

    /// The row that stands for a decision, `null` for what is not decided but done.
    private LogEntry noted(Next next, int seq) {
        var now = tools.clock().now();
        return switch (next) {
            case Next.BeginPivot(var step) -> Journal.happened(seq, step, SagaEvent.PIVOT_BEGUN, Map.of(), now);
            case Next.TurnBack turn -> Journal.turnedBack(seq, turn, now);
            case Next.Finish(var status) -> Journal.ended(seq, status, now);
            case Next.Run _, Next.Undo _, Next.Await _, Next.Sleep _, Next.Close _ -> null;
        };
    }

    private void told(Command.Append append, List<LogEntry> before) {
        for (var entry : append.entries()) {
            RunLines.recorded(entry);
        }
        for (var letter : append.deadLetters()) {
            LOG.error("COMPENSATE: dead letter: {} is not undone: {}", letter.step(), letter.error());
            tell(listener -> listener.deadLetter(execution.sagaId(), definition.name(), letter.step(), letter.error()));
        }
        var change = append.change();
        if (change != null && change.needsAttention() != Progress.needsAttention(definition, before)) {
            tell(listener -> listener.attention(execution.sagaId(), definition.name(), change.needsAttention()));
        }
        if (change != null && change.status().ended()) {
            var lasted = Duration.between(execution.createdAt(), change.at());
            tell(listener -> listener.ended(execution.sagaId(), definition.name(), change.status(), lasted));
        }
    }

    private void tell(Consumer<SagaListener> news) {
        try {
            news.accept(tools.listener());
        } catch (RuntimeException e) {
            LOG.warn("a listener threw; the saga goes on", e);
        }
    }

    private Map<String, String> facts() {
        var facts = new HashMap<String, String>();
        for (var entry : log) {
            if (entry.event() == SagaEvent.DONE) {
                entry.detail().forEach((name, value) -> facts.put(entry.step() + "." + name, value));
            }
        }
        return Map.copyOf(facts);
    }

    private Instant retryAt(Backoff backoff, int attempt, Journal.Times times) {
        return times.ended().plus(backoff.delay(attempt, tools.random())).truncatedTo(ChronoUnit.MICROS);
    }

    private int seq() {
        return log.size() + 1;
    }

    private List<LogEntry> with(List<LogEntry> entries) {
        var whole = new ArrayList<LogEntry>(log.size() + entries.size());
        whole.addAll(log);
        whole.addAll(entries);
        return whole;
    }

    private static Duration between(Journal.Times times) {
        return Duration.between(times.started(), times.ended());
    }

    /// What is due now before what is due later.
    private static Next soonest(Set<Next> next) {
        return next.stream().min(Comparator.comparing(Next::due)).orElseThrow();
    }
}
