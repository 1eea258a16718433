package dev.holdfast.orders;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Reads the books in windows of [#WINDOW] orders, a statement each: a snapshot held open over millions of rows
/// would keep PostgreSQL from cleaning up behind the hot rows of everybody else.
final class SqlOrderBooks implements OrderBooks {

    private static final int WINDOW = 10_000;

    /// The allowed transitions stand here a second time, on purpose: an audit that asked the code which transitions
    /// are allowed would believe whatever the code did. A test compares the two.
    static final String COUNT_BROKEN = """
            WITH valid(from_state, to_state) AS (
                VALUES (NULL, 'created'),
                       ('created', 'reserved'), ('created', 'cancelled'),
                       ('reserved', 'confirmed'), ('reserved', 'cancelled'),
                       ('confirmed', 'shipped'), ('confirmed', 'cancelled'),
                       ('shipped', 'delivered'),
                       ('delivered', 'refund_pending'),
                       ('refund_pending', 'refunded')
            ), audited AS (
                SELECT order_id, status, event_seq
                  FROM orders.orders
                 WHERE order_id > :after
                 ORDER BY order_id
                 LIMIT :window
            ), steps AS (
                SELECT e.order_id, e.seq, e.from_state, e.to_state,
                       lag(e.to_state) OVER w AS state_before,
                       row_number()    OVER w AS place,
                       lead(e.seq)     OVER w IS NULL AS is_last
                  FROM orders.order_events e
                  JOIN audited a USING (order_id)
                WINDOW w AS (PARTITION BY e.order_id ORDER BY e.seq)
            ), chains AS (
                SELECT s.order_id,
                       bool_and(s.seq = s.place
                                AND s.from_state IS NOT DISTINCT FROM s.state_before
                                AND EXISTS (SELECT FROM valid v
                                             WHERE v.from_state IS NOT DISTINCT FROM s.from_state
                                               AND v.to_state = s.to_state)) AS unbroken,
                       max(s.seq)                               AS last_seq,
                       max(s.to_state) FILTER (WHERE s.is_last) AS last_state
                  FROM steps s
                 GROUP BY s.order_id
            )
            SELECT max(a.order_id) AS last_id,
                   count(*) FILTER (WHERE c.unbroken IS NOT TRUE
                                       OR c.last_seq <> a.event_seq
                                       OR c.last_state <> a.status) AS broken
              FROM audited a
              LEFT JOIN chains c USING (order_id)
            """;

    /// Scans one window; the last id tells where the next begins, null that there is none.
    private static final String WINDOW_OF_OPEN = """
            WITH scanned AS (
                SELECT order_id, status, updated_at
                  FROM orders.orders
                 WHERE order_id > :after
                 ORDER BY order_id
                 LIMIT :window
            )
            SELECT order_id, status, updated_at, status IN ('created', 'reserved') AS open
              FROM scanned
             WHERE status IN ('created', 'reserved')
                OR order_id = (SELECT max(order_id) FROM scanned)
             ORDER BY order_id
            """;

    private static final String TOTALS = """
            SELECT o.order_id, o.status, o.total_amount, o.currency, i.items
              FROM (SELECT order_id, status, total_amount, currency
                      FROM orders.orders
                     WHERE order_id > :after
                       AND NOT tombstone
                     ORDER BY order_id
                     LIMIT :limit) o
             CROSS JOIN LATERAL (SELECT coalesce(sum(subtotal), 0) AS items
                                   FROM orders.order_items
                                  WHERE order_id = o.order_id) i
             ORDER BY o.order_id
            """;

    private static final String PIECES = """
            SELECT order_id, product_id, sum(quantity) AS pieces
              FROM orders.order_items
             WHERE order_id = ANY (:ids)
             GROUP BY order_id, product_id
            """;

    private static final String STANDING = """
            SELECT order_id, status, user_id, total_amount, currency
              FROM orders.orders
             WHERE order_id = ANY (:ids)
               AND NOT tombstone
            """;

    private static final String COUNT_BY_STATUS = """
            SELECT status, count(*) AS orders
              FROM orders.orders
             WHERE NOT tombstone
             GROUP BY status
             ORDER BY status
            """;

    private final JdbcClient jdbc;

    SqlOrderBooks(DataSource pool) {
        this.jdbc = JdbcClient.create(pool);
    }

    @Override
    public long broken() {
        record Window(String lastId, long broken) {}
        long broken = 0;
        var after = "";
        while (true) {
            var window = jdbc.sql(COUNT_BROKEN)
                    .param("after", after)
                    .param("window", WINDOW)
                    .query((row, _) -> new Window(row.getString("last_id"), row.getLong("broken")))
                    .single();
            if (window.lastId() == null) {
                return broken;
            }
            broken += window.broken();
            after = window.lastId();
        }
    }

    @Override
    public List<OpenOrder> open(String after, int limit) {
        checked(limit);
        var found = new ArrayList<OpenOrder>();
        var from = after == null ? "" : after;
        while (found.size() < limit) {
            var last = new ArrayList<String>();
            jdbc.sql(WINDOW_OF_OPEN)
                    .param("after", from)
                    .param("window", WINDOW)
                    .query(row -> {
                        last.add(row.getString("order_id"));
                        if (row.getBoolean("open")) {
                            found.add(new OpenOrder(
                                    row.getString("order_id"),
                                    row.getString("status"),
                                    row.getTimestamp("updated_at").toInstant()));
                        }
                    });
            if (last.isEmpty()) {
                return found;
            }
            from = last.getLast();
        }
        return List.copyOf(found.subList(0, limit));
    }

    @Override
    public List<OrderTotals> totals(String after, int limit) {
        return jdbc.sql(TOTALS)
                .param("after", after == null ? "" : after)
                .param("limit", checked(limit))
                .query((row, _) -> new OrderTotals(
                        row.getString("order_id"),
                        row.getString("status"),
                        row.getBigDecimal("total_amount"),
                        row.getString("currency"),
                        row.getBigDecimal("items")))
                .list();
    }

    @Override
    public Map<String, Map<String, Long>> pieces(Collection<String> orderIds) {
        var pieces = new HashMap<String, Map<String, Long>>();
        jdbc.sql(PIECES).param("ids", orderIds.toArray(String[]::new)).query(row -> {
            pieces.computeIfAbsent(row.getString("order_id"), _ -> new HashMap<>())
                    .put(row.getString("product_id"), row.getLong("pieces"));
        });
        return pieces;
    }

    @Override
    public Map<String, Standing> standing(Collection<String> orderIds) {
        var standing = new HashMap<String, Standing>();
        jdbc.sql(STANDING).param("ids", orderIds.toArray(String[]::new)).query(row -> {
            standing.put(
                    row.getString("order_id"),
                    new Standing(
                            row.getString("status"),
                            row.getString("user_id"),
                            row.getBigDecimal("total_amount"),
                            row.getString("currency")));
        });
        return standing;
    }

    @Override
    public Map<String, Long> countByStatus() {
        var counts = new LinkedHashMap<String, Long>();
        jdbc.sql(COUNT_BY_STATUS).query(row -> {
            counts.put(row.getString("status"), row.getLong("orders"));
        });
        return counts;
    }

    private static int checked(int limit) {
        if (limit < 1 || limit > 10_000) {
            throw new IllegalArgumentException("limit must be 1 to 10,000, not " + limit);
        }
        return limit;
    }
}
