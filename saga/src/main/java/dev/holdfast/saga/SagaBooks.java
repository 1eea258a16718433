package dev.holdfast.saga;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/// The engine's books, checked from the tables alone, whatever the code that wrote them believes. Each rule is a
/// statement of its own, so that no snapshot is held for the length of an audit.
public final class SagaBooks {

    private static final Query ALL = new Query("sagas", "SELECT count(*), 0, NULL FROM saga.saga_runs");

    private static final Query DROPPED =
            new Query("sagas dropped because they had ended long ago (listed, not judged)", """
            SELECT coalesce(sum(dropped), 0), 0, string_agg(prefix || ': below ' || gone_below, ', ' ORDER BY prefix)
              FROM saga.saga_retention
            """);

    private static final List<Query> RULES = List.of(
            new Query("the log of each saga is numbered from 1 without a gap", """
                    SELECT count(*), count(*) FILTER (WHERE rows <> last), min(saga_id) FILTER (WHERE rows <> last)
                      FROM (SELECT saga_id, count(*) AS rows, max(seq) AS last
                              FROM saga.saga_steps
                             GROUP BY saga_id) AS logs
                    """),
            new Query("every log belongs to a saga", """
                    SELECT count(DISTINCT s.saga_id),
                           count(DISTINCT s.saga_id) FILTER (WHERE r.saga_id IS NULL),
                           min(s.saga_id) FILTER (WHERE r.saga_id IS NULL)
                      FROM saga.saga_steps AS s
                      LEFT JOIN saga.saga_runs AS r ON r.saga_id = s.saga_id
                     WHERE s.seq = 1
                    """),
            new Query("a saga has ended exactly when the last row of its log says so, and as it says", """
                    SELECT count(*), count(*) FILTER (WHERE wrong), min(saga_id) FILTER (WHERE wrong)
                      FROM (SELECT r.saga_id,
                                   (r.status IN ('COMPLETED', 'FAILED')
                                     OR last.event IN ('SAGA_COMPLETED', 'SAGA_FAILED'))
                                   AND coalesce(last.event, '') <> 'SAGA_' || r.status AS wrong
                              FROM saga.saga_runs AS r
                              LEFT JOIN LATERAL (SELECT s.event
                                                   FROM saga.saga_steps AS s
                                                  WHERE s.saga_id = r.saga_id
                                                  ORDER BY s.seq DESC
                                                  LIMIT 1) AS last ON true) AS ends
                    """),
            new Query("a saga is compensating or failed exactly when its log turned back", """
                    SELECT count(*), count(*) FILTER (WHERE wrong), min(saga_id) FILTER (WHERE wrong)
                      FROM (SELECT r.saga_id,
                                   (r.status IN ('COMPENSATING', 'FAILED'))
                                   <> EXISTS (SELECT
                                                FROM saga.saga_steps AS s
                                               WHERE s.saga_id = r.saga_id AND s.event = 'TURNED_BACK') AS wrong
                              FROM saga.saga_runs AS r) AS turns
                    """),
            new Query("a failed saga has every compensating task completed", """
                    SELECT count(*), count(*) FILTER (WHERE wrong), min(saga_id) FILTER (WHERE wrong)
                      FROM (SELECT t.saga_id, r.status = 'FAILED' AND t.status <> 'COMPLETED' AS wrong
                              FROM saga.saga_compensating_tasks AS t
                              JOIN saga.saga_runs AS r ON r.saga_id = t.saga_id) AS tasks
                    """),
            new Query("a subject is held by a saga that has not failed", """
                    SELECT count(*), count(*) FILTER (WHERE wrong), min(saga_id) FILTER (WHERE wrong)
                      FROM (SELECT b.saga_id,
                                   r.status = 'FAILED'
                                   OR r.saga_id IS NULL
                                      AND NOT EXISTS (SELECT
                                                        FROM saga.saga_retention AS g
                                                       WHERE starts_with(b.saga_id, g.prefix)
                                                         AND b.saga_id < g.gone_below) AS wrong
                              FROM saga.saga_subjects AS b
                              LEFT JOIN saga.saga_runs AS r ON r.saga_id = b.saga_id) AS subjects
                    """),
            new Query("a saga that has not failed holds its subject, alone", """
                    SELECT count(*), count(*) FILTER (WHERE wrong), min(saga_id) FILTER (WHERE wrong)
                      FROM (SELECT r.saga_id, b.saga_id IS NULL AS wrong
                              FROM saga.saga_runs AS r
                              LEFT JOIN saga.saga_subjects AS b ON b.subject = r.subject AND b.saga_id = r.saga_id
                             WHERE r.subject IS NOT NULL AND r.status <> 'FAILED') AS holders
                    """),
            // The node that goes on with a saga says so first: a row about a call never follows on one of another
            // node. Read along the primary key, both times.
            new Query(
                    "no step was acted on by two nodes: its answer is recorded by the node that went on with it", """
                    SELECT count(*), count(*) FILTER (WHERE wrong), min(saga_id) FILTER (WHERE wrong)
                      FROM (SELECT s.saga_id, p.epoch <> s.epoch AS wrong
                              FROM saga.saga_steps AS s
                              JOIN saga.saga_steps AS p ON p.saga_id = s.saga_id AND p.seq = s.seq - 1
                             WHERE s.event IN ('DONE', 'REFUSED', 'FAILED', 'UNCLEAR', 'WAITING', 'UNDONE',
                                               'UNDO_FAILED')) AS answers
                    """),
            new Query("one idempotency key started one saga", """
                    SELECT count(*), count(*) - count(DISTINCT saga_id), NULL
                      FROM saga.saga_start_keys
                     WHERE EXISTS (SELECT FROM saga.saga_runs AS r WHERE r.saga_id = saga_start_keys.saga_id)
                    """));

    /// A saga that this release cannot run says so in the last row of its log, and waits for a person. One that is
    /// put down waits for a signal or a moment, and nothing is under way.
    private static final String UNENDED = """
            SELECT r.saga_id, r.status, r.payload, r.needs_attention,
                   coalesce(last.event, '') = 'PARKED' AS parked,
                   coalesce(last.event, '') <> 'PARKED' AND r.wake_at IS NOT NULL AS waiting
              FROM saga.saga_runs AS r
              LEFT JOIN LATERAL (SELECT s.event
                                   FROM saga.saga_steps AS s
                                  WHERE s.saga_id = r.saga_id
                                  ORDER BY s.seq DESC
                                  LIMIT 1) AS last ON true
             WHERE r.status IN ('STARTED', 'COMPENSATING')
            """;

    /// A node that died has its row until others have taken its sagas, so none of them is missed in between. What
    /// is put down waits for a signal or a moment, and is listed as waiting.
    private static final Query RUNNING = new Query("sagas that a node runs, or will take over", """
            SELECT count(*), 0, min(r.saga_id)
              FROM saga.saga_runs AS r
              JOIN saga.saga_nodes AS n ON n.node = r.node AND n.epoch = r.epoch
             WHERE r.status IN ('STARTED', 'COMPENSATING') AND r.parked IS NULL AND r.wake_at IS NULL
            """);

    private static final List<Query> AT_REST = List.of(
            new Query("every saga has ended, waits, or is parked", """
                    SELECT (SELECT count(*) FROM saga.saga_runs), count(*) FILTER (WHERE NOT parked AND NOT waiting),
                           min(saga_id) FILTER (WHERE NOT parked AND NOT waiting)
                      FROM (""" + UNENDED + ") AS unended"),
            new Query("no saga needs attention, but parked ones", """
                    SELECT (SELECT count(*) FROM saga.saga_runs), count(*), min(r.saga_id)
                      FROM saga.saga_runs AS r
                     WHERE r.needs_attention
                       AND r.saga_id NOT IN (SELECT saga_id FROM (""" + UNENDED + ") AS unended WHERE parked)"),
            DROPPED,
            new Query("waiting sagas (listed, not counted as broken)", """
                    SELECT count(*), 0, min(saga_id)
                      FROM (""" + UNENDED + ") AS unended WHERE waiting"),
            new Query("parked sagas (listed, not counted as broken)", """
                    SELECT count(*), 0, min(saga_id)
                      FROM (""" + UNENDED + ") AS unended WHERE parked"));

    private static final String UNDECIDED = "SELECT saga_id, payload::text FROM (" + UNENDED + """
            ) AS unended
             WHERE (parked OR waiting) AND saga_id > ?
             ORDER BY saga_id
             LIMIT ?
            """;

    private static final String ENDED = """
            SELECT saga_id, status, payload::text
              FROM saga.saga_runs
             WHERE saga_id > ? AND status IN ('COMPLETED', 'FAILED')
             ORDER BY saga_id
             LIMIT ?
            """;

    private final DataSource dataSource;

    /// @param dataSource of the database that has the engine's tables
    public SagaBooks(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /// What must hold at any moment.
    public List<Rule> always() throws SQLException {
        var rules = new ArrayList<Rule>();
        for (var rule : RULES) {
            rules.add(look(rule));
        }
        return rules;
    }

    /// What must hold when nothing is in flight; the last two list the waiting and the parked sagas and judge
    /// nothing.
    public List<Rule> atRest() throws SQLException {
        var rules = new ArrayList<Rule>();
        for (var rule : AT_REST) {
            rules.add(look(rule));
        }
        return rules;
    }

    /// How many sagas there are, ended ones included, and without those that were dropped.
    public long count() throws SQLException {
        return look(ALL).looked();
    }

    /// How many sagas were ever dropped because they had ended long ago.
    public long dropped() throws SQLException {
        return look(DROPPED).looked();
    }

    /// How many sagas are in flight, on all nodes; parked ones are not.
    public long running() throws SQLException {
        return look(RUNNING).looked();
    }

    /// The sagas that have ended, in order of their ids, for whoever holds them against the books of their
    /// participants.
    ///
    /// @param after the last saga id of the page before, or null
    /// @param limit 1 or more
    public List<Ended> ended(String after, int limit) throws SQLException {
        try (var db = dataSource.getConnection();
                var statement = db.prepareStatement(ENDED)) {
            statement.setString(1, after == null ? "" : after);
            statement.setInt(2, limit);
            try (var rows = statement.executeQuery()) {
                var ended = new ArrayList<Ended>();
                while (rows.next()) {
                    ended.add(new Ended(rows.getString(1), SagaStatus.valueOf(rows.getString(2)), rows.getString(3)));
                }
                return ended;
            }
        }
    }

    /// The sagas that wait or are parked, in order of their ids: what they are about is undecided until they go on,
    /// or until a person has looked.
    ///
    /// @param after the last saga id of the page before, or null
    /// @param limit 1 or more
    public List<Undecided> undecided(String after, int limit) throws SQLException {
        try (var db = dataSource.getConnection();
                var statement = db.prepareStatement(UNDECIDED)) {
            statement.setString(1, after == null ? "" : after);
            statement.setInt(2, limit);
            try (var rows = statement.executeQuery()) {
                var undecided = new ArrayList<Undecided>();
                while (rows.next()) {
                    undecided.add(new Undecided(rows.getString(1), rows.getString(2)));
                }
                return undecided;
            }
        }
    }

    private Rule look(Query query) throws SQLException {
        try (var db = dataSource.getConnection();
                var statement = db.createStatement();
                var row = statement.executeQuery(query.sql())) {
            row.next();
            return new Rule(query.name(), row.getLong(1), row.getLong(2), row.getString(3));
        }
    }

    private record Query(String name, String sql) {}

    /// @param payload the JSON it carried
    public record Ended(String sagaId, SagaStatus status, String payload) {}

    /// @param payload the JSON it carries
    public record Undecided(String sagaId, String payload) {}

    /// @param name a sentence that should be true
    /// @param looked how many things were looked at
    /// @param broken how many break it
    /// @param example the id of a saga that does, or null
    public record Rule(String name, long looked, long broken, String example) {}
}
