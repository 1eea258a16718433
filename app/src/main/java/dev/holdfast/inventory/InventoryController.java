package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Availability;
import dev.holdfast.inventory.InventoryApi.Committed;
import dev.holdfast.inventory.InventoryApi.ExtendResult;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Refused;
import dev.holdfast.inventory.InventoryApi.Released;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryApi.Restocked;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/// Reservations over HTTP. The reservation is the guard of all but the restock, so the `Idempotency-Key` may be
/// missing; then the operation and the reservation's id are the key.
@RestController
@RequestMapping("/v1/inventory")
class InventoryController {

    static final String KEY = "Idempotency-Key";

    private final InventoryApi inventory;

    InventoryController(InventoryApi inventory) {
        this.inventory = inventory;
    }

    /// @param reservationId default: the saga's id
    /// @param country where it goes, ISO 3166-1 alpha-2: chooses the warehouse
    record HoldBody(
            String sagaId, String reservationId, List<Item> items, String country, Instant notAfter, Boolean pinned) {}

    record Item(String itemId, Integer qty) {}

    record TargetBody(String sagaId, String reservationId) {

        ReservationRef target() {
            return InventoryController.target(sagaId, reservationId);
        }
    }

    record ExtendBody(String sagaId, String reservationId, Instant expiresAt, Boolean pinned) {}

    record RestockBody(String sagaId, String reservationId, List<Item> items) {}

    @PostMapping("/hold")
    Held hold(@RequestHeader(name = KEY, required = false) String key, @RequestBody HoldBody body) {
        InventoryProblems.id("#/saga_id", body.sagaId());
        var reservation = Objects.requireNonNullElse(body.reservationId(), body.sagaId());
        InventoryProblems.id("#/reservation_id", reservation);
        var result = inventory.hold(new HoldRequest(
                reservation,
                body.sagaId(),
                IdempotencyKey.of(key, "hold-" + reservation),
                body.notAfter(),
                Boolean.TRUE.equals(body.pinned()),
                body.country(),
                lines(body.items())));
        return switch (result) {
            case Held held -> held;
            case OutOfStock(var items) -> throw InventoryProblems.outOfStock(items);
            case Refused(var code, var message) -> throw InventoryProblems.refused(code, message);
        };
    }

    @PostMapping("/release")
    Released release(@RequestHeader(name = KEY, required = false) String key, @RequestBody TargetBody body) {
        requireForm(key);
        return switch (inventory.release(body.target())) {
            case Released released -> released;
            case Refused(var code, var message) -> throw InventoryProblems.refused(code, message);
        };
    }

    @PostMapping("/commit")
    Committed commit(@RequestHeader(name = KEY, required = false) String key, @RequestBody TargetBody body) {
        requireForm(key);
        return switch (inventory.commit(body.target())) {
            case Committed committed -> committed;
            case Refused(var code, var message) -> throw InventoryProblems.refused(code, message);
        };
    }

    @PostMapping("/extend")
    Held extend(@RequestHeader(name = KEY, required = false) String key, @RequestBody ExtendBody body) {
        requireForm(key);
        boolean pins = Boolean.TRUE.equals(body.pinned());
        if (pins == (body.expiresAt() != null)) {
            throw ProblemException.invalid("#/expires_at", "must be given, or \"pinned\": true, and not both");
        }
        var target = target(body.sagaId(), body.reservationId());
        ExtendResult result = pins ? inventory.pin(target, null) : inventory.extend(target, body.expiresAt());
        return switch (result) {
            case Held held -> held;
            case Refused(var code, var message) -> throw InventoryProblems.refused(code, message);
        };
    }

    @PostMapping("/restock")
    Restocked restock(@RequestHeader(name = KEY, required = false) String key, @RequestBody RestockBody body) {
        var target = target(body.sagaId(), body.reservationId());
        var lines = body.items() == null ? List.<HoldLine>of() : lines(body.items());
        return switch (inventory.restock(target, IdempotencyKey.of(key, "restock-" + Decisions.name(target)), lines)) {
            case Restocked restocked -> restocked;
            case Refused(var code, var message) -> throw InventoryProblems.refused(code, message);
        };
    }

    /// A reservation's own state makes these harmless to repeat; a key that comes with them is checked for form.
    private static void requireForm(String key) {
        IdempotencyKey.of(key, null);
    }

    static Availability availability(InventoryApi inventory, String sku) {
        return inventory.availability(List.of(sku)).stream()
                .findFirst()
                .orElseThrow(() -> ProblemException.notFound("stock of product", sku));
    }

    private static ReservationRef target(String sagaId, String reservationId) {
        if ((sagaId == null) == (reservationId == null)) {
            throw ProblemException.invalid("#/reservation_id", "or saga_id must be given, and not both");
        }
        return sagaId == null
                ? ReservationRef.reservation(InventoryProblems.reservation("#/reservation_id", reservationId))
                : ReservationRef.saga(InventoryProblems.reservation("#/saga_id", sagaId));
    }

    private static List<HoldLine> lines(List<Item> items) {
        if (items == null || items.isEmpty()) {
            throw ProblemException.invalid("#/items", "must have 1 line or more");
        }
        if (items.size() > InventoryRequests.MOST_LINES) {
            throw ProblemException.invalid("#/items", "must have at most " + InventoryRequests.MOST_LINES + " lines");
        }
        var lines = new ArrayList<HoldLine>(items.size());
        for (int i = 0; i < items.size(); i++) {
            var item = items.get(i);
            if (item == null) {
                throw ProblemException.invalid("#/items/" + i, "must not be null");
            }
            lines.add(new HoldLine(
                    InventoryProblems.id("#/items/" + i + "/item_id", item.itemId()),
                    InventoryProblems.quantity("#/items/" + i + "/qty", item.qty())));
        }
        return lines;
    }
}
