package dev.holdfast.saga.guard;

import dev.holdfast.saga.Outcome;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The statements on the table of keys. Stateless: everything happens in the caller's transaction.
///
/// Whoever looks at a step has the row of its generation 0 first, inserted by itself or locked; all other rows of
/// the step are touched behind that lock only. So what is done and what undoes it follow each other, on whatever
/// nodes they run, and whichever comes second sees all that the first has committed.
final class GuardTable {

    /// The time comes from the row, not from the start of the statement: one that had to wait for another
    /// transaction with the same key is inserted after that, and may have become late meanwhile. Deadlines further
    /// away than a year do not keep the row longer than that.
    private static final String CLAIM = """
            INSERT INTO %1$s.saga_guard_keys (step_key, generation, state, asked, request_hash, undone_at, keep_until)
            VALUES (?, ?, ?, ?, ?, CASE WHEN ? THEN clock_timestamp() END,
                    greatest(clock_timestamp(),
                             least(coalesce(?::timestamptz, '-infinity'), clock_timestamp() + interval '1 year'))
                        + ? * interval '1 second')
                ON CONFLICT ON CONSTRAINT saga_guard_keys_pk DO NOTHING
            RETURNING clock_timestamp()
            """;

    private static final String LOCK = """
            SELECT generation
              FROM %1$s.saga_guard_keys
             WHERE step_key = ? AND generation = 0
               FOR UPDATE
            """;

    /// A statement of its own after `LOCK`: its snapshot is taken when the lock is ours, so it sees every row that
    /// the one we waited for has added.
    private static final String LOAD = """
            SELECT generation, state, asked, request_hash, code, message, opened_at, undone_at, clock_timestamp() AS now,
                   ARRAY(SELECT f.key FROM jsonb_each_text(facts) AS f ORDER BY f.key) AS fact_names,
                   ARRAY(SELECT f.value FROM jsonb_each_text(facts) AS f ORDER BY f.key) AS fact_values
              FROM %1$s.saga_guard_keys
             WHERE step_key = ?
             ORDER BY generation
            """;

    private static final String ANSWER = """
            UPDATE %1$s.saga_guard_keys
               SET state = ?, asked = CASE ? WHEN 'open' THEN asked + 1 WHEN 'none' THEN 0 ELSE asked END,
                   request_hash = ?, facts = jsonb_object(?::text[], ?::text[]), code = ?, message = ?,
                   opened_at = CASE WHEN state = 'none' THEN clock_timestamp() ELSE opened_at END
             WHERE step_key = ? AND generation = ?
            """;

    /// A later deadline keeps its step that much longer. Generation 0 stands for the step when it is pruned. That
    /// its row changes also tells transactions with a snapshot of long ago that a generation may have been added:
    /// they fail with 40001 instead of overlooking it.
    private static final String PROLONG = """
            UPDATE %1$s.saga_guard_keys
               SET keep_until = greatest(
                       keep_until,
                       greatest(clock_timestamp(),
                                least(coalesce(?::timestamptz, '-infinity'), clock_timestamp() + interval '1 year'))
                           + ? * interval '1 second')
             WHERE step_key = ? AND generation = 0
            """;

    private static final String MARK_UNDONE = """
            UPDATE %1$s.saga_guard_keys
               SET undone_at = coalesce(undone_at, clock_timestamp()),
                   keep_until = greatest(keep_until, clock_timestamp() + ? * interval '1 second')
             WHERE step_key = ? AND generation = 0
            """;

    private static final String TAKE_BACK = """
            UPDATE %1$s.saga_guard_keys
               SET state = 'undone'
             WHERE step_key = ? AND generation = ? AND state = 'done'
            """;

    /// Whole steps, by the row that whoever does or undoes one has locked: those are left out. A step with an open
    /// call is kept however old it is, because nobody knows what became of it; and so is one that is being undone
    /// and has an effect left.
    private static final String PRUNE = """
            WITH old AS MATERIALIZED (
                SELECT step_key
                  FROM %1$s.saga_guard_keys AS step
                 WHERE generation = 0 AND keep_until < clock_timestamp()
                   AND NOT EXISTS (SELECT FROM %1$s.saga_guard_keys AS key
                                    WHERE key.step_key = step.step_key
                                      AND (key.state = 'open' OR key.state = 'done' AND step.undone_at IS NOT NULL))
                 ORDER BY keep_until
                 LIMIT ?
                   FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM %1$s.saga_guard_keys AS key
                 USING old
                 WHERE key.step_key = old.step_key
            )
            SELECT count(*) FROM old
            """;

    private final String claim;
    private final String lock;
    private final String load;
    private final String answer;
    private final String prolong;
    private final String markUndone;
    private final String takeBack;
    private final String prune;
    private final long keptSeconds;

    GuardTable(String schema, Duration kept) {
        claim = CLAIM.formatted(schema);
        lock = LOCK.formatted(schema);
        load = LOAD.formatted(schema);
        answer = ANSWER.formatted(schema);
        prolong = PROLONG.formatted(schema);
        markUndone = MARK_UNDONE.formatted(schema);
        takeBack = TAKE_BACK.formatted(schema);
        prune = PRUNE.formatted(schema);
        keptSeconds = kept.toSeconds();
    }

    /// Claims the key of an action, or locks what is there of its step.
    ///
    /// @return with the key's row; [StepRows#fresh] when it was free until now
    StepRows forAction(Connection db, GuardedCall call, String requestHash) throws SQLException {
        boolean first = call.generation() == 0;
        var claimed = first
                ? claim(db, call, KeyState.OPEN, requestHash, false)
                : claim(db, new GuardedCall(call.stepKey(), 0, call.notAfter()), KeyState.NONE, null, false);
        if (claimed != null && first) {
            var row = new KeyRow(0, KeyState.OPEN, 1, requestHash, Map.of(), null, null, claimed);
            return new StepRows(call.stepKey(), List.of(row), false, true, claimed);
        }
        if (claimed == null) {
            lockStep(db, call.stepKey());
        }
        boolean fresh = !first && claim(db, call, KeyState.OPEN, requestHash, false) != null;
        if (claimed == null) {
            prolong(db, call);
        }
        return load(db, call.stepKey(), fresh);
    }

    /// Records that the step is undone where nothing of it has come yet, or locks what is there of it.
    ///
    /// @return `null`: nothing was there, the mark is
    StepRows forUndo(Connection db, GuardedCall call) throws SQLException {
        if (claim(db, new GuardedCall(call.stepKey(), 0, null), KeyState.NONE, null, true) != null) {
            return null;
        }
        return locked(db, call.stepKey());
    }

    StepRows locked(Connection db, String stepKey) throws SQLException {
        lockStep(db, stepKey);
        return load(db, stepKey, false);
    }

    /// Marks a key as begun that was there and free. One that was claimed a moment ago is open already.
    void open(Connection db, GuardedCall call, String requestHash, StepRows rows) throws SQLException {
        if (!rows.fresh()) {
            answer(db, call, requestHash, new Outcome.Unclear("begun"));
        }
    }

    /// One more has, or may have, asked somebody else under a key that is open.
    void askedAgain(Connection db, GuardedCall call, String requestHash) throws SQLException {
        answer(db, call, requestHash, new Outcome.Unclear("asked again"));
    }

    /// Writes what is known of a key now.
    ///
    /// @param outcome [Outcome.Failed] leaves the key free, [Outcome.Unclear] and [Outcome.Waiting] open, and once
    ///     more asked
    void answer(Connection db, GuardedCall call, String requestHash, Outcome outcome) throws SQLException {
        try (var statement = db.prepareStatement(answer)) {
            var facts = outcome instanceof Outcome.Done(var reported) ? reported : null;
            var refusal = outcome instanceof Outcome.Refused refused ? refused : null;
            var state = switch (outcome) {
                case Outcome.Done _ -> KeyState.DONE;
                case Outcome.Refused _ -> KeyState.REFUSED;
                case Outcome.Failed _ -> KeyState.NONE;
                case Outcome.Unclear _, Outcome.Waiting _ -> KeyState.OPEN;
            };
            statement.setString(1, state.code());
            statement.setString(2, state.code());
            statement.setString(3, state == KeyState.NONE ? null : requestHash);
            bindFacts(db, statement, facts);
            statement.setString(6, refusal == null ? null : Texts.storable(refusal.code()));
            statement.setString(7, refusal == null ? null : Texts.storable(refusal.message()));
            statement.setString(8, call.stepKey());
            statement.setInt(9, call.generation());
            if (statement.executeUpdate() != 1) {
                throw new IllegalStateException(
                        "the row of '" + call.key() + "' is gone although it is locked;" + " nothing may be committed");
            }
        }
    }

    void markUndone(Connection db, String stepKey) throws SQLException {
        try (var statement = db.prepareStatement(markUndone)) {
            statement.setLong(1, keptSeconds);
            statement.setString(2, stepKey);
            statement.executeUpdate();
        }
    }

    /// Twice changes nothing.
    void takeBack(Connection db, GuardedCall call) throws SQLException {
        try (var statement = db.prepareStatement(takeBack)) {
            statement.setString(1, call.stepKey());
            statement.setInt(2, call.generation());
            statement.executeUpdate();
        }
    }

    int prune(Connection db, int most) throws SQLException {
        try (var statement = db.prepareStatement(prune)) {
            statement.setInt(1, most);
            try (var result = statement.executeQuery()) {
                result.next();
                return result.getInt(1);
            }
        }
    }

    /// @return the database's clock when the row was inserted; `null`: it was there
    private Instant claim(Connection db, GuardedCall call, KeyState state, String requestHash, boolean undone)
            throws SQLException {
        try (var statement = db.prepareStatement(claim)) {
            statement.setString(1, call.stepKey());
            statement.setInt(2, call.generation());
            statement.setString(3, state.code());
            statement.setInt(4, state == KeyState.OPEN ? 1 : 0);
            statement.setString(5, requestHash);
            statement.setBoolean(6, undone);
            statement.setObject(7, time(call.notAfter()));
            statement.setLong(8, keptSeconds);
            try (var result = statement.executeQuery()) {
                return result.next() ? instant(result, 1) : null;
            }
        }
    }

    private void lockStep(Connection db, String stepKey) throws SQLException {
        try (var statement = db.prepareStatement(lock)) {
            statement.setString(1, stepKey);
            try (var result = statement.executeQuery()) {
                if (!result.next()) {
                    // Its time was over and it was pruned between two statements of ours.
                    throw new SQLException(
                            "what was on record under '" + stepKey + "' was pruned a moment ago; roll back and repeat",
                            "40001");
                }
            }
        }
    }

    /// Keeps a step from now on as long as an answer is kept.
    void prolong(Connection db, GuardedCall call) throws SQLException {
        try (var statement = db.prepareStatement(prolong)) {
            statement.setObject(1, time(call.notAfter()));
            statement.setLong(2, keptSeconds);
            statement.setString(3, call.stepKey());
            statement.executeUpdate();
        }
    }

    private StepRows load(Connection db, String stepKey, boolean fresh) throws SQLException {
        try (var statement = db.prepareStatement(load)) {
            statement.setString(1, stepKey);
            try (var result = statement.executeQuery()) {
                var rows = new ArrayList<KeyRow>();
                boolean undone = false;
                Instant now = null;
                while (result.next()) {
                    rows.add(row(result));
                    undone |= result.getObject("undone_at") != null;
                    now = instant(result, "now");
                }
                return new StepRows(stepKey, List.copyOf(rows), undone, fresh, now);
            }
        }
    }

    private static KeyRow row(ResultSet result) throws SQLException {
        return new KeyRow(
                result.getInt("generation"),
                KeyState.of(result.getString("state")),
                result.getInt("asked"),
                result.getString("request_hash"),
                facts(result),
                result.getString("code"),
                result.getString("message"),
                instant(result, "opened_at"));
    }

    private static Map<String, String> facts(ResultSet result) throws SQLException {
        var names = texts(result.getArray("fact_names"));
        var values = texts(result.getArray("fact_values"));
        var facts = new HashMap<String, String>();
        for (int i = 0; i < names.length; i++) {
            facts.put(names[i], values[i]);
        }
        return facts;
    }

    private static String[] texts(Array array) throws SQLException {
        return (String[]) array.getArray();
    }

    private static void bindFacts(Connection db, PreparedStatement statement, Map<String, String> facts)
            throws SQLException {
        var names = new ArrayList<String>();
        var values = new ArrayList<String>();
        if (facts != null) {
            facts.forEach((name, value) -> {
                names.add(Texts.storable(name));
                values.add(Texts.storable(value));
            });
        }
        statement.setArray(4, facts == null ? null : db.createArrayOf("text", names.toArray()));
        statement.setArray(5, facts == null ? null : db.createArrayOf("text", values.toArray()));
    }

    private static OffsetDateTime time(Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }

    private static Instant instant(ResultSet result, int column) throws SQLException {
        return result.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static Instant instant(ResultSet result, String column) throws SQLException {
        return result.getObject(column, OffsetDateTime.class).toInstant();
    }
}
