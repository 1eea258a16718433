package dev.holdfast.saga;

import dev.holdfast.groupcommit.WrongCountException;
import dev.holdfast.saga.Command.Append;
import dev.holdfast.saga.Command.DeadLetter;
import dev.holdfast.saga.Command.Resolution;
import dev.holdfast.saga.Command.RowChange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/// Writes what changes together with a log: the execution's row, compensating tasks, dead letters, subjects. Most
/// batches have none of it, and then no statement is sent.
final class ChangeWrites {

    static final String CHANGE_ROW = """
            UPDATE saga.saga_runs AS e
               SET status = coalesce(r.status, e.status),
                   needs_attention = r.needs_attention,
                   updated_at = timestamptz 'epoch' + r.updated_at * interval '1 microsecond'
              FROM unnest(?::text[], ?::text[], ?::boolean[], ?::bigint[])
                AS r(saga_id, status, needs_attention, updated_at)
             WHERE e.saga_id = r.saga_id
            """;

    private static final String ADD_TASKS = """
            INSERT INTO saga.saga_compensating_tasks
                   (task_id, saga_id, seq, target_service, payload, status, retry_count, next_retry_at)
            SELECT r.task_id, r.saga_id, r.seq, r.target_service, r.payload::jsonb, r.status, 0, NULL
              FROM unnest(?::text[], ?::text[], ?::int[], ?::text[], ?::text[], ?::text[])
                AS r(task_id, saga_id, seq, target_service, payload, status)
                ON CONFLICT (saga_id, task_id) DO NOTHING
            """;

    private static final String CHANGE_TASKS = """
            UPDATE saga.saga_compensating_tasks AS t
               SET status = r.status,
                   retry_count = r.retry_count,
                   next_retry_at = timestamptz 'epoch' + r.next_retry_at * interval '1 microsecond'
              FROM unnest(?::text[], ?::text[], ?::text[], ?::int[], ?::bigint[])
                AS r(saga_id, task_id, status, retry_count, next_retry_at)
             WHERE t.saga_id = r.saga_id AND t.task_id = r.task_id
            """;

    private static final String ADD_DEAD_LETTERS = """
            INSERT INTO saga.saga_dead_letters (saga_id, step, context, error, failed_at)
            SELECT r.saga_id, r.step, r.context::jsonb, r.error,
                   timestamptz 'epoch' + r.failed_at * interval '1 microsecond'
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[])
                AS r(saga_id, step, context, error, failed_at)
                ON CONFLICT (saga_id, step) DO NOTHING
            """;

    private static final String RESOLVE_DEAD_LETTERS = """
            UPDATE saga.saga_dead_letters AS d
               SET resolved_at = timestamptz 'epoch' + r.resolved_at * interval '1 microsecond',
                   resolved_by = r.resolved_by,
                   reason = r.reason,
                   evidence = r.evidence
              FROM unnest(?::text[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[])
                AS r(saga_id, step, resolved_at, resolved_by, reason, evidence)
             WHERE d.saga_id = r.saga_id AND d.step = r.step
            """;

    private static final String FREE_SUBJECTS = """
            DELETE FROM saga.saga_subjects AS s
             USING unnest(?::text[], ?::text[]) AS r(subject, saga_id)
             WHERE s.subject = r.subject AND s.saga_id = r.saga_id
            """;

    private static final String INTEGRITY_CONSTRAINT_VIOLATION = "23000";

    /// Something that belongs to a saga.
    private record Of<T>(String sagaId, T value) {}

    private final Connection db;
    private final NodeId node;

    ChangeWrites(Connection db, NodeId node) {
        this.db = db;
        this.node = node;
    }

    void write(List<Append> appends) throws SQLException {
        changeRows(each(appends, append -> append.change() == null ? List.of() : List.of(append.change())));
        addTasks(each(appends, Append::newTasks));
        changeTasks(each(appends, Append::tasks));
        addDeadLetters(each(appends, Append::deadLetters));
        resolveDeadLetters(each(appends, Append::resolved));
        freeSubjects(each(appends, append -> append.freed() == null ? List.of() : List.of(append.freed())));
        var signals = new SignalWrites(db, node);
        signals.take(each(appends, Append::taken).stream()
                .map(of -> new SignalWrites.Took(of.sagaId(), of.value()))
                .toList());
        signals.insert(
                appends.stream().map(Append::toParent).filter(Objects::nonNull).toList());
    }

    private void changeRows(List<Of<RowChange>> changes) throws SQLException {
        if (changes.isEmpty()) {
            return;
        }
        new RowSet<>(db, CHANGE_ROW, changes)
                .texts(Of::sagaId)
                .texts(of ->
                        of.value().status() == null ? null : of.value().status().name())
                .flags(of -> of.value().needsAttention())
                .moments(of -> of.value().at())
                .write(failure -> orMissing(failure, "saga rows"));
    }

    private void addTasks(List<Of<CompensatingTask>> tasks) throws SQLException {
        if (tasks.isEmpty()) {
            return;
        }
        new RowSet<>(db, ADD_TASKS, tasks)
                .texts(of -> of.value().taskId())
                .texts(Of::sagaId)
                .ints(of -> of.value().seq())
                .texts(of -> of.value().targetService())
                .texts(of -> FlatJson.write(Map.of(
                        "step", of.value().step(),
                        "key", of.sagaId() + ":" + of.value().step() + ":undo",
                        "undoes", of.sagaId() + ":" + of.value().step())))
                .texts(of -> of.value().status().name())
                .run();
    }

    private void changeTasks(List<Of<CompensatingTask>> tasks) throws SQLException {
        if (tasks.isEmpty()) {
            return;
        }
        new RowSet<>(db, CHANGE_TASKS, tasks)
                .texts(Of::sagaId)
                .texts(of -> of.value().taskId())
                .texts(of -> of.value().status().name())
                .ints(of -> of.value().retryCount())
                .moments(of -> of.value().nextRetryAt())
                .write(failure -> orMissing(failure, "compensating tasks"));
    }

    private void addDeadLetters(List<Of<DeadLetter>> letters) throws SQLException {
        if (letters.isEmpty()) {
            return;
        }
        new RowSet<>(db, ADD_DEAD_LETTERS, letters)
                .texts(Of::sagaId)
                .texts(of -> of.value().step())
                .texts(of -> FlatJson.write(Map.of(
                        "target_service", of.value().targetService(),
                        "key", of.sagaId() + ":" + of.value().step() + ":undo",
                        "failures", String.valueOf(of.value().failures()))))
                .texts(of -> of.value().error())
                .moments(of -> of.value().at())
                .run();
    }

    private void resolveDeadLetters(List<Of<Resolution>> resolutions) throws SQLException {
        if (resolutions.isEmpty()) {
            return;
        }
        new RowSet<>(db, RESOLVE_DEAD_LETTERS, resolutions)
                .texts(Of::sagaId)
                .texts(of -> of.value().step())
                .moments(of -> of.value().at())
                .texts(of -> of.value().by())
                .texts(of -> of.value().reason())
                .texts(of -> of.value().evidence())
                .write(failure -> orMissing(failure, "dead letters"));
    }

    /// Only the saga's own claim: run again, the subject may already be another's.
    private void freeSubjects(List<Of<String>> subjects) throws SQLException {
        if (subjects.isEmpty()) {
            return;
        }
        new RowSet<>(db, FREE_SUBJECTS, subjects)
                .texts(Of::value)
                .texts(Of::sagaId)
                .run();
    }

    private static <T> List<Of<T>> each(List<Append> appends, Function<Append, List<T>> of) {
        var all = new ArrayList<Of<T>>();
        for (var append : appends) {
            of.apply(append).forEach(value -> all.add(new Of<>(append.sagaId(), value)));
        }
        return all;
    }

    /// Told to the lane as an error of the data, so that it finds the one saga whose rows are not there and the
    /// others of the batch go on.
    private static SQLException orMissing(SQLException failure, String what) {
        return failure instanceof WrongCountException
                ? new SQLException(what + " to be changed are not there", INTEGRITY_CONSTRAINT_VIOLATION, failure)
                : failure;
    }
}
