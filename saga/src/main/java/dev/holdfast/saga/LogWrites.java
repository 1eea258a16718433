package dev.holdfast.saga;

import dev.holdfast.saga.Command.Append;
import dev.holdfast.saga.Command.Result;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// Adds rows to logs.
///
/// An append must find the log as long as its writer believes. That it is not longer, the primary key says. That it
/// is not shorter, which is what a standby would have that was promoted without the last commits, has to be asked
/// for once after every change of the session: what a session has committed, or has seen, is there as long as the
/// session is, because nothing but the end of the server process takes a commit back, and nobody deletes from the
/// log of a saga in flight. So an append whose last row was written in this very session is added without a
/// question. The questions cost more than the rows.
final class LogWrites {

    /// A row that stands there already violates the primary key, and with it goes the transaction: the lane then
    /// runs its batch again, and asks.
    static final String ADD = """
            INSERT INTO saga.saga_steps
                   (saga_id, seq, step, event, attempt, generation, detail, started_at, ended_at, epoch)
            SELECT r.saga_id, r.seq, r.step, r.event, r.attempt, r.generation, r.detail::jsonb,
                   timestamptz 'epoch' + r.started_at * interval '1 microsecond',
                   timestamptz 'epoch' + r.ended_at * interval '1 microsecond',
                   ?::bigint
              FROM unnest(?::text[], ?::int[], ?::text[], ?::text[], ?::int[], ?::int[], ?::text[], ?::bigint[],
                          ?::bigint[])
                AS r(saga_id, seq, step, event, attempt, generation, detail, started_at, ended_at)
            """;

    /// The log must end where the writer believes: the same question for every row of an append, so all of them are
    /// added or none, also where another writer's log is longer or shorter. It is a subquery and not a join, so
    /// that it stays a look into the primary key whatever the tables' size.
    static final String APPEND = """
            INSERT INTO saga.saga_steps
                   (saga_id, seq, step, event, attempt, generation, detail, started_at, ended_at, epoch)
            SELECT r.saga_id, r.seq, r.step, r.event, r.attempt, r.generation, r.detail::jsonb,
                   timestamptz 'epoch' + r.started_at * interval '1 microsecond',
                   timestamptz 'epoch' + r.ended_at * interval '1 microsecond',
                   ?::bigint
              FROM unnest(?::text[], ?::int[], ?::int[], ?::text[], ?::text[], ?::int[], ?::int[], ?::text[],
                          ?::bigint[], ?::bigint[])
                AS r(saga_id, follows, seq, step, event, attempt, generation, detail, started_at, ended_at)
             WHERE r.follows = coalesce((SELECT p.seq
                                           FROM saga.saga_steps AS p
                                          WHERE p.saga_id = r.saga_id
                                          ORDER BY p.seq DESC
                                          LIMIT 1), 0)
                ON CONFLICT (saga_id, seq) DO NOTHING
            """;

    /// What stands at the places that rows were meant for.
    private static final String RECORDED = """
            SELECT s.saga_id, s.seq, s.step, s.event, s.attempt,
                   s.ended_at = timestamptz 'epoch' + r.ended_at * interval '1 microsecond' AS same_moment
              FROM unnest(?::text[], ?::int[], ?::bigint[]) AS r(saga_id, seq, ended_at)
              JOIN saga.saga_steps AS s ON s.saga_id = r.saga_id AND s.seq = r.seq
            """;

    private record Row(String sagaId, int follows, LogEntry entry) {}

    /// @param recorded appends whose rows are in the log, by this run or by an earlier one whose answer was lost
    /// @param conflicts appends that do not fit the log
    record Written(List<Append> recorded, Map<Command, Result> conflicts) {}

    private final Connection db;
    private final NodeId node;
    private final UnaryOperator<SQLException> told;

    /// @param node whose epoch each row is marked with
    /// @param told what to throw if a row that was thought to be new is there
    LogWrites(Connection db, NodeId node, UnaryOperator<SQLException> told) {
        this.db = db;
        this.node = node;
        this.told = told;
    }

    /// @param known appends to logs whose last row is known to be there
    /// @param others appends that have to be asked about
    Written write(List<Append> known, List<Append> others) throws SQLException {
        if (!known.isEmpty()) {
            add(rowsOf(known));
        }
        var written = others.isEmpty() ? new Written(List.of(), Map.of()) : ask(others);
        var recorded = new ArrayList<>(known);
        recorded.addAll(written.recorded());
        return new Written(recorded, written.conflicts());
    }

    private void add(List<Row> rows) throws SQLException {
        columns(new RowSet<>(db, ADD, rows).value(node.epoch()).texts(Row::sagaId))
                .run(told);
    }

    private Written ask(List<Append> appends) throws SQLException {
        var rows = rowsOf(appends);
        return insert(rows) == rows.size() ? new Written(appends, Map.of()) : sorted(appends, rows);
    }

    private int insert(List<Row> rows) throws SQLException {
        return columns(new RowSet<>(db, APPEND, rows)
                        .value(node.epoch())
                        .texts(Row::sagaId)
                        .ints(Row::follows))
                .update();
    }

    private static RowSet<Row> columns(RowSet<Row> set) throws SQLException {
        return set.ints(row -> row.entry().seq())
                .texts(row -> row.entry().step())
                .texts(row -> row.entry().event().name())
                .ints(row -> row.entry().attempt())
                .ints(row -> row.entry().generation())
                .texts(row -> FlatJson.write(row.entry().detail()))
                .moments(row -> row.entry().startedAt())
                .moments(row -> row.entry().endedAt());
    }

    /// Not every row was added. Those that stand there, the same attempt at the same times, were added by an
    /// earlier run of the same commands; anything else is a second writer.
    private Written sorted(List<Append> appends, List<Row> rows) throws SQLException {
        var found = found(rows);
        var recorded = new ArrayList<Append>();
        Map<Command, Result> conflicts = new IdentityHashMap<>();
        for (var append : appends) {
            boolean whole = append.entries().stream()
                    .allMatch(entry -> same(entry, found.get(place(append.sagaId(), entry.seq()))));
            if (whole) {
                recorded.add(append);
            } else {
                conflicts.put(append, new Result.Conflict());
            }
        }
        return new Written(recorded, conflicts);
    }

    private record Found(String step, String event, int attempt, boolean sameMoment) {}

    private Map<String, Found> found(List<Row> rows) throws SQLException {
        var found = new HashMap<String, Found>();
        try (var there = new RowSet<>(db, RECORDED, rows)
                .texts(Row::sagaId)
                .ints(row -> row.entry().seq())
                .moments(row -> row.entry().endedAt())
                .query()) {
            while (there.next()) {
                found.put(
                        place(there.getString("saga_id"), there.getInt("seq")),
                        new Found(
                                there.getString("step"),
                                there.getString("event"),
                                there.getInt("attempt"),
                                there.getBoolean("same_moment")));
            }
        }
        return found;
    }

    private static boolean same(LogEntry entry, Found found) {
        return found != null
                && found.sameMoment()
                && found.attempt() == entry.attempt()
                && found.event().equals(entry.event().name())
                && Objects.equals(found.step(), entry.step());
    }

    private static String place(String sagaId, int seq) {
        return seq + ":" + sagaId;
    }

    private static List<Row> rowsOf(List<Append> appends) {
        var rows = new ArrayList<Row>();
        for (var append : appends) {
            for (var entry : append.entries()) {
                rows.add(new Row(append.sagaId(), append.entries().getFirst().seq() - 1, entry));
            }
        }
        return rows;
    }
}
