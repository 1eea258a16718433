package dev.holdfast.saga;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a whole log says: the fold that everything else asks.
final class Standing {

    /// What the entry that turns back says: the steps to undo, in order, with a space between. Recorded rather than
    /// derived again, so that an audit needs no definition.
    static final String UNDO = "undo";

    /// What the log says about a step that it does not name. Never changed.
    private static final StepStanding UNTOUCHED = new StepStanding();

    private SagaStatus status = SagaStatus.STARTED;
    /// In the order in which the log first names them, so that a signal two of them wait for goes to the same one
    /// always.
    private final Map<String, StepStanding> steps = new LinkedHashMap<>();
    private List<String> undo = List.of();
    private Ending.FailedBecause failure;
    private int closingFailures;
    private LogEntry lastClosing;
    private boolean parked;
    private boolean undoRepeated;
    private StepStanding pivot;
    private boolean deadlinePassed;
    private LogEntry cancelled;
    private String currentStep;
    private Map<String, String> facts = Map.of();
    /// How many of the definition's first steps are known to be done, which they stay.
    private int open;
    /// What came, by name, and nobody has waited for yet: what each brought, in their order.
    private final Map<String, Deque<String>> early = new HashMap<>();
    private final Map<String, String> signals = new HashMap<>();
    /// Of those that a step has waited for.
    private final Map<String, String> taken = new HashMap<>();
    private final Set<String> signalKeys = new HashSet<>();

    private Standing() {}

    /// @throws IllegalStateException the log is not a path through the table of [Lifecycle]
    static Standing of(List<LogEntry> log) {
        var standing = new Standing();
        log.forEach(standing::add);
        return standing;
    }

    SagaStatus status() {
        return status;
    }

    /// To look at: asking must not make a place in the order of the steps.
    StepStanding of(String step) {
        return steps.getOrDefault(step, UNTOUCHED);
    }

    /// The first step that is not done, `null` when all are.
    ///
    /// @param steps of the definition whose log this is
    <S extends Step<?>> S firstOpen(List<S> steps) {
        while (open < steps.size() && of(steps.get(open).name()).done()) {
            open++;
        }
        return open < steps.size() ? steps.get(open) : null;
    }

    private StepStanding at(String step) {
        return steps.computeIfAbsent(step, name -> new StepStanding());
    }

    /// The steps to undo, in order.
    List<String> undo() {
        return undo;
    }

    /// Why it turned back, `null` when it did not.
    Ending.FailedBecause failure() {
        return failure;
    }

    int closingFailures() {
        return closingFailures;
    }

    /// The last attempt to close, `null` before one.
    LogEntry lastClosing() {
        return lastClosing;
    }

    boolean parked() {
        return parked;
    }

    /// Whether a node that died may have called an undo of which no row says so.
    boolean undoRepeated() {
        return undoRepeated;
    }

    /// Once the pivot has begun it is not for anybody but its participant to turn the saga back. If that has, for
    /// all that it was asked, the saga is as free as before until another request is made.
    boolean goesThrough() {
        return pivot != null && !pivot.asksForAnother();
    }

    /// The time of the whole saga is over.
    boolean deadlinePassed() {
        return deadlinePassed;
    }

    /// The row of the signal that cancelled it, `null` for none.
    LogEntry cancelled() {
        return cancelled;
    }

    /// What the signals brought that a call of a step is made with, by their names: of those that its request
    /// waited for, and of the one that opened it, what those brought; of others the latest. A later one of the same
    /// name belongs to the next request: a repetition under the same key that said something else would be refused,
    /// and the effect of the first attempt be taken for none. So the signal that opens another request is not shown
    /// to the first one, before which it may have come or not; unless it has opened one of another step.
    Map<String, String> signals(Step<?> step) {
        var known = of(step.name());
        if (signals.isEmpty() && known.brought().isEmpty()) {
            return Map.of();
        }
        var shown = new HashMap<>(signals);
        var asked = step.asksFor();
        if (asked != null && known.generation() == 0) {
            shown.remove(asked.signal());
            if (taken.containsKey(asked.signal())) {
                shown.put(asked.signal(), taken.get(asked.signal()));
            }
        }
        known.brought().forEach((name, what) -> {
            if (!Signal.isReserved(name)) {
                shown.put(name, what);
            }
        });
        return Map.copyOf(shown);
    }

    /// Whether a signal is in the log: it is delivered as often as anybody likes and happens once.
    boolean has(String signalKey) {
        return signalKeys.contains(signalKey);
    }

    /// The step of the latest row that has one, `null` before the first.
    String currentStep() {
        return currentStep;
    }

    /// One more row.
    void add(LogEntry entry) {
        status = Lifecycle.after(status, entry.event());
        parked = entry.event() == SagaEvent.PARKED;
        if (entry.step() != null) {
            currentStep = entry.step();
        }
        switch (entry.event()) {
            case DONE -> done(entry);
            case REFUSED -> {
                at(entry.step()).isRefused(entry);
                takeEarly(entry.step());
            }
            case FAILED -> at(entry.step()).attempted(entry);
            case UNCLEAR, WAITING -> {
                at(entry.step()).attempted(entry);
                at(entry.step()).inDoubt(entry);
                takeEarly(entry.step());
            }
            case RECOVERED -> recovered(entry);
            case SIGNALLED -> signalled(entry);
            case DEADLINE_PASSED -> deadlinePassed(entry.step());
            case PIVOT_BEGUN -> {
                pivot = at(entry.step());
                pivot.isBegun();
            }
            case TURNED_BACK -> turnedBack(entry);
            case UNDONE, RESOLVED -> undone(entry);
            case UNDO_FAILED -> at(entry.step()).undoFailed(entry);
            case CLOSING_FAILED -> {
                closingFailures++;
                lastClosing = entry;
            }
            case PARKED, PICKED_UP, SAGA_COMPLETED, SAGA_FAILED -> {}
        }
    }

    private void recovered(LogEntry entry) {
        if (entry.step() != null) {
            at(entry.step()).inDoubt(entry);
        }
        undoRepeated = undoRepeated || status == SagaStatus.COMPENSATING;
    }

    private void undone(LogEntry entry) {
        at(entry.step()).isUndone();
        if (entry.event() == SagaEvent.RESOLVED) {
            signalKeys.add(entry.detail().get(Signal.KEY));
        }
    }

    /// A signal wakes one step that waits for it; with none it is kept for the next that will.
    private void signalled(LogEntry entry) {
        var name = entry.detail().get(StepStanding.SIGNAL);
        signalKeys.add(entry.detail().get(Signal.KEY));
        if (name.equals(Signal.CANCEL)) {
            // One that comes while the pivot may have an effect is answered that it is too late, and stays so
            // whatever the pivot says afterwards.
            cancelled = cancelled == null && !goesThrough() ? entry : cancelled;
        } else if (!Signal.isOrder(name)) {
            var brought = entry.detail().getOrDefault(Signal.PAYLOAD, "");
            if (!Signal.isReserved(name)) {
                signals.put(name, brought);
            }
            var waiting = steps.values().stream()
                    .filter(step -> name.equals(step.awaited()))
                    .findFirst();
            waiting.ifPresentOrElse(
                    step -> take(step, brought),
                    () -> early.computeIfAbsent(name, _ -> new ArrayDeque<>()).add(brought));
        }
    }

    private void takeEarly(String step) {
        var awaited = of(step).awaited();
        var waits = awaited == null ? null : early.get(awaited);
        if (waits != null && !waits.isEmpty()) {
            take(at(step), waits.remove());
        }
    }

    private void take(StepStanding step, String brought) {
        taken.put(step.awaited(), brought);
        step.isSignalled(brought);
    }

    private void deadlinePassed(String step) {
        if (step == null) {
            deadlinePassed = true;
        } else {
            at(step).deadlineHasPassed();
        }
    }

    private void turnedBack(LogEntry entry) {
        var names = entry.detail().getOrDefault(UNDO, "");
        undo = names.isEmpty() ? List.of() : List.of(names.split(" "));
        failure = new Ending.FailedBecause(
                entry.step(),
                entry.detail().get(StepStanding.CODE),
                entry.detail().get(StepStanding.MESSAGE));
    }

    /// Facts of the steps that are done, by `step.name`. As they are now: what comes later does not change it.
    Map<String, String> facts() {
        return facts;
    }

    private void done(LogEntry done) {
        at(done.step()).isDone(done);
        if (!done.detail().isEmpty()) {
            var more = new HashMap<>(facts);
            done.detail().forEach((name, value) -> more.put(done.step() + "." + name, value));
            facts = Collections.unmodifiableMap(more);
        }
    }
}
