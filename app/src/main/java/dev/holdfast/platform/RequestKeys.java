package dev.holdfast.platform;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;

/// Idempotency keys of writes that have no row of their own to be recognised by: `{schema}.request_keys`, claimed
/// and answered in the transaction of the write. So a key is used up exactly when its write is committed: a node
/// that dies before COMMIT leaves neither, one that dies after it has left both.
///
/// Usage in a batch:
///
/// ```java
/// var round = keys.claim(db, keysOfTheBatch);
/// for (var command : commands) {            // in arrival order
///     switch (round.ask(command.key())) {
///         case New() -> decide(command);    // a success: round.answered(command.key(), json)
///         case Replay(var response) -> …    // the first answer
///         case Reused() -> …                // 422
///         case Running() -> …               // 409
///     }
/// }
/// round.record(db);
/// ```
///
/// Two requests with one key meet in one of three ways. In one batch the second asks after the first was answered.
/// On two nodes the second is told at once that the first is running: a key is claimed under an advisory lock that
/// is only tried for, so no batch ever waits for another node's, and the one request that has to come again does
/// not keep its neighbours. Later the row is there. An answer that changed nothing (a 4xx) is not recorded and
/// leaves the key free.
public final class RequestKeys {

    /// Callers are promised 24 hours; the second day is for clocks and for sweepers that were late.
    private static final Duration KEPT = Duration.ofHours(48);

    private static final int PRUNED_AT_ONCE = 1_000;

    private final String claim;
    private final String recorded;
    private final String answer;
    private final String release;
    private final String prune;

    /// @param schema of the service, in which its migrations created `request_keys`
    public RequestKeys(String schema) {
        if (!schema.matches("[a-z_]+")) {
            throw new IllegalArgumentException("a schema is lower case letters, not '" + schema + "'");
        }
        claim = CLAIM.formatted(schema);
        recorded = RECORDED.formatted(schema);
        answer = ANSWER.formatted(schema);
        release = RELEASE.formatted(schema);
        prune = PRUNE.formatted(schema);
    }

    /// The lock lasts as long as the transaction and is given back after its effect can be seen, so whoever gets it
    /// finds the row of the one before, if that left one. Two keys that share a number (64 bits) at one moment
    /// would cost the second a needless "still running". At most a lock for each request of a batch.
    private static final String CLAIM = """
            WITH free AS MATERIALIZED (
                SELECT scope, idempotency_key, request_hash
                  FROM unnest(?::text[], ?::text[], ?::text[]) AS asked (scope, idempotency_key, request_hash)
                 WHERE pg_try_advisory_xact_lock(
                           hashtextextended('%1$s.request_keys ' || scope || ' ' || idempotency_key, 0))
            )
            INSERT INTO %1$s.request_keys (scope, idempotency_key, request_hash, created_at)
            SELECT scope, idempotency_key, request_hash, now()
              FROM free
             ORDER BY scope, idempotency_key
                ON CONFLICT (scope, idempotency_key) DO NOTHING
            RETURNING scope, idempotency_key
            """;

    private static final String RECORDED = """
            SELECT scope, idempotency_key, request_hash, response
              FROM %s.request_keys
             WHERE (scope, idempotency_key) IN (SELECT scope, idempotency_key
                                                  FROM unnest(?::text[], ?::text[]) AS asked (scope, idempotency_key))
            """;

    private static final String ANSWER = """
            UPDATE %s.request_keys AS k
               SET request_hash = answered.request_hash, response = answered.response::jsonb
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[])
                   AS answered (scope, idempotency_key, request_hash, response)
             WHERE k.scope = answered.scope AND k.idempotency_key = answered.idempotency_key
            """;

    private static final String RELEASE = """
            DELETE FROM %s.request_keys AS k
             USING unnest(?::text[], ?::text[]) AS unused (scope, idempotency_key)
             WHERE k.scope = unused.scope AND k.idempotency_key = unused.idempotency_key
            """;

    private static final String PRUNE = """
            DELETE FROM %1$s.request_keys
             WHERE ctid IN (SELECT ctid
                              FROM %1$s.request_keys
                             WHERE created_at < ?
                             ORDER BY created_at
                             LIMIT ?
                               FOR UPDATE SKIP LOCKED)
            """;

    /// @param scope whose key it is and for what, so that two callers who chose the same word do not meet
    /// @param key as the caller sent it
    /// @param hash of the request, [IdempotencyKey#digest]
    public record Key(String scope, String key, String hash) {

        public Key {
            Objects.requireNonNull(scope, "scope");
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(hash, "hash");
        }

        private Name name() {
            return new Name(scope, key);
        }
    }

    /// What is known of a key.
    public sealed interface Asked permits New, Replay, Reused, Running {}

    /// Nothing was done under it: do it.
    public record New() implements Asked {}

    /// The same request was done.
    ///
    /// @param response what was recorded as its answer
    public record Replay(String response) implements Asked {}

    /// Another request was done under it.
    public record Reused() implements Asked {}

    /// Another transaction has claimed it and not ended yet.
    public record Running() implements Asked {}

    /// Claims the keys of one batch, those that another transaction has claimed left out: claims do not wait.
    ///
    /// @param keys those of the batch; null entries (requests without a key) are left out, repetitions are welcome
    public Round claim(Connection db, Collection<Key> keys) throws SQLException {
        var hashes = new HashMap<Name, String>();
        keys.stream().filter(Objects::nonNull).forEach(key -> hashes.putIfAbsent(key.name(), key.hash()));
        var round = new Round();
        if (hashes.isEmpty()) {
            return round;
        }
        var unknown = new TreeSet<>(Name.ORDER);
        unknown.addAll(hashes.keySet());
        var names = List.copyOf(unknown);
        try (var statement = db.prepareStatement(claim)) {
            var asked = Columns.of("text", "text", "text");
            names.forEach(name -> asked.add(name.scope, name.key, hashes.get(name)));
            asked.bind(db, statement);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var name = Name.read(rows);
                    unknown.remove(name);
                    round.claimed.add(name);
                }
            }
        }
        if (!unknown.isEmpty()) {
            round.read(db, List.copyOf(unknown));
        }
        return round;
    }

    /// Forgets keys older than two days, in sets, each a transaction of its own. Any number of nodes may do so at
    /// once.
    ///
    /// @return how many went
    public int prune(DataSource pool, Instant now) throws SQLException {
        int gone = 0;
        try (var db = pool.getConnection();
                var statement = db.prepareStatement(prune)) {
            statement.setObject(1, now.minus(KEPT).atOffset(ZoneOffset.UTC));
            statement.setInt(2, PRUNED_AT_ONCE);
            for (int set = PRUNED_AT_ONCE; set == PRUNED_AT_ONCE; gone += set) {
                set = statement.executeUpdate();
            }
        }
        return gone;
    }

    /// The keys of one batch, between claim and record. Used by one thread.
    public final class Round {

        private final Set<Name> running = new HashSet<>();
        private final TreeSet<Name> claimed = new TreeSet<>(Name.ORDER);
        private final Map<Name, Done> done = new HashMap<>();
        private final Map<Name, Done> fresh = new HashMap<>();

        private Round() {}

        /// @param key null (no key was sent) is always new
        public Asked ask(Key key) {
            var known = key == null ? null : done.get(key.name());
            if (known == null) {
                return key != null && running.contains(key.name()) ? new Running() : new New();
            }
            return known.hash.equals(key.hash()) ? new Replay(known.response) : new Reused();
        }

        /// The request under `key` was done; from now on it is answered with `response`.
        ///
        /// @param key may be null
        /// @param response a JSON value
        public void answered(Key key, String response) {
            if (key != null) {
                var answered = new Done(key.hash(), Objects.requireNonNull(response, "response"));
                done.put(key.name(), answered);
                fresh.put(key.name(), answered);
            }
        }

        /// Writes the answers, and gives back the keys whose requests came to nothing.
        public void record(Connection db) throws SQLException {
            var answers = Columns.of("text", "text", "text", "text");
            fresh.forEach((name, made) -> answers.add(name.scope, name.key, made.hash, made.response));
            answers.write(db, answer);
            claimed.removeAll(fresh.keySet());
            var unused = Columns.of("text", "text");
            claimed.forEach(name -> unused.add(name.scope, name.key));
            unused.write(db, release);
        }

        private void read(Connection db, List<Name> names) throws SQLException {
            try (var statement = db.prepareStatement(recorded)) {
                var asked = Columns.of("text", "text");
                names.forEach(name -> asked.add(name.scope, name.key));
                asked.bind(db, statement);
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        done.put(Name.read(rows), new Done(rows.getString(3), rows.getString(4)));
                    }
                }
            }
            // Neither ours nor anybody's yet. Or its row was pruned between the two statements: then it is free
            // when the request comes again.
            running.addAll(names);
            running.removeAll(done.keySet());
        }
    }

    private record Done(String hash, String response) {}

    private record Name(String scope, String key) {
        private static final Comparator<Name> ORDER =
                Comparator.comparing(Name::scope).thenComparing(Name::key);

        private static Name read(ResultSet row) throws SQLException {
            return new Name(row.getString(1), row.getString(2));
        }
    }
}
