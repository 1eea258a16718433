package dev.holdfast.saga;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What a whole log says: the fold that everything else asks.
final class Standing {

    /// What the entry that turns back says: the steps to undo, in order, with a space between. Recorded rather than
    /// derived again, so that an audit needs no definition.
    static final String UNDO = "undo";

    private SagaStatus status = SagaStatus.STARTED;
    private final Map<String, StepStanding> steps = new HashMap<>();
    private List<String> undo = List.of();
    private Ending.FailedBecause failure;
    private int closingFailures;
    private LogEntry lastClosing;
    private boolean parked;
    private String currentStep;

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

    StepStanding of(String step) {
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

    /// The step of the latest row that has one, `null` before the first.
    String currentStep() {
        return currentStep;
    }

    private void add(LogEntry entry) {
        status = Lifecycle.after(status, entry.event());
        parked = entry.event() == SagaEvent.PARKED;
        if (entry.step() != null) {
            currentStep = entry.step();
        }
        switch (entry.event()) {
            case DONE -> of(entry.step()).isDone();
            case REFUSED -> of(entry.step()).isRefused(entry);
            case FAILED -> of(entry.step()).attempted(entry);
            case UNCLEAR, WAITING -> {
                of(entry.step()).attempted(entry);
                of(entry.step()).inDoubt();
            }
            case RECOVERED -> {
                if (entry.step() != null) {
                    of(entry.step()).inDoubt();
                }
            }
            case PIVOT_BEGUN -> of(entry.step()).isBegun();
            case TURNED_BACK -> turnedBack(entry);
            case UNDONE, RESOLVED -> of(entry.step()).isUndone();
            case UNDO_FAILED -> of(entry.step()).undoFailed(entry);
            case CLOSING_FAILED -> {
                closingFailures++;
                lastClosing = entry;
            }
            case PARKED, SAGA_COMPLETED, SAGA_FAILED -> {}
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
}
