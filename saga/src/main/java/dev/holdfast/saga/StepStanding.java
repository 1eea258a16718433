package dev.holdfast.saga;

import java.time.Instant;

/// What a log says about one step.
final class StepStanding {

    /// What an entry says when a repetition is planned: the moment.
    static final String RETRY_AT = "retry_at";

    static final String CODE = "code";
    static final String MESSAGE = "message";
    static final String CAUSE = "cause";
    static final String SIGNAL = "signal";
    static final String DEADLINE = "deadline";

    private boolean begun;
    private boolean done;
    private boolean unclear;
    private int attempts;
    private LogEntry lastAttempt;
    private boolean undone;
    private int undoFailures;
    private LogEntry lastUndo;

    /// An attempt without success, of whatever kind.
    void attempted(LogEntry entry) {
        attempts++;
        lastAttempt = entry;
    }

    /// An attempt may have had an effect. Stays until the participant answers: a later attempt that surely had none
    /// says nothing about the earlier one.
    void inDoubt() {
        unclear = true;
    }

    void isDone() {
        done = true;
        unclear = false;
    }

    /// Refused from the participant's record under the key: no attempt had an effect, and none that is still under
    /// way will.
    void isRefused(LogEntry entry) {
        attempted(entry);
        unclear = false;
    }

    void isBegun() {
        begun = true;
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

    int attempts() {
        return attempts;
    }

    /// The last attempt without success, `null` before one.
    LogEntry lastAttempt() {
        return lastAttempt;
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
