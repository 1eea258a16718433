package dev.holdfast.saga;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/// Records which sagas do not run for a while, and which definitions are paused.
final class WaitWrites {

    /// Of the keys under which operators pause and resume once.
    static final String SCOPE = "operator";

    private static final String PUT_DOWN = """
            UPDATE saga.saga_runs AS e
               SET wake_at = timestamptz 'epoch' + r.wake_at * interval '1 microsecond'
              FROM unnest(?::text[], ?::bigint[]) AS r(saga_id, wake_at)
             WHERE e.saga_id = r.saga_id
            """;

    /// By the ids, and not by the index of what is put down, which this condition cannot be read from: the plan may
    /// be made while that index is empty, and used when it holds a hundred thousand.
    static final String PICK_UP = """
            UPDATE saga.saga_runs AS e
               SET wake_at = NULL
              FROM unnest(?::text[]) AS r(saga_id)
             WHERE e.saga_id = r.saga_id AND e.node = ?::text AND e.epoch = ?::bigint AND num_nulls(e.wake_at) = 0
            RETURNING e.saga_id
            """;

    private static final String FORBID = """
            INSERT INTO saga.saga_start_keys (scope, idempotency_key, request_hash, saga_id, expires_at)
            VALUES (?, ?, 'forbidden', ?, timestamptz 'epoch' + ? * interval '1 microsecond')
                ON CONFLICT (scope, idempotency_key) DO NOTHING
            """;

    private static final String PAUSE = """
            INSERT INTO saga.saga_pauses (definition, who, why, at)
            VALUES (?, ?, ?, timestamptz 'epoch' + ? * interval '1 microsecond')
                ON CONFLICT (definition) DO NOTHING
            """;

    private static final String CLAIM = """
            INSERT INTO saga.saga_start_keys (scope, idempotency_key, request_hash, saga_id, expires_at)
            VALUES (?, ?, ?, '', timestamptz 'epoch' + ? * interval '1 microsecond')
                ON CONFLICT (scope, idempotency_key) DO NOTHING
            """;

    private static final String CLAIMED = """
            SELECT request_hash
              FROM saga.saga_start_keys
             WHERE scope = ? AND idempotency_key = ?
            """;

    private static final String RESUME = "DELETE FROM saga.saga_pauses WHERE definition = ?";

    private final Connection db;
    private final NodeId node;

    WaitWrites(Connection db, NodeId node) {
        this.db = db;
        this.node = node;
    }

    void putDown(List<Command.PutDown> sagas) throws SQLException {
        if (sagas.isEmpty()) {
            return;
        }
        new RowSet<>(db, PUT_DOWN, sagas)
                .texts(Command.PutDown::sagaId)
                .moments(Command.PutDown::until)
                .run();
    }

    /// @return those of them that were put down
    List<String> pickUp(List<String> sagaIds) throws SQLException {
        var pickedUp = new ArrayList<String>();
        try (var found = new RowSet<>(db, PICK_UP, sagaIds)
                .texts(id -> id)
                .value(node.name())
                .value(node.epoch())
                .query()) {
            while (found.next()) {
                pickedUp.add(found.getString(1));
            }
        }
        return pickedUp;
    }

    /// A start that is there already stays; whoever forbids it has to cancel it then.
    void forbid(Command.Forbid forbid) throws SQLException {
        try (var statement = db.prepareStatement(FORBID)) {
            statement.setString(1, ChildSagas.SCOPE);
            statement.setString(2, forbid.sagaId());
            statement.setString(3, forbid.sagaId());
            statement.setLong(4, RowSet.micros(forbid.expires()));
            statement.executeUpdate();
        }
    }

    /// What a key says of a deed that comes under it.
    enum Claim {
        NEW,
        REPEATED,
        REUSED
    }

    /// One by one: an operator pauses one definition now and then.
    ///
    /// The key is claimed in the transaction of the deed, so it is used up exactly when that is done: a repetition
    /// long after does not pause again what was resumed since. Run again after a lost COMMIT it finds its own
    /// claim, and the deed with it.
    Claim pause(Command.Pause pause) throws SQLException {
        var claim = pause.key() == null ? Claim.NEW : claim(pause);
        if (claim == Claim.NEW) {
            change(pause);
        }
        return claim;
    }

    private Claim claim(Command.Pause pause) throws SQLException {
        var hash = Digest.of(pause.audit().what() + "\n" + pause.audit().why());
        try (var statement = db.prepareStatement(CLAIM)) {
            statement.setString(1, SCOPE);
            statement.setString(2, pause.key());
            statement.setString(3, hash);
            statement.setLong(4, RowSet.micros(pause.keyExpires()));
            if (statement.executeUpdate() == 1) {
                return Claim.NEW;
            }
        }
        try (var statement = db.prepareStatement(CLAIMED)) {
            statement.setString(1, SCOPE);
            statement.setString(2, pause.key());
            try (var row = statement.executeQuery()) {
                return row.next() && row.getString(1).equals(hash) ? Claim.REPEATED : Claim.REUSED;
            }
        }
    }

    private void change(Command.Pause pause) throws SQLException {
        try (var statement = db.prepareStatement(pause.paused() ? PAUSE : RESUME)) {
            statement.setString(1, pause.definition());
            if (pause.paused()) {
                statement.setString(2, pause.audit().who());
                statement.setString(3, pause.audit().why());
                statement.setLong(4, RowSet.micros(pause.audit().at()));
            }
            statement.executeUpdate();
        }
    }
}
