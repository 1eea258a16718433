package dev.holdfast.shipping;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Reads our books and the carriers' from their two databases; no statement sees both.
final class SqlShippingBooks implements ShippingBooks {

    private static final int WINDOW = 10_000;

    private static final String COUNT_BROKEN = """
            WITH audited AS (
                SELECT shipping_id, status, carrier, tracking_number
                  FROM shipping.shipments
                 WHERE shipping_id > :after
                 ORDER BY shipping_id
                 LIMIT :window
            ), attempts AS (
                SELECT s.shipping_id,
                       count(*) FILTER (WHERE a.status = 'created') AS live,
                       bool_or(a.status = 'created' AND a.carrier = s.carrier
                               AND a.tracking_number = s.tracking_number) AS has_its_label,
                       bool_or((a.status = 'cancel_pending') <> (c.shipping_id IS NOT NULL)) AS left_alone
                  FROM audited s
                  JOIN shipping.carrier_attempts a USING (shipping_id)
                  LEFT JOIN shipping.cancellations c ON c.shipping_id = a.shipping_id AND c.carrier = a.carrier
                 GROUP BY s.shipping_id
            )
            SELECT max(s.shipping_id) AS last_id, count(*) AS looked,
                   count(*) FILTER (WHERE coalesce(a.left_alone, false)
                                       OR CASE WHEN s.status = 'created' THEN a.live IS DISTINCT FROM 1
                                                                            OR NOT a.has_its_label
                                               ELSE a.live > 0
                                          END) AS broken
              FROM audited s
              LEFT JOIN attempts a USING (shipping_id)
            """;

    private static final String COUNT_AT_CARRIERS = """
            SELECT count(*) AS looked, count(*) FILTER (WHERE labels > 1) AS broken
              FROM (SELECT count(*) AS labels
                      FROM carriers_sandbox.labels
                     WHERE status = 'live'
                     GROUP BY reference) shipments
            """;

    private static final String LIVE = """
            SELECT shipping_id, order_id, carrier, tracking_number
              FROM shipping.shipments
             WHERE status = 'created'
               AND order_id > :after
             ORDER BY order_id
             FETCH FIRST :limit ROWS WITH TIES
            """;

    private static final String LIVE_AT_CARRIERS = """
            SELECT label_key, carrier, reference AS shipping_id, order_id
              FROM carriers_sandbox.labels
             WHERE status = 'live'
               AND label_key > :after
             ORDER BY label_key
             LIMIT :limit
            """;

    private static final String UNKNOWN_TO_US = """
            SELECT count(*) AS broken, min(l.order_id) AS example
              FROM unnest(:shipments, :carriers, :orders) AS l(shipping_id, carrier, order_id)
             WHERE NOT EXISTS (SELECT
                                 FROM shipping.shipments s
                                WHERE s.shipping_id = l.shipping_id
                                  AND s.carrier = l.carrier
                                  AND s.status = 'created')
            """;

    private static final String COUNT_UNSETTLED = """
            SELECT status, count(*) AS attempts
              FROM (SELECT status
                      FROM shipping.carrier_attempts
                     WHERE status IN ('pending', 'unclear', 'cancel_pending')
                     UNION ALL
                    SELECT s.status
                      FROM shipping.shipments s
                     WHERE s.status = 'pending'
                       AND s.asking IS NOT NULL
                       AND NOT EXISTS (SELECT FROM shipping.carrier_attempts a
                                        WHERE a.shipping_id = s.shipping_id AND a.carrier = s.asking)) open
             GROUP BY status
             ORDER BY status
            """;

    private final JdbcClient ours;
    private final JdbcClient carriers;

    SqlShippingBooks(DataSource ours, DataSource carriers) {
        this.ours = JdbcClient.create(ours);
        this.carriers = JdbcClient.create(carriers);
    }

    @Override
    public Checked shipments() {
        record Window(String lastId, long looked, long broken) {}
        long looked = 0;
        long broken = 0;
        var after = "";
        while (true) {
            var window = ours.sql(COUNT_BROKEN)
                    .param("after", after)
                    .param("window", WINDOW)
                    .query((row, _) ->
                            new Window(row.getString("last_id"), row.getLong("looked"), row.getLong("broken")))
                    .single();
            if (window.lastId() == null) {
                return new Checked(looked, broken);
            }
            looked += window.looked();
            broken += window.broken();
            after = window.lastId();
        }
    }

    @Override
    public Checked shipmentsAtCarriers() {
        return carriers.sql(COUNT_AT_CARRIERS).query(Checked.class).single();
    }

    @Override
    public List<LiveLabel> live(String after, int limit) {
        return ours.sql(LIVE)
                .param("after", after == null ? "" : after)
                .param("limit", checked(limit))
                .query(LiveLabel.class)
                .list();
    }

    @Override
    public List<CarrierLabel> liveAtCarriers(String after, int limit) {
        return carriers.sql(LIVE_AT_CARRIERS)
                .param("after", after == null ? "" : after)
                .param("limit", checked(limit))
                .query(CarrierLabel.class)
                .list();
    }

    /// A window of theirs is held against ours by a statement of its own: the two are no one's to join.
    @Override
    public Found labelsAtCarriers() {
        record Unknown(long broken, String example) {}
        var found = new Found(0, 0, null);
        for (var page = liveAtCarriers(null, WINDOW); !page.isEmpty(); ) {
            var unknown = ours.sql(UNKNOWN_TO_US)
                    .param("shipments", texts(page, CarrierLabel::shippingId))
                    .param("carriers", texts(page, CarrierLabel::carrier))
                    .param("orders", texts(page, CarrierLabel::orderId))
                    .query(Unknown.class)
                    .single();
            found = new Found(
                    found.looked() + page.size(),
                    found.broken() + unknown.broken(),
                    found.example() == null ? unknown.example() : found.example());
            page = liveAtCarriers(page.getLast().labelKey(), WINDOW);
        }
        return found;
    }

    private static String[] texts(List<CarrierLabel> labels, Function<CarrierLabel, String> text) {
        return labels.stream().map(text).toArray(String[]::new);
    }

    @Override
    public Map<String, Long> unsettled() {
        var counts = new LinkedHashMap<String, Long>();
        ours.sql(COUNT_UNSETTLED).query(row -> {
            counts.put(row.getString("status"), row.getLong("attempts"));
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
