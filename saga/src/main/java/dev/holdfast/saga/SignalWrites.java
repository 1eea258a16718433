package dev.holdfast.saga;

import dev.holdfast.saga.Command.Result;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Records signals to sagas and what becomes of them.
final class SignalWrites {

    /// Run again after a lost COMMIT it finds its own rows, and says the same. A saga that ends at the same moment
    /// may leave a signal that nobody takes: it changes nothing, and whoever sent it sees the end.
    ///
    /// By the ids, and not by the index of what is in flight, which this condition cannot be read from: the plan
    /// may be made while that index is empty, and used when it holds a hundred thousand.
    static final String SEND = """
            INSERT INTO saga.saga_signals (saga_id, signal_key, name, payload, sent_by, received_at)
            SELECT r.saga_id, r.signal_key, r.name, to_jsonb(r.payload), r.sent_by,
                   timestamptz 'epoch' + r.at * interval '1 microsecond'
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[]) WITH ORDINALITY
                AS r(saga_id, signal_key, name, payload, sent_by, at, place)
              JOIN saga.saga_runs AS e ON e.saga_id = r.saga_id AND e.status NOT IN ('COMPLETED', 'FAILED')
             ORDER BY r.place
                ON CONFLICT (saga_id, signal_key) DO NOTHING
            RETURNING saga_id, signal_key
            """;

    /// Whose sagas they are for, if other nodes', look at once instead of at their next round. In the order of the
    /// nodes, so two that tell each other do not deadlock.
    static final String TELL_OWNERS = """
            UPDATE saga.saga_nodes AS n
               SET mail = n.mail + 1
              FROM (SELECT o.node, o.epoch
                      FROM saga.saga_nodes AS o
                     WHERE EXISTS (SELECT
                                     FROM unnest(?::text[]) AS r(saga_id)
                                     JOIN saga.saga_runs AS e ON e.saga_id = r.saga_id
                                    WHERE e.node = o.node AND e.epoch = o.epoch)
                       AND (o.node <> ? OR o.epoch <> ?)
                     ORDER BY o.node, o.epoch
                       FOR NO KEY UPDATE) AS owner
             WHERE n.node = owner.node AND n.epoch = owner.epoch
            """;

    private static final String STANDING = """
            SELECT r.place, e.status, e.node = ?::text AND e.epoch = ?::bigint AS here,
                   s.name = r.name AND s.payload = to_jsonb(r.payload) AS same
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[]) WITH ORDINALITY
                AS r(saga_id, signal_key, name, payload, place)
              JOIN saga.saga_runs AS e ON e.saga_id = r.saga_id
              LEFT JOIN saga.saga_signals AS s ON s.saga_id = r.saga_id AND s.signal_key = r.signal_key
            """;

    private static final String TAKE = """
            UPDATE saga.saga_signals AS s
               SET taken_seq = r.seq, outcome = r.outcome
              FROM unnest(?::text[], ?::text[], ?::int[], ?::text[]) AS r(saga_id, signal_key, seq, outcome)
             WHERE s.saga_id = r.saga_id AND s.signal_key = r.signal_key
            """;

    /// @param sagaId the saga that took it
    record Took(String sagaId, Command.Taken taken) {}

    private record Place(String sagaId, String key) {}

    private final Connection db;
    private final NodeId node;

    SignalWrites(Connection db, NodeId node) {
        this.db = db;
        this.node = node;
    }

    /// What became of each, in order.
    List<Result> send(List<Signal> signals) throws SQLException {
        var sent = insert(signals);
        var answers = new HashMap<Integer, Result.Sent>();
        try (var found = new RowSet<>(db, STANDING, signals)
                .value(node.name())
                .value(node.epoch())
                .texts(Signal::sagaId)
                .texts(Signal::key)
                .texts(Signal::name)
                .texts(Signal::payload)
                .query()) {
            while (found.next()) {
                int place = found.getInt("place") - 1;
                var status = SagaStatus.valueOf(found.getString("status"));
                boolean same = found.getBoolean("same");
                boolean there = !found.wasNull();
                // Of two in one batch under one key, one is the first.
                var answer = answer(status, there, same, sent.remove(placeOf(signals.get(place))));
                answers.put(place, new Result.Sent(answer, found.getBoolean("here")));
            }
        }
        return inOrder(signals, answers);
    }

    /// Signals that nobody waits to hear of.
    Set<Place> insert(List<Signal> signals) throws SQLException {
        var sent = new HashSet<Place>();
        if (signals.isEmpty()) {
            return sent;
        }
        try (var inserted = new RowSet<>(db, SEND, signals)
                .texts(Signal::sagaId)
                .texts(Signal::key)
                .texts(Signal::name)
                .texts(Signal::payload)
                .texts(Signal::by)
                .moments(Signal::at)
                .query()) {
            while (inserted.next()) {
                sent.add(new Place(inserted.getString(1), inserted.getString(2)));
            }
        }
        tellOwners(sent.stream().map(Place::sagaId).distinct().toArray());
        return sent;
    }

    private void tellOwners(Object[] sagaIds) throws SQLException {
        if (sagaIds.length == 0) {
            return;
        }
        try (var statement = db.prepareStatement(TELL_OWNERS)) {
            statement.setArray(1, db.createArrayOf("text", sagaIds));
            statement.setString(2, node.name());
            statement.setLong(3, node.epoch());
            statement.executeUpdate();
        }
    }

    void take(List<Took> taken) throws SQLException {
        if (taken.isEmpty()) {
            return;
        }
        new RowSet<>(db, TAKE, taken)
                .texts(Took::sagaId)
                .texts(each -> each.taken().signalKey())
                .ints(each -> each.taken().seq())
                .texts(each -> each.taken().outcome())
                .run();
    }

    private static SignalAnswer answer(SagaStatus status, boolean there, boolean same, boolean now) {
        if (there) {
            return same ? new SignalAnswer.Recorded(!now) : new SignalAnswer.KeyReused();
        }
        return new SignalAnswer.Ended(status);
    }

    private static List<Result> inOrder(List<Signal> signals, Map<Integer, Result.Sent> answers) {
        var unknown = new Result.Sent(new SignalAnswer.Unknown(), false);
        return java.util.stream.IntStream.range(0, signals.size())
                .<Result>mapToObj(place -> answers.getOrDefault(place, unknown))
                .toList();
    }

    private static Place placeOf(Signal signal) {
        return new Place(signal.sagaId(), signal.key());
    }
}
