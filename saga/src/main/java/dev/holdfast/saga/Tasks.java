package dev.holdfast.saga;

import dev.holdfast.saga.CompensatingTask.Status;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// The compensating tasks that a log amounts to. The table of tasks is written from this and nothing else, so it
/// can never say anything but what the log says.
final class Tasks {

    private Tasks() {}

    /// @return in the order in which they are worked off; empty for a saga that has not turned back
    static List<CompensatingTask> of(SagaDefinition<?> definition, String sagaId, Standing standing) {
        var tasks = new ArrayList<CompensatingTask>();
        for (var name : standing.undo()) {
            var known = standing.of(name);
            var status = known.undone() ? Status.COMPLETED : known.undoFailures() > 0 ? Status.SENT : Status.PENDING;
            tasks.add(new CompensatingTask(
                    id(sagaId, name),
                    tasks.size() + 1,
                    name,
                    definition.step(name).compensatedAt(),
                    status,
                    known.undoFailures(),
                    known.undone() ? null : StepStanding.retryAt(known.lastUndo())));
        }
        return tasks;
    }

    /// The same for the same saga and step, and short enough for its column whatever their lengths.
    static String id(String sagaId, String step) {
        return "task_" + UUID.nameUUIDFromBytes((sagaId + ":" + step + ":undo").getBytes(StandardCharsets.UTF_8));
    }
}
