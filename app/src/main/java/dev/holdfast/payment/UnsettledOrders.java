package dev.holdfast.payment;

import dev.holdfast.platform.ServiceDatabase;
import java.sql.Array;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Finds orders with something open: a call without an answer, or undone money that has not gone back.
///
/// An index on the status would cost every payment two index writes to find the very few that got stuck. Ids are
/// ordered by time instead, so two walks along the primary keys do: one follows the present, some seconds behind,
/// and starts an hour back; the other goes round the whole table for ever, a page at a time, and finds what the
/// first missed (a row committed late, a clock that stepped back, an outage longer than an hour). What is settled
/// becomes open again in two ways. Undoing opens an operation, which is a new row with a new id. A payment whose
/// provider was not reached becomes pending again under its old id when the request is repeated; should that caller
/// die too, the second walk finds it, which may take as long as a round of the table. Used by one thread.
final class UnsettledOrders {

    private static final String PAYMENTS = """
            SELECT max(id) AS last, count(*) AS read, array_agg(DISTINCT order_id) FILTER (WHERE open) AS orders
              FROM (SELECT payment_id AS id, order_id,
                           status = 'pending'
                             OR undone_at IS NOT NULL AND status IN ('authorized', 'completed') AS open
                      FROM payment.payments
                     WHERE payment_id > ? AND payment_id < ?
                     ORDER BY payment_id
                     LIMIT ?) AS page
            """;

    private static final String OPERATIONS = """
            SELECT max(id) AS last, count(*) AS read, array_agg(DISTINCT order_id) FILTER (WHERE open) AS orders
              FROM (SELECT operation_id AS id, order_id, status = 'pending' AS open
                      FROM payment.payment_operations
                     WHERE operation_id > ? AND operation_id < ?
                     ORDER BY operation_id
                     LIMIT ?) AS page
            """;

    private static final String STILL_OPEN = """
            SELECT DISTINCT order_id
              FROM payment.payments
             WHERE order_id = ANY (?)
               AND (status = 'pending'
                    OR undone_at IS NOT NULL AND status IN ('authorized', 'completed')
                    OR capturing > 0 OR releasing > 0 OR refunding > 0)
            """;

    private static final Duration LOOK_BACK = Duration.ofHours(1);
    private static final int PAGE = 5000;
    private static final int PAGES_AT_ONCE = 20;

    private final ServiceDatabase database;
    private final Duration behind;
    private final Clock clock;
    private final List<Walk> walks;

    /// @param behind how far behind the present the walks stay
    UnsettledOrders(ServiceDatabase database, Duration behind, Clock clock) {
        this.database = database;
        this.behind = behind;
        this.clock = clock;
        var start = clock.instant().minus(LOOK_BACK);
        this.walks = List.of(
                new Walk(PAYMENTS, "pay_", false, idAt("pay_", start)),
                new Walk(OPERATIONS, "op_", false, idAt("op_", start)),
                new Walk(PAYMENTS, "pay_", true, ""),
                new Walk(OPERATIONS, "op_", true, ""));
    }

    /// Walks on and returns the orders with something open on the way.
    Set<String> next() throws SQLException {
        var found = new LinkedHashSet<String>();
        for (var walk : walks) {
            walk.on(found);
        }
        return found;
    }

    /// @return those of `orders` that have something open now
    Set<String> stillOpen(Collection<String> orders) throws SQLException {
        var open = new LinkedHashSet<String>();
        try (var db = database.pool().getConnection();
                var query = db.prepareStatement(STILL_OPEN)) {
            query.setArray(1, db.createArrayOf("text", orders.toArray()));
            try (var rows = query.executeQuery()) {
                while (rows.next()) {
                    open.add(rows.getString(1));
                }
            }
        }
        return open;
    }

    /// The least id with this prefix made at or after `instant`: a UUID of version 7 begins with its milliseconds.
    static String idAt(String prefix, Instant instant) {
        var millis = "%012x".formatted(instant.toEpochMilli());
        return prefix + millis.substring(0, 8) + "-" + millis.substring(8);
    }

    private final class Walk {
        private final String sql;
        private final String prefix;
        private final boolean round;
        private String position;

        Walk(String sql, String prefix, boolean round, String position) {
            this.sql = sql;
            this.prefix = prefix;
            this.round = round;
            this.position = position;
        }

        /// Each page is a transaction of its own: no snapshot grows old.
        void on(Set<String> found) throws SQLException {
            var present = clock.instant().minus(behind);
            for (int page = 0; page < (round ? 1 : PAGES_AT_ONCE); page++) {
                if (page(idAt(prefix, present), found) < PAGE) {
                    // At the end one walk begins anew; the other goes back a little, for rows that committed late.
                    position = round ? "" : idAt(prefix, present.minus(behind));
                    return;
                }
            }
        }

        private int page(String until, Set<String> found) throws SQLException {
            try (var db = database.pool().getConnection();
                    var query = db.prepareStatement(sql)) {
                query.setString(1, position);
                query.setString(2, until);
                query.setInt(3, PAGE);
                try (var row = query.executeQuery()) {
                    row.next();
                    Array orders = row.getArray("orders");
                    if (orders != null) {
                        found.addAll(List.of((String[]) orders.getArray()));
                    }
                    position = row.getString("last") == null ? position : row.getString("last");
                    return row.getInt("read");
                }
            }
        }
    }
}
