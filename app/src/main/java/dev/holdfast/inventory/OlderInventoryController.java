package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Refused;
import dev.holdfast.platform.IdempotencyKey;
import java.util.List;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// The older contract: one product at a time. See [OlderReservation] for how it fits the same reservations.
@RestController
@RequestMapping("/api/inventory")
class OlderInventoryController {

    private final InventoryService inventory;

    OlderInventoryController(InventoryService inventory) {
        this.inventory = inventory;
    }

    record Body(String sku, Integer quantity, String reservationId) {

        String id() {
            return OlderReservation.id(reservationId, sku);
        }
    }

    record Reserved(String sku, int reservedQuantity, long availableQuantity, String reservationId) {}

    record Deducted(String sku, int deductedQuantity, long finalAvailableQuantity) {}

    record Freed(String sku, int releasedQuantity, long availableQuantity) {}

    @PostMapping("/reserve")
    Reserved reserve(
            @RequestHeader(name = InventoryController.KEY, required = false) String key, @RequestBody Body body) {
        check(body);
        var result = inventory.hold(new HoldRequest(
                body.id(),
                body.reservationId(),
                IdempotencyKey.of(key, "reserve-" + body.id()),
                null,
                false,
                null,
                List.of(new HoldLine(body.sku(), body.quantity()))));
        return switch (result) {
            case Held _ -> new Reserved(body.sku(), body.quantity(), available(body), body.reservationId());
            case OutOfStock(var items) -> throw InventoryProblems.outOfStock(items);
            case Refused(var code, var message) -> throw InventoryProblems.refused(code, message);
        };
    }

    @PostMapping("/commit")
    Deducted commit(
            @RequestHeader(name = InventoryController.KEY, required = false) String key, @RequestBody Body body) {
        settle(IdempotencyKey.of(key, null), "commit-", body, Status.COMMITTED);
        return new Deducted(body.sku(), body.quantity(), available(body));
    }

    @PostMapping("/release")
    Freed release(@RequestHeader(name = InventoryController.KEY, required = false) String key, @RequestBody Body body) {
        settle(IdempotencyKey.of(key, null), "release-", body, Status.RELEASED);
        return new Freed(body.sku(), body.quantity(), available(body));
    }

    private void settle(String key, String operation, Body body, Status as) {
        check(body);
        var answer = inventory.settle(body.id(), key == null ? operation + body.id() : key, body.quantity(), as);
        if (answer.code() != null) {
            throw InventoryProblems.refused(answer.code(), answer.message());
        }
    }

    private long available(Body body) {
        return InventoryController.availability(inventory, body.sku()).available();
    }

    private static void check(Body body) {
        InventoryProblems.id("#/sku", body.sku());
        InventoryProblems.quantity("#/quantity", body.quantity());
        InventoryProblems.id("#/reservation_id", body.reservationId());
    }
}
