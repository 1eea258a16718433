package dev.holdfast.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// The attempts of one saga that are under way: one as a rule, several in a group. Touched by the saga's thread
/// only.
///
/// @param <P> what the saga carries
final class RunCalls<P> {

    /// Limit of one attempt to close: closing belongs to no step that could say one.
    private static final Duration CLOSING_WITHIN = Duration.ofSeconds(30);

    /// @param limit when it counts as over without an answer
    private record Ongoing(Next act, Instant started, Instant limit, StepCaller.Call call) {}

    /// An attempt that is over.
    ///
    /// @param act what it was: a [Next.Run], [Next.Undo] or [Next.Close]
    record Over(Next act, Outcome outcome, Journal.Times times) {}

    private final Execution execution;
    private final SagaRun.Tools tools;
    private final Alarm alarm;
    private final Map<String, Ongoing> ongoing = new LinkedHashMap<>();

    RunCalls(Execution execution, SagaRun.Tools tools, Alarm alarm) {
        this.execution = execution;
        this.tools = tools;
        this.alarm = alarm;
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

    /// When the first of them counts as over without an answer.
    Optional<Instant> limit() {
        return ongoing.values().stream().map(Ongoing::limit).min(Instant::compareTo);
    }

    void run(SagaDefinition<P> definition, Next.Run run, P payload, RunHistory history) {
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
        begin(run, now, step.within(), () -> does(step, payload, call));
    }

    /// A step behind the pivot is never undone: late, it does what would have been done anyway, and a participant
    /// that refused it for good would keep the saga from its end.
    private static Instant notAfter(Step<?> step, Instant now) {
        return step.kind() == StepKind.RETRIABLE ? StepCall.ANY_TIME : now.plus(step.validFor());
    }

    void undo(SagaDefinition<P> definition, Next.Undo undo, P payload, RunHistory history) {
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
        begin(undo, tools.clock().now(), step.within(), () -> undoes(step, payload, call));
    }

    void close(Next.Close close, Callable<Outcome> closing) {
        begin(close, tools.clock().now(), CLOSING_WITHIN, closing);
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

    private void begin(Next act, Instant now, Duration within, Callable<Outcome> attempt) {
        var call = tools.caller().begin(() -> tools.tracing().call(execution.traceparent(), attempt), alarm);
        ongoing.put(nameOf(act), new Ongoing(act, now, now.plus(within), call));
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
