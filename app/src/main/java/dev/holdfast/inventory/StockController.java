package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Availability;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.Warehouses.Warehouse;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Ids;
import dev.holdfast.platform.ProblemException;
import java.util.List;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// What there is of a product and where: to read for all, to receive and to correct for operators.
@RestController
@RequestMapping("/v1")
class StockController {

    private final InventoryService inventory;
    private final Warehouses warehouses;

    StockController(InventoryService inventory, Warehouses warehouses) {
        this.inventory = inventory;
        this.warehouses = warehouses;
    }

    /// @param warehouseId default: `main`
    record AvailableBody(Long available, String warehouseId) {}

    /// @param warehouseId default: `main`
    record ReceiptBody(Long quantity, String warehouseId) {}

    record WarehouseBody(String name, String country, Double latitude, Double longitude, Integer priority) {}

    @GetMapping("/inventory/{sku}")
    Availability availability(@PathVariable("sku") String sku) {
        return InventoryController.availability(inventory, sku);
    }

    @PutMapping("/inventory/{sku}")
    Availability correct(
            @PathVariable("sku") String sku,
            @RequestHeader(name = InventoryController.KEY, required = false) String key,
            @RequestBody AvailableBody body) {
        InventoryProblems.id("#/sku", sku);
        if (body.available() == null || body.available() < 0) {
            throw ProblemException.invalid("#/available", "must be 0 or more");
        }
        if (body.available() > InventoryRequests.MOST_RECEIVED) {
            throw ProblemException.invalid("#/available", "must be at most " + InventoryRequests.MOST_RECEIVED);
        }
        known(body.warehouseId());
        inventory.correct(IdempotencyKey.of(key, null), sku, body.warehouseId(), body.available());
        return InventoryController.availability(inventory, sku);
    }

    /// Without a key every request is a delivery of its own.
    @PostMapping("/inventory/{sku}/receipts")
    Availability receive(
            @PathVariable("sku") String sku,
            @RequestHeader(name = InventoryController.KEY, required = false) String key,
            @RequestBody ReceiptBody body) {
        InventoryProblems.id("#/sku", sku);
        long quantity = InventoryProblems.quantity("#/quantity", body.quantity(), InventoryRequests.MOST_RECEIVED);
        known(body.warehouseId());
        inventory.receive(
                IdempotencyKey.of(key, Ids.next("rcp_")), List.of(new Receipt(sku, body.warehouseId(), quantity)));
        return InventoryController.availability(inventory, sku);
    }

    @GetMapping("/warehouses")
    List<Warehouse> warehouses() {
        return warehouses.all();
    }

    @PutMapping("/warehouses/{warehouse_id}")
    Warehouse put(@PathVariable("warehouse_id") String id, @RequestBody WarehouseBody body) {
        InventoryProblems.id("#/warehouse_id", id);
        InventoryProblems.id("#/name", body.name());
        if (body.country() == null || !body.country().matches("[A-Z]{2}")) {
            throw ProblemException.invalid("#/country", "must be an ISO 3166-1 alpha-2 code such as US");
        }
        within("#/latitude", body.latitude(), 90);
        within("#/longitude", body.longitude(), 180);
        var warehouse = new Warehouse(
                id,
                body.name(),
                body.country(),
                body.latitude(),
                body.longitude(),
                body.priority() == null ? 100 : body.priority());
        warehouses.put(warehouse);
        return warehouse;
    }

    private static void within(String pointer, Double degrees, int most) {
        if (degrees == null || !(Math.abs(degrees) <= most)) {
            throw ProblemException.invalid(pointer, "must be degrees from -" + most + " to " + most);
        }
    }

    private void known(String warehouseId) {
        if (warehouseId != null && !warehouses.exists(warehouseId)) {
            throw ProblemException.invalid("#/warehouse_id", "must be a warehouse that exists");
        }
    }
}
