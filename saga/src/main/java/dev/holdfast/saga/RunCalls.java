package dev.holdfast.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The attempts of one saga that are under way: one as a rule, several in a group. Touched by the thread only
/// whose turn it is to run the saga.
///
/// @param <P> what the saga carries
final class RunCalls<P> {

    private static final Logger LOG = LoggerFactory.getLogger(SagaRun.class);

    /// Limit of one attempt to close: closing belongs to no step that could say one.
    private static final Duration CLOSING_WITHIN = Duration.ofSeconds(30);

    /// @param limit when it counts as over without an answer
    private record Ongoing(Next act, Instant started, Instant limit, StepCaller.Call call) {}

    /// @param free until when the saga's thread has nothing else to do, `null` where it has
    private record Begun(Next act, Instant at, Duration within, Instant free) {

        Instant limit() {
            return at.plus(within);
        }

        /// When something else is to be done, its limit at the latest.
        Instant until() {
            return free.isBefore(limit()) ? free : limit();
        }

        Ongoing by(StepCaller.Call call) {
            return new Ongoing(act, at, limit(), call);
        }
    }

    /// An attempt that is over.
    ///
    /// @param act what it was: a [Next.Run], [Next.Undo] or [Next.Close]
    record Over(Next act, Outcome outcome, Journal.Times times) {}

    private final Execution execution;
    private final SagaRun.Tools tools;
    private final Turn turn;
    private final Map<String, Ongoing> ongoing = new LinkedHashMap<>();

    RunCalls(Execution execution, SagaRun.Tools tools, Turn turn) {
        this.execution = execution;
        this.tools = tools;
        this.turn = turn;
    }

    boolean none() {
        return ongoing.isEmpty();
    }

    /// Whether an attempt at this step is under way.
    boolean at(Next act) {
        return act.isAttempt() && at(nameOf(act));
    }

    boolean at(String step) {
        return ongoing.containsKey(step);
    }

    /// Whether a step that waited for this is being made again. The log does not say that its wait is over, and
    /// would take the signal for the answer to that, while the attempt that asks anew has not seen it. So it is
    /// taken when that attempt is over, which its time limit sees to; until then it stays, and who takes the saga
    /// over finds it.
    boolean mayAnswer(Signal signal, SagaDefinition<P> definition, RunHistory history) {
        return definition.steps().stream()
                .filter(step -> at(step.name()))
                .anyMatch(step ->
                        signal.name().equals(history.standing().of(step.name()).awaited()));
    }

    /// When the first of them counts as over without an answer.
    Optional<Instant> limit() {
        return ongoing.values().stream().map(Ongoing::limit).min(Instant::compareTo);
    }

    /// @param free until when there is nothing else to do but this, `null` where there is
    /// @throws Turn.Over as all that begin an attempt: another thread has gone on meanwhile
    void run(SagaDefinition<P> definition, Next.Run run, P payload, RunHistory history, Instant free) {
        var step = definition.step(run.step());
        var now = tools.clock().now();
        var key = execution.sagaId() + ":" + step.name() + (run.generation() == 0 ? "" : ":" + run.generation());
        var call = new StepCall(
                execution.sagaId(),
                step.name(),
                key,
                key,
                run.attempt(),
                run.generation(),
                notAfter(step, now),
                history.standing().facts(),
                history.standing().signals(step),
                run.attempt() > 0
                        || run.generation() > 0
                        || history.standing().of(step.name()).unclear());
        begin(new Begun(run, now, step.within(), free), () -> does(step, payload, call));
    }

    /// A step behind the pivot is never undone: late, it does what would have been done anyway, and a participant
    /// that refused it for good would keep the saga from its end.
    private static Instant notAfter(Step<?> step, Instant now) {
        return step.kind() == StepKind.RETRIABLE ? StepCall.ANY_TIME : now.plus(step.validFor());
    }

    void undo(SagaDefinition<P> definition, Next.Undo undo, P payload, RunHistory history, Instant free) {
        var step = definition.step(undo.step());
        var key = execution.sagaId() + ":" + step.name();
        var call = new StepCall(
                execution.sagaId(),
                step.name(),
                key + ":undo",
                key,
                undo.attempt(),
                history.standing().of(step.name()).generation(),
                StepCall.ANY_TIME,
                history.standing().facts(),
                history.standing().signals(step),
                undo.attempt() > 0 || history.standing().undoRepeated());
        begin(new Begun(undo, tools.clock().now(), step.within(), free), () -> undoes(step, payload, call));
    }

    void close(SagaDefinition<P> definition, Next.Close close, P payload, Instant free) {
        var begun = new Begun(close, tools.clock().now(), CLOSING_WITHIN, free);
        begin(begun, () -> closes(definition.closing().orElseThrow(), payload, close.ending()));
    }

    /// The first that is over: answered, or its time is. One that has not answered in time is unclear, and what it
    /// still does is a late call to the participant.
    Optional<Over> over() {
        var now = tools.clock().now();
        for (var each : ongoing.values()) {
            var outcome = each.call().outcome();
            if (outcome.isEmpty() && !now.isBefore(each.limit())) {
                each.call().abandon();
                var within = Duration.between(each.started(), each.limit());
                outcome = Optional.of(new Outcome.Unclear("no answer within " + within));
            }
            if (outcome.isPresent()) {
                ongoing.remove(nameOf(each.act()));
                return Optional.of(new Over(each.act(), outcome.get(), new Journal.Times(each.started(), now)));
            }
        }
        return Optional.empty();
    }

    /// They stay in doubt, as if the process had died here.
    void abandon() {
        ongoing.values().forEach(each -> each.call().abandon());
        ongoing.clear();
    }

    private Outcome does(Step<P> step, P payload, StepCall call) throws Exception {
        return step.children() == null
                ? step.does().run(payload, call)
                : tools.surroundings().children(step, payload, call);
    }

    private Outcome undoes(Step<P> step, P payload, StepCall call) throws Exception {
        return step.children() == null
                ? step.undoneBy().run(payload, call)
                : tools.surroundings().children(step, payload, call);
    }

    /// A closing action says by an exception that it wants to be called again; that is no defect.
    private Outcome closes(ClosingAction<P> closing, P payload, Ending ending) {
        try {
            closing.run(payload, execution.sagaId(), ending);
            return Outcome.Done.done();
        } catch (Exception e) {
            LOG.warn("closing did not succeed, will be repeated", e);
            return new Outcome.Failed(String.valueOf(e.getMessage()));
        }
    }

    private void begin(Begun begun, Callable<Outcome> attempt) {
        Callable<Outcome> traced = () -> tools.tracing().call(execution.traceparent(), attempt);
        if (begun.free() != null && turn.mayMakeHere(begun.at(), begun.until())) {
            var here = turn.attempt(traced, begun.until());
            // Entered first: whoever goes on with the saga meanwhile must find it under way.
            ongoing.put(nameOf(begun.act()), begun.by(here));
            turn.make(here, () -> beginBeside(begun, traced));
            execution.nameInLog();
        } else {
            beginBeside(begun, traced);
        }
    }

    private void beginBeside(Begun begun, Callable<Outcome> attempt) {
        ongoing.put(nameOf(begun.act()), begun.by(tools.caller().begin(attempt, turn.alarm())));
    }

    private static String nameOf(Next act) {
        return switch (act) {
            case Next.Run(var step, var _, var _) -> step;
            case Next.Undo(var step, var _) -> step;
            case Next.Close _ -> "";
            case Next.Await _, Next.Sleep _, Next.BeginPivot _, Next.TurnBack _, Next.Finish _ ->
                throw new IllegalArgumentException(act + " is no attempt");
        };
    }
}
