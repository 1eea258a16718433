package dev.holdfast.saga;

import dev.holdfast.saga.Command.Append;
import dev.holdfast.saga.Command.DeadLetter;
import dev.holdfast.saga.Command.Resolution;
import dev.holdfast.saga.Command.RowChange;
import dev.holdfast.saga.Command.Taken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Works out what changes in the tables together with new rows of a log. Pure: the difference between what the log
/// said before and what it says with the new rows.
final class Recording {

    private final SagaDefinition<?> definition;
    private final Execution execution;

    Recording(SagaDefinition<?> definition, Execution execution) {
        this.definition = definition;
        this.execution = execution;
    }

    /// What the tables say before the new rows.
    ///
    /// @param tasks of a saga that has turned back; empty for any other
    /// @param deadLetters the steps whose undo is a dead letter
    record Before(SagaStatus status, boolean attention, List<CompensatingTask> tasks, Set<String> deadLetters) {}

    /// To be taken before the rows are added to what the log says.
    Before before(Standing standing) {
        return new Before(
                standing.status(),
                Progress.needsAttention(definition, standing),
                tasks(standing),
                standing.undo().stream()
                        .filter(step -> Progress.isDeadLetter(standing.of(step)))
                        .collect(Collectors.toUnmodifiableSet()));
    }

    /// @param after what the log says with the entries
    /// @param entries what is to be recorded
    /// @param taken what becomes of signals with it
    /// @param session that the log's last row was written in
    Append of(Before before, Standing after, List<LogEntry> entries, List<Taken> taken, long session) {
        var tasks = tasks(after);
        return new Append(
                execution.sagaId(),
                List.copyOf(entries),
                change(entries.getLast().endedAt(), before, after),
                before.tasks().isEmpty() ? tasks : List.of(),
                before.tasks().isEmpty()
                        ? List.of()
                        : tasks.stream()
                                .filter(task -> !before.tasks().contains(task))
                                .toList(),
                deadLetters(before, after, entries),
                resolved(before, entries),
                after.status() == SagaStatus.FAILED ? execution.subject() : null,
                taken,
                toParent(after.status(), entries.getLast()),
                session);
    }

    private List<CompensatingTask> tasks(Standing standing) {
        return standing.undo().isEmpty() ? List.of() : Tasks.of(definition, execution.sagaId(), standing);
    }

    /// A saga that belongs to a step of another one tells it of its end, in the same transaction.
    private Signal toParent(SagaStatus status, LogEntry last) {
        return status.ended() && execution.parent() != null
                ? ChildSagas.ended(execution.parent(), execution.sagaId(), last, status)
                : null;
    }

    private RowChange change(Instant now, Before before, Standing after) {
        boolean attention = Progress.needsAttention(definition, after);
        boolean same = before.status() == after.status() && attention == before.attention();
        return same ? null : new RowChange(after.status(), attention, now);
    }

    private List<DeadLetter> deadLetters(Before before, Standing after, List<LogEntry> entries) {
        if (after.undo().isEmpty()) {
            return List.of();
        }
        return entries.stream()
                .filter(entry -> entry.event() == SagaEvent.UNDO_FAILED)
                .filter(entry -> !before.deadLetters().contains(entry.step()))
                .filter(entry -> Progress.isDeadLetter(after.of(entry.step())))
                .map(entry -> new DeadLetter(
                        entry.step(),
                        entry.detail().get(StepStanding.CAUSE),
                        undoneAt(definition.step(entry.step())),
                        after.of(entry.step()).undoFailures(),
                        entry.endedAt()))
                .toList();
    }

    /// A definition that was changed under its version may have no undo any more where its log says there is one to
    /// be made. That is a dead letter too, and must be recorded like another.
    private static String undoneAt(Step<?> step) {
        return step.compensatedAt() == null ? step.owner().service() : step.compensatedAt();
    }

    private static List<Resolution> resolved(Before before, List<LogEntry> entries) {
        if (before.deadLetters().isEmpty()) {
            return List.of();
        }
        var resolved = new ArrayList<Resolution>();
        for (var entry : entries) {
            if (entry.step() == null || !before.deadLetters().contains(entry.step())) {
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
