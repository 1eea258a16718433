package dev.holdfast.reconciliation;

import dev.holdfast.flows.Flows;
import dev.holdfast.reconciliation.SagaTables.Log;
import dev.holdfast.reconciliation.SagaTables.Logs;
import dev.holdfast.saga.SagaDefinition;
import dev.holdfast.saga.SagaHistories;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Asks of every log whether the flow it is of could have written it: each row must be one that may follow on the
/// rows before it. That its rows agree with what else is recorded is for other rules; a log may do so and tell of
/// steps that were never taken.
///
/// A saga that runs is judged too: what is read of it is the beginning of its log, and the beginning of a path is
/// one.
final class SagaLogs {

    /// Logs in memory at once.
    private static final int AT_ONCE = 200;

    /// Ways without a failure that are remembered. A flow has one, and a few more where its pivot was begun twice;
    /// logs that somebody made up must not fill the memory.
    private static final int MOST_WAYS = 1_000;

    private static final Tally.Rule PATHS =
            new Tally.Rule("sagas", "the log of each saga is a path of the transition table of its flow");
    private static final Tally.Rule FOREIGN =
            new Tally.Rule("sagas", "logs of flows that this release does not have (listed, not judged)");

    private final SagaTables tables;
    private final Map<String, SagaDefinition<?>> definitions = new HashMap<>();

    SagaLogs(SagaTables tables, Flows flows) {
        this.tables = tables;
        flows.all().forEach(each -> definitions.put(key(each.name(), each.version()), each));
    }

    List<Check> checks() {
        var walk = new Walk(new Tally(PATHS), new Tally(FOREIGN), new HashMap<>());
        var window = tables.logs("");
        while (!window.isEmpty()) {
            judge(window, walk);
            window = tables.logs(window.getFirst().lastId());
        }
        return List.of(walk.paths().check(), walk.foreign().check());
    }

    /// @param ways whether a log that reads so is a path, by flow and reading
    private record Walk(Tally paths, Tally foreign, Map<String, Boolean> ways) {}

    private void judge(List<Logs> window, Walk walk) {
        var open = new ArrayList<Logs>();
        for (var logs : window) {
            var known = logs.plain() == null ? null : walk.ways().get(way(logs));
            if (!definitions.containsKey(key(logs.definition(), logs.version()))) {
                walk.foreign().list(logs.sagaId(), logs.sagas());
            } else if (known != null) {
                walk.paths().look(logs.sagaId(), known, logs.sagas());
            } else {
                open.add(logs);
            }
        }
        for (int from = 0; from < open.size(); from += AT_ONCE) {
            read(open.subList(from, Math.min(from + AT_ONCE, open.size())), walk);
        }
    }

    /// Read by a statement of its own. A log may have become longer in between, or have been dropped for its age;
    /// then it was well when it was looked at.
    private void read(List<Logs> open, Walk walk) {
        var read = tables.logsOf(open.stream().map(Logs::sagaId).toList());
        for (var logs : open) {
            var definition = definitions.get(key(logs.definition(), logs.version()));
            var log = read.getOrDefault(logs.sagaId(), new Log());
            var flaw = flaw(definition, log);
            walk.paths().look(flaw == 0 ? logs.sagaId() : logs.sagaId() + ": row " + flaw, flaw == 0, logs.sagas());
            if (logs.plain() != null && walk.ways().size() < MOST_WAYS) {
                walk.ways().put(way(logs), flaw == 0);
            }
        }
    }

    /// @return the first row that does not fit, 0 when all do
    private static int flaw(SagaDefinition<?> definition, Log log) {
        return SagaHistories.misfit(definition, log.rows())
                .map(SagaHistories.Misfit::seq)
                .orElse(log.unreadable() ? log.rows().size() + 1 : 0);
    }

    private static String way(Logs logs) {
        return key(logs.definition(), logs.version()) + "\n" + logs.plain();
    }

    private static String key(String definition, int version) {
        return definition + " v" + version;
    }
}
