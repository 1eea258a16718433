package dev.holdfast.saga;

import dev.holdfast.saga.Command.Append;
import dev.holdfast.saga.Command.DeadLetter;
import dev.holdfast.saga.Command.Resolution;
import dev.holdfast.saga.Command.RowChange;
import dev.holdfast.saga.Command.Taken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Works out what changes in the tables together with new rows of a log. Pure: the difference between what the log
/// said before and what it says with the new rows.
final class Recording {

    private final SagaDefinition<?> definition;
    private final Execution execution;

    Recording(SagaDefinition<?> definition, Execution execution) {
        this.definition = definition;
        this.execution = execution;
    }

    /// @param before what the log says
    /// @param after what it says with the entries
    /// @param entries what is to be recorded
    /// @param taken what becomes of signals with it
    /// @param session that the log's last row was written in
    Append of(Standing before, Standing after, List<LogEntry> entries, List<Taken> taken, long session) {
        return new Append(
                execution.sagaId(),
                List.copyOf(entries),
                change(entries.getLast().endedAt(), before, after),
                before.undo().isEmpty() ? Tasks.of(definition, execution.sagaId(), after) : List.of(),
                changedTasks(before, after),
                deadLetters(before, after, entries),
                resolved(before, entries),
                after.status() == SagaStatus.FAILED ? execution.subject() : null,
                taken,
                toParent(after.status(), entries.getLast()),
                session);
    }

    /// A saga that belongs to a step of another one tells it of its end, in the same transaction.
    private Signal toParent(SagaStatus status, LogEntry last) {
        return status.ended() && execution.parent() != null
                ? ChildSagas.ended(execution.parent(), execution.sagaId(), last, status)
                : null;
    }

    private RowChange change(Instant now, Standing before, Standing after) {
        boolean attention = Progress.needsAttention(definition, after);
        boolean same = before.status() == after.status() && attention == Progress.needsAttention(definition, before);
        return same ? null : new RowChange(after.status(), attention, now);
    }

    private List<CompensatingTask> changedTasks(Standing before, Standing after) {
        if (before.undo().isEmpty()) {
            return List.of();
        }
        var old = Tasks.of(definition, execution.sagaId(), before);
        return Tasks.of(definition, execution.sagaId(), after).stream()
                .filter(task -> !old.contains(task))
                .toList();
    }

    private List<DeadLetter> deadLetters(Standing before, Standing after, List<LogEntry> entries) {
        return entries.stream()
                .filter(entry -> entry.event() == SagaEvent.UNDO_FAILED)
                .filter(entry -> !Progress.isDeadLetter(before.of(entry.step())))
                .filter(entry -> Progress.isDeadLetter(after.of(entry.step())))
                .map(entry -> new DeadLetter(
                        entry.step(),
                        entry.detail().get(StepStanding.CAUSE),
                        definition.step(entry.step()).compensatedAt(),
                        after.of(entry.step()).undoFailures(),
                        entry.endedAt()))
                .toList();
    }

    private static List<Resolution> resolved(Standing before, List<LogEntry> entries) {
        var resolved = new ArrayList<Resolution>();
        for (var entry : entries) {
            if (entry.step() == null || !Progress.isDeadLetter(before.of(entry.step()))) {
                continue;
            }
            if (entry.event() == SagaEvent.UNDONE) {
                var reason = "attempt " + entry.attempt() + " succeeded";
                resolved.add(new Resolution(entry.step(), "engine", reason, null, entry.endedAt()));
            } else if (entry.event() == SagaEvent.RESOLVED) {
                var detail = entry.detail();
                resolved.add(new Resolution(
                        entry.step(),
                        detail.get(SignalTaking.WHO),
                        detail.get(SignalTaking.REASON),
                        detail.get(SignalTaking.EVIDENCE),
                        entry.endedAt()));
            }
        }
        return resolved;
    }
}
