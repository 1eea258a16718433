package dev.holdfast.saga.test;

import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.SagaStepper.Attempt;
import dev.holdfast.saga.StepCall;
import java.util.List;

/// Where a test can break the engine, to see that the explorer finds it out. The one that breaks nothing is what
/// everybody else gets.
class Plant {

    /// The tables.
    Store store() {
        return new Store();
    }

    /// The log as the core is shown it, row for row.
    List<LogEntry> shown(List<LogEntry> log) {
        return log;
    }

    /// The call as it is sent.
    StepCall sent(StepCall call) {
        return call;
    }

    /// What is sent besides, right after this.
    List<Attempt> sentAfter(Attempt attempt) {
        return List.of();
    }

    /// Whether [#shown] shows anything but the log.
    boolean tampers() {
        return false;
    }
}
