package dev.holdfast.payment;

import dev.holdfast.platform.Money;
import dev.holdfast.platform.ServiceDatabase;
import java.util.ArrayList;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The audit of our own tables, and through [ProviderComparison] of the providers' books.
final class Books implements PaymentBooks {

    static final int PAGE = 5000;

    private static final String SUMS = """
            SELECT payment_id AS id,
                   NOT (0 <= refunded AND refunded <= captured AND captured + released <= amount) AS broken
              FROM payment.payments
             WHERE payment_id > :after
             ORDER BY payment_id
             LIMIT :limit
            """;

    private static final String OPERATIONS = """
            SELECT payment.payment_id AS id,
                   payment.captured <> done.captured + CASE WHEN takes_at_once AND provider_id IS NOT NULL
                                                                  THEN payment.amount ELSE 0 END
                     OR payment.refunded <> done.refunded OR payment.released <> done.released
                     OR payment.capturing <> done.capturing OR payment.refunding <> done.refunding
                     OR payment.releasing <> done.releasing
                     AS broken
              FROM (SELECT *
                      FROM payment.payments
                     WHERE payment_id > :after
                     ORDER BY payment_id
                     LIMIT :limit) AS payment
             CROSS JOIN LATERAL (
                   SELECT coalesce(sum(amount) FILTER (WHERE kind = 'capture' AND status = 'done'), 0) AS captured,
                          coalesce(sum(amount) FILTER (WHERE kind = 'refund' AND status = 'done'), 0) AS refunded,
                          coalesce(sum(amount) FILTER (WHERE kind = 'void' AND status = 'done'), 0) AS released,
                          coalesce(sum(amount) FILTER (WHERE kind = 'capture' AND status = 'pending'), 0) AS capturing,
                          coalesce(sum(amount) FILTER (WHERE kind = 'refund' AND status = 'pending'), 0) AS refunding,
                          coalesce(sum(amount) FILTER (WHERE kind = 'void' AND status = 'pending'), 0) AS releasing
                     FROM payment.payment_operations
                    WHERE payment_operations.payment_id = payment.payment_id) AS done
             ORDER BY payment.payment_id
            """;

    private static final String ONE_LIVE = """
            SELECT order_id AS id,
                   count(*) FILTER (WHERE undone_at IS NULL AND status IN ('pending', 'authorized', 'completed')) > 1
                     AS broken
              FROM payment.payments
             WHERE order_id > :after
             GROUP BY order_id
             ORDER BY order_id
             LIMIT :limit
            """;

    private static final String COUNT_OPEN = """
            SELECT (SELECT count(*)
                      FROM payment.payments
                     WHERE status = 'pending' OR undone_at IS NOT NULL AND status IN ('authorized', 'completed'))
                 + (SELECT count(*)
                      FROM payment.payment_operations
                     WHERE status = 'pending')
            """;

    private static final String MONEY = """
            SELECT order_id, min(currency) AS currency,
                   coalesce(sum(amount - captured - released) FILTER (WHERE status IN ('authorized', 'completed')), 0)
                     AS authorized,
                   sum(captured) AS captured, sum(refunded) AS refunded
              FROM payment.payments
             WHERE order_id > :after AND currency IS NOT NULL
             GROUP BY order_id
             ORDER BY order_id
             LIMIT :limit
            """;

    private final JdbcClient sql;
    private final ServiceDatabase database;
    private final Providers providers;

    private record Looked(String id, boolean broken) {}

    Books(ServiceDatabase database, Providers providers) {
        this.sql = JdbcClient.create(database.pool());
        this.database = database;
        this.providers = providers;
    }

    @Override
    public List<Check> checks() {
        var checks = new ArrayList<Check>();
        checks.add(walk("0 <= refunded <= captured <= authorized", SUMS));
        checks.add(walk("the sums of a payment are those of its operations", OPERATIONS));
        checks.add(walk("an order has at most one live payment", ONE_LIVE));
        for (var provider : providers.all()) {
            checks.addAll(new ProviderComparison(database, provider).checks());
        }
        return List.copyOf(checks);
    }

    @Override
    public long open() {
        return sql.sql(COUNT_OPEN).query(Long.class).single();
    }

    @Override
    public List<OrderMoney> money(String afterOrderId, int limit) {
        if (limit < 1 || limit > 10_000) {
            throw new IllegalArgumentException("limit must be between 1 and 10,000, not " + limit);
        }
        return sql.sql(MONEY)
                .param("after", afterOrderId)
                .param("limit", limit)
                .query((row, _) -> {
                    var currency = row.getString("currency");
                    return new OrderMoney(
                            row.getString("order_id"),
                            Money.ofDecimal(row.getBigDecimal("authorized"), currency),
                            Money.ofDecimal(row.getBigDecimal("captured"), currency),
                            Money.ofDecimal(row.getBigDecimal("refunded"), currency));
                })
                .list();
    }

    private Check walk(String invariant, String page) {
        var tally = new Tally(invariant);
        var after = "";
        List<Looked> rows;
        do {
            rows = sql.sql(page)
                    .param("after", after)
                    .param("limit", PAGE)
                    .query(Looked.class)
                    .list();
            for (var row : rows) {
                tally.look(row.id(), row.broken());
                after = row.id();
            }
        } while (rows.size() == PAGE);
        return tally.check();
    }
}
