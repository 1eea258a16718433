package dev.holdfast.inventory;

import dev.holdfast.platform.Event;
import dev.holdfast.platform.EventConsumer;
import dev.holdfast.platform.ServiceDatabase;
import dev.holdfast.platform.events.Subscriptions;
import dev.holdfast.platform.remote.Role;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/// Books in the ledger that an order's pieces left the warehouse, when its `OrderShipped` tells so. It moves no
/// counter (the pieces left `available` when they were held), so it needs no lock and no place in the lane: rows
/// are appended in the transaction of the consumer's inbox, which lets each event in once.
final class ShippedConsumer implements EventConsumer {

    /// What the order's reservations committed and did not get back, under the order's own id or, held product by
    /// product, under its saga.
    private static final String SHIP = """
            INSERT INTO inventory.ledger (at, kind, product_id, warehouse_id, reservation_id, quantity)
            SELECT ?, 'shipped', product_id, warehouse_id, reservation_id, quantity - restocked
              FROM inventory.reservation_lines
             WHERE (reservation_id = ? OR saga_id = ?)
               AND status = 'committed'
               AND quantity > restocked
            """;

    private final ServiceDatabase database;

    ShippedConsumer(ServiceDatabase database) {
        this.database = database;
    }

    @Override
    public String name() {
        return "inventory-shipped";
    }

    @Override
    public boolean wants(String type) {
        return Subscriptions.of(Role.INVENTORY).contains(type);
    }

    @Override
    public ServiceDatabase database() {
        return database;
    }

    @Override
    public void handle(Connection db, List<Event> events) throws SQLException {
        try (var statement = db.prepareStatement(SHIP)) {
            for (var event : events) {
                SqlArrays.time(statement, 1, event.at());
                statement.setString(2, event.subject());
                statement.setString(3, event.subject());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }
}
