package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Reservation;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/// The audit of stock, in SQL. A statement sees one snapshot, and counters, ledger and reservations change together
/// in one transaction, so each rule holds at every moment and not only when all is quiet.
final class Books implements InventoryBooks {

    private static final int MOST_PER_PAGE = 1_000;

    /// What the ledger says the counters are; the arithmetic of [Kind].
    private static final String LEDGER = """
            WITH ledger AS (
                SELECT product_id, warehouse_id,
                       sum(CASE kind WHEN 'received'  THEN quantity WHEN 'corrected' THEN quantity
                                     WHEN 'returned'  THEN quantity WHEN 'released'  THEN quantity
                                     WHEN 'expired'   THEN quantity WHEN 'held'      THEN -quantity ELSE 0 END)
                           AS available,
                       sum(CASE kind WHEN 'held'      THEN quantity WHEN 'released'  THEN -quantity
                                     WHEN 'expired'   THEN -quantity WHEN 'committed' THEN -quantity ELSE 0 END)
                           AS reserved,
                       sum(CASE kind WHEN 'committed' THEN quantity ELSE 0 END) AS committed,
                       sum(CASE kind WHEN 'received'  THEN quantity WHEN 'corrected' THEN quantity
                                     WHEN 'returned'  THEN quantity ELSE 0 END) AS came_in,
                       sum(CASE kind WHEN 'returned'  THEN quantity ELSE 0 END) AS returned
                  FROM inventory.ledger
                 GROUP BY product_id, warehouse_id
            ),
            """;

    private static final String RESERVED = """
            WITH lines AS (
                SELECT product_id, warehouse_id,
                       sum(quantity) FILTER (WHERE status IN ('held', 'pinned')) AS live,
                       sum(quantity) FILTER (WHERE status = 'committed') AS committed,
                       sum(restocked) AS restocked
                  FROM inventory.reservation_lines
                 GROUP BY product_id, warehouse_id
            ),
            """;

    private static final String COUNT = """
            SELECT count(*), min(product_id || ' @ ' || warehouse_id)
              FROM broken
            """;

    private static final String FIND_NEGATIVE_AVAILABLE = """
            WITH broken AS (SELECT product_id, warehouse_id FROM inventory.stock WHERE available < 0)
            """ + COUNT;

    private static final String FIND_NEGATIVE_RESERVED = """
            WITH broken AS (SELECT product_id, warehouse_id FROM inventory.stock WHERE reserved < 0)
            """ + COUNT;

    private static final String FIND_NOT_CONSERVED = LEDGER + """
            broken AS (
                SELECT product_id, warehouse_id
                  FROM inventory.stock i
                  LEFT JOIN ledger l USING (product_id, warehouse_id)
                 WHERE i.available + i.reserved + i.committed <> coalesce(l.came_in, 0)
            )
            """ + COUNT;

    private static final String FIND_UNLIKE_LEDGER = LEDGER + """
            broken AS (
                SELECT product_id, warehouse_id
                  FROM inventory.stock i
                  FULL JOIN ledger l USING (product_id, warehouse_id)
                 WHERE (coalesce(i.available, 0), coalesce(i.reserved, 0), coalesce(i.committed, 0))
                       <> (coalesce(l.available, 0), coalesce(l.reserved, 0), coalesce(l.committed, 0))
            )
            """ + COUNT;

    private static final String FIND_UNLIKE_LIVE = RESERVED + """
            broken AS (
                SELECT product_id, warehouse_id
                  FROM inventory.stock i
                  FULL JOIN lines l USING (product_id, warehouse_id)
                 WHERE coalesce(i.reserved, 0) <> coalesce(l.live, 0)
            )
            """ + COUNT;

    private static final String FIND_UNLIKE_COMMITTED = RESERVED + """
            broken AS (
                SELECT product_id, warehouse_id
                  FROM inventory.stock i
                  FULL JOIN lines l USING (product_id, warehouse_id)
                 WHERE coalesce(i.committed, 0) <> coalesce(l.committed, 0)
            )
            """ + COUNT;

    private static final String FIND_UNLIKE_RETURNED = LEDGER + RESERVED.substring("WITH ".length()) + """
            broken AS (
                SELECT product_id, warehouse_id
                  FROM ledger g
                  FULL JOIN lines l USING (product_id, warehouse_id)
                 WHERE coalesce(g.returned, 0) <> coalesce(l.restocked, 0)
            )
            """ + COUNT;

    private static final String COUNT_STOCK_ROWS = """
            SELECT count(*), NULL FROM inventory.inventory
            """;

    private static final String COUNT_MOVEMENTS = """
            SELECT count(*), NULL FROM inventory.ledger
            """;

    private final DataSource pool;
    private final InventoryReads reads;

    Books(DataSource pool) {
        this.pool = pool;
        this.reads = new InventoryReads(pool);
    }

    @Override
    public StockAudit audit() {
        try (var db = pool.getConnection()) {
            var rules = new ArrayList<Rule>();
            rules.add(rule(db, "available-not-negative", FIND_NEGATIVE_AVAILABLE));
            rules.add(rule(db, "reserved-not-negative", FIND_NEGATIVE_RESERVED));
            rules.add(rule(db, "conserved", FIND_NOT_CONSERVED));
            rules.add(rule(db, "counters-are-the-ledger", FIND_UNLIKE_LEDGER));
            rules.add(rule(db, "reserved-is-what-live-reservations-hold", FIND_UNLIKE_LIVE));
            rules.add(rule(db, "committed-is-what-committed-reservations-took", FIND_UNLIKE_COMMITTED));
            rules.add(rule(db, "returned-is-what-reservations-gave-back", FIND_UNLIKE_RETURNED));
            var stockRows = rule(db, "rows", COUNT_STOCK_ROWS).broken();
            var movements = rule(db, "movements", COUNT_MOVEMENTS).broken();
            return new StockAudit(stockRows, movements, List.copyOf(rules));
        } catch (SQLException e) {
            throw new InventoryReadException("cannot audit the stock", e);
        }
    }

    @Override
    public List<Reservation> reservations(String after, int limit) {
        if (limit < 1 || limit > MOST_PER_PAGE) {
            throw new IllegalArgumentException("limit must be 1 to " + MOST_PER_PAGE + ", not " + limit);
        }
        return reads.list(after, limit);
    }

    private static Rule rule(Connection db, String name, String query) throws SQLException {
        try (var statement = db.prepareStatement(query);
                var result = statement.executeQuery()) {
            result.next();
            return new Rule(name, result.getLong(1), result.getString(2));
        }
    }
}
