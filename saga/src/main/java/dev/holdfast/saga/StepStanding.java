package dev.holdfast.saga;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/// What a log says about one step.
final class StepStanding {

    /// What an entry says when a repetition is planned: the moment.
    static final String RETRY_AT = "retry_at";

    static final String CODE = "code";
    static final String MESSAGE = "message";
    static final String CAUSE = "cause";
    /// The signal that is waited for, or that came.
    static final String SIGNAL = "signal";
    static final String DEADLINE = "deadline";

    private boolean begun;
    private boolean done;
    private boolean unclear;
    private boolean deadlinePassed;
    private int generation;
    private int attempts;
    private int misses;
    private LogEntry firstAttempt;
    private LogEntry lastAttempt;
    private String awaited;
    /// What it waited for has come since the last attempt.
    private boolean answered;
    private final Map<String, String> brought = new HashMap<>();
    private int touched;
    private boolean undone;
    private int undoFailures;
    private LogEntry lastUndo;

    /// An attempt without success, of whatever kind. One that waits, or that was refused and asks for another
    /// request, names the signal.
    void attempted(LogEntry entry) {
        attempts++;
        misses++;
        lastAttempt = entry;
        firstAttempt = firstAttempt == null ? entry : firstAttempt;
        awaited = entry.detail().get(SIGNAL);
        answered = false;
        touched = entry.seq();
    }

    /// An attempt may have had an effect. Stays until the participant answers: a later attempt that surely had none
    /// says nothing about the earlier one.
    void inDoubt(LogEntry entry) {
        unclear = true;
        touched = entry.seq();
    }

    void isDone(LogEntry entry) {
        done = true;
        unclear = false;
        awaited = null;
        touched = entry.seq();
    }

    /// Refused from the participant's record under the key: no attempt had an effect, and none that is still under
    /// way will.
    void isRefused(LogEntry entry) {
        attempted(entry);
        unclear = false;
    }

    /// What it waited for has come. A wait that was answered uses no attempt up. A request that was definitely
    /// refused becomes another one, under a key of its own; the refusal is what makes that safe.
    ///
    /// What it brought stays with the request, whatever comes after, and whatever else the request waits for: the
    /// same key must always say the same.
    void isSignalled(String what) {
        misses--;
        if (lastAttempt.event() == SagaEvent.REFUSED) {
            generation++;
            attempts = 0;
            misses = 0;
            lastAttempt = null;
            brought.clear();
        }
        brought.put(awaited, what);
        awaited = null;
        answered = true;
    }

    void isBegun() {
        begun = true;
    }

    void deadlineHasPassed() {
        deadlinePassed = true;
    }

    void undoFailed(LogEntry entry) {
        undoFailures++;
        lastUndo = entry;
    }

    void isUndone() {
        undone = true;
    }

    boolean begun() {
        return begun;
    }

    boolean done() {
        return done;
    }

    boolean unclear() {
        return unclear;
    }

    /// Its time is over.
    boolean deadlinePassed() {
        return deadlinePassed;
    }

    /// Which of its requests this is, from 0.
    int generation() {
        return generation;
    }

    /// Attempts of this generation without success: the number of the next one.
    int attempts() {
        return attempts;
    }

    /// Those of them that count towards giving up.
    int misses() {
        return misses;
    }

    /// The first attempt without success of all generations, `null` before one.
    LogEntry firstAttempt() {
        return firstAttempt;
    }

    /// The last attempt without success of this generation, `null` before one.
    LogEntry lastAttempt() {
        return lastAttempt;
    }

    /// The signal it waits for, `null` when it waits for none or has it.
    String awaited() {
        return awaited;
    }

    /// Whether what it waited for has come since the last attempt: nothing is to be paused for.
    boolean answered() {
        return answered;
    }

    /// What the signals brought that this request waited for, and the one that opened it, by their names.
    Map<String, String> brought() {
        return brought;
    }

    /// Its participant has said no for good to all that was asked, and it only waits for another request.
    boolean asksForAnother() {
        return awaited != null && !unclear && lastAttempt.event() == SagaEvent.REFUSED;
    }

    /// The row that was the last to say it is done or in doubt: steps are undone in reverse of that.
    int touched() {
        return touched;
    }

    boolean undone() {
        return undone;
    }

    int undoFailures() {
        return undoFailures;
    }

    /// The last attempt to undo without success, `null` before one.
    LogEntry lastUndo() {
        return lastUndo;
    }

    /// The moment at which an entry says to try again, `null` when it says none.
    static Instant retryAt(LogEntry entry) {
        var moment = entry == null ? null : entry.detail().get(RETRY_AT);
        return moment == null ? null : Instant.parse(moment);
    }
}
