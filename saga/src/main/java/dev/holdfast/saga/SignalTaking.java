package dev.holdfast.saga;

import java.time.Instant;
import java.util.Map;

/// What becomes of a signal when its saga takes it.
///
/// @param entry the row of the log
/// @param taken what is kept with the signal, for whoever sent it
record SignalTaking(LogEntry entry, Command.Taken taken) {

    static final String STEP = "step";
    static final String REASON = "reason";
    static final String EVIDENCE = "evidence";
    static final String WHO = "who";

    /// The outcome of what was done; anything else says why it was not.
    static final String ACCEPTED = "accepted";

    static SignalTaking of(Signal signal, RunHistory history, Instant now) {
        return switch (signal.name()) {
            case Signal.CANCEL -> signalled(signal, cancelling(history.standing()), history, now);
            case Signal.RESOLVE -> resolving(signal, history, now);
            default -> signalled(signal, ACCEPTED, history, now);
        };
    }

    private static String cancelling(Standing standing) {
        if (standing.status() != SagaStatus.STARTED) {
            return "it turns back already";
        }
        return standing.goesThrough() ? "its pivot has begun: it goes through" : ACCEPTED;
    }

    private static SignalTaking resolving(Signal signal, RunHistory history, Instant now) {
        var said = FlatJson.read(signal.payload());
        var step = said.get(STEP);
        if (!Progress.isDeadLetter(history.standing().of(step))) {
            return signalled(signal, "the undo of '" + step + "' is no open dead letter", history, now);
        }
        var detail = Map.of(
                WHO, signal.by(), REASON, said.get(REASON), EVIDENCE, said.get(EVIDENCE), Signal.KEY, signal.key());
        var entry = Journal.happened(history.seq(), step, SagaEvent.RESOLVED, detail, now);
        return new SignalTaking(entry, new Command.Taken(signal.key(), entry.seq(), ACCEPTED));
    }

    private static SignalTaking signalled(Signal signal, String outcome, RunHistory history, Instant now) {
        var entry = Journal.happened(history.seq(), null, SagaEvent.SIGNALLED, signal.detail(), now);
        return new SignalTaking(entry, new Command.Taken(signal.key(), entry.seq(), outcome));
    }
}
