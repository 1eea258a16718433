package dev.holdfast.groupcommit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A small service as the lanes are meant to be used: counters, each change claimed under a key of its own, so that
/// a change asked for twice happens once and answers the same.
///
/// Amounts of 1,000 or more are refused by a constraint (23514), names longer than 20 characters by a type (22001).
final class Counters implements BatchWork<Counters.Add, Counters.Added> {

    /// @param key one per change
    record Add(String key, String counter, long amount) {}

    /// @param change the how-manieth change of its counter this was, from 1
    /// @param value the counter's value after it
    record Added(long change, long value) {}

    static final String[] SCHEMA = {"""
            CREATE TABLE claim (
                key     text        CONSTRAINT claim_pk PRIMARY KEY,
                counter varchar(20) NOT NULL,
                amount  bigint      NOT NULL CONSTRAINT claim_amount_small CHECK (amount < 1000),
                change  bigint,
                value   bigint)
            """, """
            CREATE TABLE counter (
                name    varchar(20) CONSTRAINT counter_pk PRIMARY KEY,
                changes bigint      NOT NULL,
                value   bigint      NOT NULL)
            """};

    private static final String CLAIM = """
            INSERT INTO claim (key, counter, amount)
            SELECT key, counter, amount
              FROM unnest(?::text[], ?::text[], ?::bigint[]) AS asked (key, counter, amount)
             ORDER BY key
                ON CONFLICT DO NOTHING
            """;

    private static final String LOAD_CLAIMS = """
            SELECT key, change, value
              FROM claim
             WHERE key = ANY (?)
             ORDER BY key
               FOR UPDATE
            """;

    private static final String OPEN_COUNTERS = """
            INSERT INTO counter (name, changes, value)
            SELECT name, 0, 0
              FROM unnest(?::text[]) AS asked (name)
             ORDER BY name
                ON CONFLICT DO NOTHING
            """;

    private static final String LOCK_COUNTERS = """
            SELECT name, changes, value
              FROM counter
             WHERE name = ANY (?)
             ORDER BY name
               FOR UPDATE
            """;

    private static final String WRITE_COUNTERS = """
            UPDATE counter
               SET changes = new.changes, value = new.value
              FROM unnest(?::text[], ?::bigint[], ?::bigint[]) AS new (name, changes, value)
             WHERE counter.name = new.name
            """;

    private static final String WRITE_CLAIMS = """
            UPDATE claim
               SET change = new.change, value = new.value
              FROM unnest(?::text[], ?::bigint[], ?::bigint[]) AS new (key, change, value)
             WHERE claim.key = new.key
            """;

    @Override
    public List<Added> run(Connection db, List<Add> requests) throws SQLException {
        var counters = columns(requests.stream().map(Add::counter));
        execute(db, CLAIM, columns(requests.stream().map(Add::key)), counters, amounts(requests));
        var known = load(db, LOAD_CLAIMS, columns(requests.stream().map(Add::key)));
        execute(db, OPEN_COUNTERS, new Object[] {counters});
        var values = load(db, LOCK_COUNTERS, counters);
        var decided = new LinkedHashMap<String, Added>();
        var dirty = new TreeMap<String, Added>();
        var results = requests.stream()
                .map(add -> {
                    var before = known.get(add.key());
                    if (before.change() > 0) {
                        return before;
                    }
                    var now = values.get(add.counter());
                    var after = new Added(now.change() + 1, now.value() + add.amount());
                    values.put(add.counter(), after);
                    known.put(add.key(), after);
                    dirty.put(add.counter(), after);
                    decided.put(add.key(), after);
                    return after;
                })
                .toList();
        write(db, WRITE_COUNTERS, dirty);
        write(db, WRITE_CLAIMS, decided);
        return results;
    }

    private static void write(Connection db, String update, Map<String, Added> rows) throws SQLException {
        if (rows.isEmpty()) {
            return;
        }
        var parameters = List.of(
                rows.keySet().toArray(String[]::new),
                rows.values().stream().mapToLong(Added::change).toArray(),
                rows.values().stream().mapToLong(Added::value).toArray());
        Writes.of(db).add(Write.of(update, parameters).touching(rows.size()));
    }

    private static Map<String, Added> load(Connection db, String query, String[] names) throws SQLException {
        try (var statement = db.prepareStatement(query)) {
            statement.setObject(1, names);
            var found = new HashMap<String, Added>();
            try (var row = statement.executeQuery()) {
                while (row.next()) {
                    found.put(row.getString(1), new Added(row.getLong(2), row.getLong(3)));
                }
            }
            return found;
        }
    }

    private static void execute(Connection db, String sql, Object... arrays) throws SQLException {
        try (var statement = db.prepareStatement(sql)) {
            for (int i = 0; i < arrays.length; i++) {
                statement.setObject(i + 1, arrays[i]);
            }
            statement.executeUpdate();
        }
    }

    private static String[] columns(Stream<String> values) {
        return values.toArray(String[]::new);
    }

    private static long[] amounts(List<Add> requests) {
        return requests.stream().mapToLong(Add::amount).toArray();
    }
}
