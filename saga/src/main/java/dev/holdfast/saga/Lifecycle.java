package dev.holdfast.saga;

import static dev.holdfast.saga.SagaEvent.CLOSING_FAILED;
import static dev.holdfast.saga.SagaEvent.DEADLINE_PASSED;
import static dev.holdfast.saga.SagaEvent.DONE;
import static dev.holdfast.saga.SagaEvent.FAILED;
import static dev.holdfast.saga.SagaEvent.PARKED;
import static dev.holdfast.saga.SagaEvent.PICKED_UP;
import static dev.holdfast.saga.SagaEvent.PIVOT_BEGUN;
import static dev.holdfast.saga.SagaEvent.RECOVERED;
import static dev.holdfast.saga.SagaEvent.REFUSED;
import static dev.holdfast.saga.SagaEvent.RESOLVED;
import static dev.holdfast.saga.SagaEvent.SAGA_COMPLETED;
import static dev.holdfast.saga.SagaEvent.SAGA_FAILED;
import static dev.holdfast.saga.SagaEvent.SIGNALLED;
import static dev.holdfast.saga.SagaEvent.TURNED_BACK;
import static dev.holdfast.saga.SagaEvent.UNCLEAR;
import static dev.holdfast.saga.SagaEvent.UNDONE;
import static dev.holdfast.saga.SagaEvent.UNDO_FAILED;
import static dev.holdfast.saga.SagaEvent.WAITING;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The one table of what may happen to a saga in which status, and where it leads. A log is valid exactly if it is
/// a path through this table that begins at STARTED.
final class Lifecycle {

    private static final Map<SagaStatus, Map<SagaEvent, SagaStatus>> TABLE = table();

    private Lifecycle() {}

    /// @throws IllegalStateException the table has no such transition: the log was not written by this engine, or
    ///     the engine is broken
    static SagaStatus after(SagaStatus status, SagaEvent event) {
        var next = TABLE.get(status).get(event);
        if (next == null) {
            throw new IllegalStateException("nothing leads from " + status + " by " + event);
        }
        return next;
    }

    /// The table as a Mermaid state diagram. Events that lead from and to the same states share an arrow.
    static String diagram() {
        var lines = new StringBuilder("stateDiagram-v2\n    [*] --> STARTED\n");
        TABLE.forEach((from, row) -> {
            var arrows = new EnumMap<SagaStatus, Set<SagaEvent>>(SagaStatus.class);
            row.forEach((event, to) ->
                    arrows.computeIfAbsent(to, key -> new TreeSet<>()).add(event));
            arrows.forEach((to, events) -> lines.append("    %s --> %s : %s%n"
                    .formatted(from, to, events.stream().map(SagaEvent::name).collect(Collectors.joining(", ")))));
            if (from.ended()) {
                lines.append("    %s --> [*]%n".formatted(from));
            }
        });
        return lines.toString();
    }

    private static Map<SagaStatus, Map<SagaEvent, SagaStatus>> table() {
        var table = new EnumMap<SagaStatus, Map<SagaEvent, SagaStatus>>(SagaStatus.class);
        for (var status : SagaStatus.values()) {
            table.put(status, new EnumMap<>(SagaEvent.class));
        }
        var started = table.get(SagaStatus.STARTED);
        for (var event : Set.of(DONE, REFUSED, FAILED, UNCLEAR, WAITING, PIVOT_BEGUN, DEADLINE_PASSED)) {
            started.put(event, SagaStatus.STARTED);
        }
        for (var event : Set.of(SIGNALLED, RECOVERED, PICKED_UP, PARKED, CLOSING_FAILED)) {
            started.put(event, SagaStatus.STARTED);
        }
        started.put(TURNED_BACK, SagaStatus.COMPENSATING);
        started.put(SAGA_COMPLETED, SagaStatus.COMPLETED);
        var compensating = table.get(SagaStatus.COMPENSATING);
        for (var event :
                Set.of(UNDONE, UNDO_FAILED, RESOLVED, SIGNALLED, RECOVERED, PICKED_UP, PARKED, CLOSING_FAILED)) {
            compensating.put(event, SagaStatus.COMPENSATING);
        }
        compensating.put(SAGA_FAILED, SagaStatus.FAILED);
        return table;
    }
}
