package dev.holdfast.shipping;

import dev.holdfast.shipping.ShippingApi.Shipment;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What people ask about shipments. A tombstone (an undo that came before its label) is in no answer.
final class ShippingReads {

    private static final String FIND = """
            SELECT shipping_id, order_id, carrier, tracking_number, status
              FROM shipping.shipments
             WHERE shipping_id = ?
               AND request_hash IS NOT NULL
            """;

    private static final String FIND_KEY = """
            SELECT order_id, idempotency_key AS key
              FROM shipping.shipments
             WHERE shipping_id = ?
               AND request_hash IS NOT NULL
            """;

    private final JdbcClient jdbc;

    ShippingReads(DataSource pool) {
        this.jdbc = JdbcClient.create(pool);
    }

    /// The key a label was made under; it never changes.
    record LabelKey(String orderId, String key) {}

    Optional<Shipment> find(String shippingId) {
        return jdbc.sql(FIND).param(shippingId).query(Shipment.class).optional();
    }

    Optional<LabelKey> keyOf(String shippingId) {
        return jdbc.sql(FIND_KEY).param(shippingId).query(LabelKey.class).optional();
    }
}
