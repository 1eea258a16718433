package dev.holdfast.reconciliation;

import dev.holdfast.platform.Json;
import dev.holdfast.saga.LogEntry;
import dev.holdfast.saga.SagaEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;

/// The engine's tables as they are there for everybody to query, a window of rows a statement. One snapshot each,
/// so what the engine writes in one transaction is never seen in half.
final class SagaTables {

    /// Sagas, names or keys a statement: some ten milliseconds, and their logs are sorted in memory.
    static final int WINDOW = 2_000;

    /// Logs of failed sagas have twenty rows, of many failures some hundreds. What begins as a path is judged as
    /// far as it is read.
    private static final int MOST_ROWS = 1_000;

    /// A row of such a log says nothing in its detail that decides what may follow it. So all that read alike are
    /// told once, and nearly every saga is one of these.
    private static final String LOGS = """
            WITH page AS (
                SELECT saga_id, definition, version
                  FROM saga.saga_runs
                 WHERE saga_id > :after
                 ORDER BY saga_id
                 LIMIT :window
            ), logs AS (
                SELECT p.saga_id, p.definition, p.version,
                       CASE WHEN coalesce(bool_and(s.event IN ('DONE', 'PIVOT_BEGUN', 'SAGA_COMPLETED')), true)
                            THEN coalesce(string_agg(concat_ws(' ', s.step, s.event, s.attempt, s.generation), chr(10)
                                                     ORDER BY s.seq), '')
                       END AS plain
                  FROM page AS p
                  LEFT JOIN saga.saga_steps AS s ON s.saga_id = p.saga_id AND s.seq <= :rows
                 GROUP BY p.saga_id, p.definition, p.version
            )
            SELECT definition, version, plain, count(*) AS sagas, min(saga_id) AS saga_id,
                   (SELECT max(saga_id) FROM page) AS last_id
              FROM logs
             GROUP BY definition, version, plain, CASE WHEN plain IS NULL THEN saga_id END
            """;

    private static final String ROWS = """
            SELECT saga_id, seq, step, event, attempt, generation, detail::text AS detail, started_at, ended_at
              FROM saga.saga_steps
             WHERE saga_id = ANY (:ids) AND seq <= :rows
             ORDER BY saga_id, seq
            """;

    /// What a saga has to undo stands in the row that turned it back, and its tasks are written with that row.
    private static final String TASKS = """
            WITH page AS (
                SELECT saga_id, status
                  FROM saga.saga_runs
                 WHERE saga_id > :after
                 ORDER BY saga_id
                 LIMIT :window
            ), undos AS (
                SELECT p.saga_id,
                       bool_or(t.saga_id IS NULL OR p.status = 'FAILED' AND t.status <> 'COMPLETED') AS wrong
                  FROM page AS p
                  JOIN saga.saga_steps AS s ON s.saga_id = p.saga_id AND s.event = 'TURNED_BACK'
                 CROSS JOIN LATERAL unnest(string_to_array(s.detail ->> 'undo', ' ')) AS u(step)
                  LEFT JOIN saga.saga_compensating_tasks AS t
                    ON t.saga_id = p.saga_id AND t.payload ->> 'step' = u.step
                 WHERE p.status IN ('COMPENSATING', 'FAILED')
                 GROUP BY p.saga_id
            )
            SELECT (SELECT max(saga_id) FROM page) AS last_1, NULL AS last_2, count(*) AS looked,
                   count(*) FILTER (WHERE wrong) AS broken, min(saga_id) FILTER (WHERE wrong) AS example
              FROM undos
            """;

    /// Names and keys are written with their saga and outlive it. One whose saga is not there is of a saga that was
    /// dropped for its age, which the retention has on record, or that was lost.
    private static final String LOST = """
            SELECT max(last_1) AS last_1, max(last_2) AS last_2, count(*) AS looked,
                   count(*) FILTER (WHERE lost) AS broken, min(saga_id) FILTER (WHERE lost) AS example
              FROM (SELECT last_1, last_2, p.saga_id,
                           NOT EXISTS (SELECT FROM saga.saga_runs AS r WHERE r.saga_id = p.saga_id)
                           AND NOT EXISTS (SELECT
                                             FROM saga.saga_retention AS g
                                            WHERE starts_with(p.saga_id, g.prefix)
                                              AND p.saga_id < g.gone_below) AS lost
                      FROM page AS p) AS judged
            """;

    private static final String LOST_NAMES = """
            WITH page AS (
                SELECT saga_id, name AS last_1, NULL AS last_2
                  FROM saga.saga_names
                 WHERE name > :after
                 ORDER BY name
                 LIMIT :window
            )
            """ + LOST;

    /// The engine keeps keys of its own there that belong to no saga: of operators who pause a definition, and of
    /// sagas of a step that must never start.
    private static final String LOST_KEYS = """
            WITH page AS (
                SELECT saga_id, last_value(scope) OVER w AS last_1, last_value(idempotency_key) OVER w AS last_2
                  FROM (SELECT saga_id, scope, idempotency_key
                          FROM saga.saga_start_keys
                         WHERE (scope, idempotency_key) > (:after, :after_2)
                           AND scope NOT IN ('operator', 'child-saga')
                         ORDER BY scope, idempotency_key
                         LIMIT :window) AS keys
                WINDOW w AS (ORDER BY scope, idempotency_key
                              ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
            )
            """ + LOST;

    private static final String NAMED = """
            SELECT name, saga_id
              FROM saga.saga_names
             WHERE name = ANY (:names)
            """;

    /// Read as a whole, for want of an index: for the few whose payload says nothing.
    private static final String ORDERS_OF = """
            SELECT saga_id, substring(name FROM length('order:') + 1) AS order_id
              FROM saga.saga_names
             WHERE saga_id = ANY (:ids) AND starts_with(name, 'order:')
            """;

    private final JdbcClient jdbc;
    private final int window;

    /// @param pool of the database that has the engine's tables
    /// @param window how many rows a statement walks, [#WINDOW]
    SagaTables(DataSource pool, int window) {
        this.jdbc = JdbcClient.create(pool);
        this.window = window;
    }

    /// Sagas whose logs read alike.
    ///
    /// @param plain how they read; null for one that stands alone, because more than that decides
    /// @param sagas how many
    /// @param sagaId one of them
    /// @param lastId of all that were looked at
    record Logs(String definition, int version, String plain, long sagas, String sagaId, String lastId) {}

    /// A log as far as it can be read.
    static final class Log {

        private final List<LogEntry> rows = new ArrayList<>();
        private boolean unreadable;

        List<LogEntry> rows() {
            return rows;
        }

        /// Whether a row says what this release does not know.
        boolean unreadable() {
            return unreadable;
        }

        private void add(ResultSet row) throws SQLException {
            if (!unreadable) {
                try {
                    rows.add(entry(row));
                } catch (IllegalArgumentException | JacksonException e) {
                    unreadable = true;
                }
            }
        }
    }

    /// @param after the last saga id of the window before, or an empty text
    List<Logs> logs(String after) {
        return jdbc.sql(LOGS)
                .param("after", after)
                .param("window", window)
                .param("rows", MOST_ROWS)
                .query(Logs.class)
                .list();
    }

    Map<String, Log> logsOf(Collection<String> sagaIds) {
        var logs = new LinkedHashMap<String, Log>();
        jdbc.sql(ROWS)
                .param("ids", sagaIds.toArray(String[]::new))
                .param("rows", MOST_ROWS)
                .query(row -> {
                    logs.computeIfAbsent(row.getString("saga_id"), _ -> new Log())
                            .add(row);
                });
        return logs;
    }

    Check tasks() {
        return walk(
                TASKS, new Tally.Rule("sagas", "a saga that turned back has its tasks, completed once it has failed"));
    }

    Check names() {
        return walk(
                LOST_NAMES, new Tally.Rule("sagas", "every name that was given is that of a saga, kept or dropped"));
    }

    Check startKeys() {
        return walk(LOST_KEYS, new Tally.Rule("keys", "every idempotency key is that of a saga, kept or dropped"));
    }

    /// Which saga has each of these names; a name that nobody has is missing.
    Map<String, String> named(Collection<String> names) {
        var sagas = new HashMap<String, String>();
        jdbc.sql(NAMED).param("names", names.toArray(String[]::new)).query(row -> {
            sagas.put(row.getString("name"), row.getString("saga_id"));
        });
        return sagas;
    }

    /// The order that each of these sagas has claimed, whatever its payload says.
    Map<String, String> ordersOf(Collection<String> sagaIds) {
        var orders = new HashMap<String, String>();
        jdbc.sql(ORDERS_OF).param("ids", sagaIds.toArray(String[]::new)).query(row -> {
            orders.put(row.getString("saga_id"), row.getString("order_id"));
        });
        return orders;
    }

    private record Window(String last1, String last2, long looked, long broken, String example) {}

    private Check walk(String sql, Tally.Rule rule) {
        var tally = new Tally(rule);
        var last = new Window("", "", 0, 0, null);
        while (last.last1() != null) {
            var statement = jdbc.sql(sql).param("after", last.last1()).param("window", window);
            if (sql.contains(":after_2")) {
                statement.param("after_2", last.last2());
            }
            last = statement
                    .query((row, _) -> new Window(
                            row.getString("last_1"),
                            row.getString("last_2"),
                            row.getLong("looked"),
                            row.getLong("broken"),
                            row.getString("example")))
                    .single();
            tally.add(last.looked(), last.broken(), last.example());
        }
        return tally.check();
    }

    private static LogEntry entry(ResultSet row) throws SQLException {
        var detail = row.getString("detail");
        return new LogEntry(
                row.getInt("seq"),
                row.getString("step"),
                SagaEvent.valueOf(row.getString("event")),
                row.getInt("attempt"),
                row.getInt("generation"),
                detail == null
                        ? Map.of()
                        : Json.mapper().readValue(detail, new TypeReference<Map<String, String>>() {}),
                row.getTimestamp("started_at").toInstant(),
                row.getTimestamp("ended_at").toInstant());
    }
}
