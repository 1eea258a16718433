package dev.holdfast.saga;

import dev.holdfast.saga.Command.Result;
import dev.holdfast.saga.Command.Start;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Starts sagas: claims first, so that of any number of equal requests, at once or one after the other, one starts
/// a saga and the others learn which. Key before subject before execution, each in order, so two nodes never wait
/// for each other in a circle.
final class StartWrites {

    private static final String CLAIM_KEYS = """
            INSERT INTO saga.saga_start_keys (scope, idempotency_key, request_hash, saga_id, expires_at)
            SELECT r.scope, r.idempotency_key, r.request_hash, r.saga_id,
                   timestamptz 'epoch' + r.expires_at * interval '1 microsecond'
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::bigint[]) WITH ORDINALITY
                AS r(scope, idempotency_key, request_hash, saga_id, expires_at, place)
             ORDER BY r.scope, r.idempotency_key, r.place
                ON CONFLICT (scope, idempotency_key) DO NOTHING
            RETURNING scope, idempotency_key
            """;

    private static final String KEY_HOLDERS = """
            SELECT k.scope, k.idempotency_key, k.request_hash, k.saga_id
              FROM unnest(?::text[], ?::text[]) AS r(scope, idempotency_key)
              JOIN saga.saga_start_keys AS k ON k.scope = r.scope AND k.idempotency_key = r.idempotency_key
            """;

    private static final String GIVE_KEYS_BACK = """
            DELETE FROM saga.saga_start_keys AS k
             USING unnest(?::text[], ?::text[], ?::text[]) AS r(scope, idempotency_key, saga_id)
             WHERE k.scope = r.scope AND k.idempotency_key = r.idempotency_key AND k.saga_id = r.saga_id
            """;

    /// Names are never freed: no second saga has one that any saga had.
    private static final Claim NAME = new Claim("""
            INSERT INTO saga.saga_names (name, saga_id)
            SELECT r.name, r.saga_id
              FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS r(name, saga_id, place)
             ORDER BY r.name, r.place
                ON CONFLICT (name) DO NOTHING
            RETURNING name
            """, """
            SELECT n.name, n.saga_id
              FROM unnest(?::text[]) AS r(name)
              JOIN saga.saga_names AS n ON n.name = r.name
            """, Start::name, StartAnswer.NameTaken::new);

    private static final String GIVE_NAMES_BACK = """
            DELETE FROM saga.saga_names AS n
             USING unnest(?::text[], ?::text[]) AS r(name, saga_id)
             WHERE n.name = r.name AND n.saga_id = r.saga_id
            """;

    /// Freed when the saga fails.
    private static final Claim SUBJECT =
            new Claim("""
            INSERT INTO saga.saga_subjects (subject, saga_id)
            SELECT r.subject, r.saga_id
              FROM unnest(?::text[], ?::text[]) WITH ORDINALITY AS r(subject, saga_id, place)
             ORDER BY r.subject, r.place
                ON CONFLICT (subject) DO NOTHING
            RETURNING subject
            """, """
            SELECT s.subject, s.saga_id
              FROM unnest(?::text[]) AS r(subject)
              JOIN saga.saga_subjects AS s ON s.subject = r.subject
            """, start -> start.execution().subject(), StartAnswer.SubjectTaken::new);

    /// A saga id that is taken violates the primary key: the lane then finds the one request that brought it, and
    /// only that one is rejected.
    static final String BEGIN = """
            INSERT INTO saga.saga_runs
                   (saga_id, definition, version, status, payload, subject, node, epoch, trace_id, traceparent,
                    parent, created_at, updated_at)
            SELECT r.saga_id, r.definition, r.version, 'STARTED', r.payload::jsonb, r.subject, ?::text, ?::bigint,
                   r.trace_id, r.traceparent, r.parent, timestamptz 'epoch' + r.created_at * interval '1 microsecond',
                   timestamptz 'epoch' + r.created_at * interval '1 microsecond'
              FROM unnest(?::text[], ?::text[], ?::int[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                          ?::bigint[])
                AS r(saga_id, definition, version, payload, subject, trace_id, traceparent, parent, created_at)
            """;

    private record Key(String scope, String key) {}

    /// Something at most one saga can have.
    ///
    /// @param insert claims it where nobody has it, and says what it claimed
    /// @param holders finds who has it
    /// @param of what a start claims, `null` for nothing
    /// @param taken the answer to a start that came too late
    private record Claim(
            String insert, String holders, Function<Start, String> of, Function<String, StartAnswer> taken) {}

    private record KeyHolder(String requestHash, String sagaId) {}

    private final Connection db;
    private final NodeId node;
    private final Map<Command, Result> results = new HashMap<>();
    /// Those that have claimed their names in this round.
    private final Set<Start> claimants = new HashSet<>();

    /// Those that found their key taken, and then not.
    private final Set<Start> keyPruned = new HashSet<>();

    private final Map<Key, Start> keysGivenBack = new HashMap<>();
    private final Map<String, Start> namesGivenBack = new HashMap<>();

    StartWrites(Connection db, NodeId node) {
        this.db = db;
        this.node = node;
    }

    /// In rounds, because a start that is refused gives its key and its name back, and of those in the batch that
    /// came too late for them the next one has them then: as if one had come after the other. Each round gives at
    /// least one its last answer: the first of those that got as far as to claim a subject, or else whoever came
    /// too late for what is not given back.
    Map<Command, Result> write(List<Start> starts) throws SQLException {
        for (var open = starts; !open.isEmpty(); open = tooLateForNothing(open)) {
            keysGivenBack.clear();
            namesGivenBack.clear();
            claimants.clear();
            keyPruned.clear();
            begin(withClaim(SUBJECT, withClaim(NAME, withKey(open))));
        }
        return results;
    }

    private List<Start> tooLateForNothing(List<Start> starts) {
        return starts.stream()
                .filter(start -> keyPruned.contains(start)
                        || isAnother(start, keysGivenBack.get(keyOf(start)))
                        || isAnother(start, namesGivenBack.get(start.name())))
                .toList();
    }

    private static boolean isAnother(Start start, Start refused) {
        return refused != null && refused != start;
    }

    /// @return the starts that claimed their key in this run
    private List<Start> withKey(List<Start> starts) throws SQLException {
        var inserted = claimKeys(starts);
        Map<Key, KeyHolder> holders = inserted.size() == starts.size() ? Map.of() : keyHolders(starts);
        var mine = new ArrayList<Start>();
        for (var start : starts) {
            var holder = holders.get(keyOf(start));
            if (inserted.remove(keyOf(start))) {
                start.markClaimed();
                mine.add(start);
            } else if (holder == null) {
                // It had expired and was pruned since: it is free now, and claimed in the next round.
                keyPruned.add(start);
            } else if (start.claimed() && isMine(start, holder)) {
                // An earlier run of this very command was committed and its answer lost: all of it is recorded.
                answer(start, new StartAnswer.Started(start.sagaId()));
            } else if (holder.requestHash().equals(start.requestHash())) {
                answer(start, new StartAnswer.AlreadyStarted(holder.sagaId()));
            } else {
                answer(start, new StartAnswer.KeyReused(holder.sagaId()));
            }
        }
        return mine;
    }

    private static boolean isMine(Start start, KeyHolder holder) {
        return holder != null
                && holder.sagaId().equals(start.sagaId())
                && holder.requestHash().equals(start.requestHash());
    }

    /// @return the starts that have what they claim, or claim nothing
    private List<Start> withClaim(Claim claim, List<Start> starts) throws SQLException {
        var claiming =
                starts.stream().filter(start -> claim.of().apply(start) != null).toList();
        if (claiming.isEmpty()) {
            return starts;
        }
        var claimed = claimed(claim, claiming);
        if (claimed.size() == claiming.size()) {
            claimants.addAll(claiming);
            return starts;
        }
        var holders = holdersOf(claim, claiming);
        var mine = new ArrayList<Start>();
        var late = new ArrayList<Start>();
        for (var start : starts) {
            var wanted = claim.of().apply(start);
            if (wanted != null && claimed.remove(wanted)) {
                claimants.add(start);
                mine.add(start);
            } else if (wanted == null || start.sagaId().equals(holders.get(wanted))) {
                // Held under its own id and not claimed: the id is another saga's, and begin() refuses it.
                mine.add(start);
            } else {
                late.add(start);
                answer(start, claim.taken().apply(holders.get(wanted)));
            }
        }
        giveBack(late);
        return mine;
    }

    /// What was claimed in this run. Each belongs to the first start of the batch that wants it, as for the rows.
    private Set<String> claimed(Claim claim, List<Start> claiming) throws SQLException {
        var claimed = new HashSet<String>();
        try (var rows = new RowSet<>(db, claim.insert(), claiming)
                .texts(claim.of())
                .texts(Start::sagaId)
                .query()) {
            while (rows.next()) {
                claimed.add(rows.getString(1));
            }
        }
        return claimed;
    }

    private void begin(List<Start> starts) throws SQLException {
        if (starts.isEmpty()) {
            return;
        }
        new RowSet<>(db, BEGIN, starts)
                .value(node.name())
                .value(node.epoch())
                .texts(Start::sagaId)
                .texts(start -> start.execution().definition())
                .ints(start -> start.execution().version())
                .texts(start -> start.execution().payload())
                .texts(start -> start.execution().subject())
                .texts(start -> start.execution().traceId())
                .texts(start -> start.execution().traceparent())
                .texts(start -> start.execution().parent())
                .moments(start -> start.execution().createdAt())
                .run();
        starts.forEach(start -> answer(start, new StartAnswer.Started(start.sagaId())));
    }

    private Set<Key> claimKeys(List<Start> starts) throws SQLException {
        var inserted = new HashSet<Key>();
        try (var rows = new RowSet<>(db, CLAIM_KEYS, starts)
                .texts(Start::scope)
                .texts(Start::idempotencyKey)
                .texts(Start::requestHash)
                .texts(Start::sagaId)
                .moments(Start::keyExpires)
                .query()) {
            while (rows.next()) {
                inserted.add(new Key(rows.getString(1), rows.getString(2)));
            }
        }
        return inserted;
    }

    private Map<Key, KeyHolder> keyHolders(List<Start> starts) throws SQLException {
        var holders = new HashMap<Key, KeyHolder>();
        try (var rows = new RowSet<>(db, KEY_HOLDERS, starts)
                .texts(Start::scope)
                .texts(Start::idempotencyKey)
                .query()) {
            while (rows.next()) {
                holders.put(
                        new Key(rows.getString(1), rows.getString(2)),
                        new KeyHolder(rows.getString(3), rows.getString(4)));
            }
        }
        return holders;
    }

    private Map<String, String> holdersOf(Claim claim, List<Start> claiming) throws SQLException {
        var holders = new HashMap<String, String>();
        try (var rows =
                new RowSet<>(db, claim.holders(), claiming).texts(claim.of()).query()) {
            while (rows.next()) {
                holders.put(rows.getString(1), rows.getString(2));
            }
        }
        return holders;
    }

    /// An answer that was given before anything was created does not use the key up, nor the name. Only what they
    /// claimed themselves: the name of a saga that is there stays.
    private void giveBack(List<Start> late) throws SQLException {
        if (late.isEmpty()) {
            return;
        }
        late.forEach(start -> keysGivenBack.put(keyOf(start), start));
        new RowSet<>(db, GIVE_KEYS_BACK, late)
                .texts(Start::scope)
                .texts(Start::idempotencyKey)
                .texts(Start::sagaId)
                .run();
        var names = late.stream().filter(claimants::contains).toList();
        if (names.isEmpty()) {
            return;
        }
        names.forEach(start -> namesGivenBack.put(start.name(), start));
        new RowSet<>(db, GIVE_NAMES_BACK, names)
                .texts(Start::name)
                .texts(Start::sagaId)
                .run();
    }

    private void answer(Start start, StartAnswer answer) {
        results.put(start, new Result.Answered(answer));
    }

    private static Key keyOf(Start start) {
        return new Key(start.scope(), start.idempotencyKey());
    }
}
