package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryBooks.Rule;
import dev.holdfast.testing.TestDatabase;
import dev.holdfast.testing.Untold;
import java.time.Clock;
import java.time.Duration;
import java.util.List;

/// The real inventory, for exploring what faults do to it.
public final class ExploredInventory {

    private final TestDatabase database;
    private final InventoryService inventory;
    private final InventoryBooks books;

    public ExploredInventory(TestDatabase database, Duration holdTtl) {
        this.database = database;
        var warehouses = new Warehouses(database.dataSource(), Clock.systemUTC());
        var batch = new InventoryBatch(
                new Untold("/inventory"), holdTtl, new StockTable(true, 0, _ -> false), Recall.ofALane());
        var lane = database.open("inventory", database.of("inventory"), batch);
        this.inventory = new InventoryService(
                lane::submit, new InventoryRequests(warehouses), new InventoryReads(database.dataSource()));
        this.books = new Books(database.dataSource());
    }

    public InventoryApi api() {
        return inventory;
    }

    public void receive(String sku, int pieces) {
        inventory.receive("delivery-" + sku, List.of(new Receipt(sku, null, pieces)));
    }

    /// Another customer holds whatever is available.
    ///
    /// @param other the reservation of theirs
    public void sellOut(String sku, String other) {
        var left = (int) inventory.availability(List.of(sku)).getFirst().available();
        if (left > 0) {
            inventory.hold(new HoldRequest(
                    other, "saga-" + other, other + ":hold", null, true, null, List.of(new HoldLine(sku, left))));
        }
    }

    /// Makes a hold lapse now, as the passing of its time would: its deadline is the database's.
    public void lapse(String reservation) {
        database.execute("UPDATE inventory.reservations SET expires_at = clock_timestamp() - interval '1 second'"
                + " WHERE status = 'held' AND reservation_id = '" + reservation + "'");
        inventory.sweep(100);
    }

    /// The rules of the whole inventory that do not hold.
    public List<Rule> broken() {
        return books.audit().rules().stream().filter(rule -> rule.broken() > 0).toList();
    }
}
