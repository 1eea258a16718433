package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.Availability;
import dev.holdfast.inventory.InventoryApi.CommitResult;
import dev.holdfast.inventory.InventoryApi.Committed;
import dev.holdfast.inventory.InventoryApi.ExtendResult;
import dev.holdfast.inventory.InventoryApi.Held;
import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.HoldRequest;
import dev.holdfast.inventory.InventoryApi.HoldResult;
import dev.holdfast.inventory.InventoryApi.OutOfStock;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryApi.Received;
import dev.holdfast.inventory.InventoryApi.Refused;
import dev.holdfast.inventory.InventoryApi.ReleaseResult;
import dev.holdfast.inventory.InventoryApi.Released;
import dev.holdfast.inventory.InventoryApi.Reservation;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import dev.holdfast.inventory.InventoryApi.RestockResult;
import dev.holdfast.inventory.InventoryApi.Restocked;
import dev.holdfast.inventory.InventoryApi.Shortage;
import dev.holdfast.inventory.InventoryBooks.StockAudit;
import dev.holdfast.platform.remote.Offer;
import dev.holdfast.platform.remote.Operation;
import dev.holdfast.platform.remote.Page;
import dev.holdfast.platform.remote.Refusal;
import dev.holdfast.platform.remote.Role;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import tools.jackson.core.type.TypeReference;

/// [InventoryApi] and [InventoryBooks] as they travel between processes.
final class InventoryWire {

    static final Operation<HoldRequest, HoldResult> HOLD = Operation.<HoldRequest, HoldResult>of(
                    "hold", HoldRequest.class, Held.class)
            .refusing(InventoryWire::no, InventoryWire::notHeld);
    static final Operation<ReservationRef, ReleaseResult> RELEASE = Operation.<ReservationRef, ReleaseResult>of(
                    "release", ReservationRef.class, Released.class)
            .refusing(InventoryWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<Extension, ExtendResult> EXTEND = Operation.<Extension, ExtendResult>of(
                    "extend", Extension.class, Held.class)
            .refusing(InventoryWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<Pinning, ExtendResult> PIN = Operation.<Pinning, ExtendResult>of(
                    "pin", Pinning.class, Held.class)
            .refusing(InventoryWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<ReservationRef, CommitResult> COMMIT = Operation.<ReservationRef, CommitResult>of(
                    "commit", ReservationRef.class, Committed.class)
            .refusing(InventoryWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<Restocking, RestockResult> RESTOCK = Operation.<Restocking, RestockResult>of(
                    "restock", Restocking.class, Restocked.class)
            .refusing(InventoryWire::no, refusal -> refusal.as(Refused::new));
    static final Operation<List<String>, List<Availability>> AVAILABILITY =
            Operation.of("availability", new TypeReference<>() {}, new TypeReference<>() {});
    static final Operation<String, Reservation> FIND = Operation.of("find", String.class, Reservation.class);
    static final Operation<Delivery, Received> RECEIVE = Operation.of("receive", Delivery.class, Received.class);
    static final Operation<String, StockAudit> AUDIT = Operation.<String, StockAudit>of(
                    "audit", String.class, StockAudit.class)
            .lasting(Duration.ofMinutes(5));
    static final Operation<Page, List<Reservation>> RESERVATIONS = Operation.<Page, List<Reservation>>of(
                    "reservations", Page.class, new TypeReference<>() {})
            .lasting(Duration.ofMinutes(1));

    private InventoryWire() {}

    record Extension(ReservationRef reservation, Instant until) {}

    record Pinning(ReservationRef reservation, Instant notAfter) {}

    record Restocking(ReservationRef reservation, String key, List<HoldLine> lines) {}

    record Delivery(String key, List<Receipt> receipts) {}

    static Offer offer(InventoryApi inventory, InventoryBooks books) {
        return Offer.of(Role.INVENTORY)
                .on(HOLD, inventory::hold)
                .on(RELEASE, inventory::release)
                .on(EXTEND, asked -> inventory.extend(asked.reservation(), asked.until()))
                .on(PIN, asked -> inventory.pin(asked.reservation(), asked.notAfter()))
                .on(COMMIT, inventory::commit)
                .on(RESTOCK, asked -> inventory.restock(asked.reservation(), asked.key(), asked.lines()))
                .on(AVAILABILITY, inventory::availability)
                .on(FIND, id -> inventory.find(id).orElse(null))
                .on(RECEIVE, asked -> inventory.receive(asked.key(), asked.receipts()))
                .on(AUDIT, _ -> books.audit())
                .on(RESERVATIONS, page -> books.reservations(page.after(), page.limit()));
    }

    private static Refusal no(HoldResult result) {
        return switch (result) {
            case Held _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
            case OutOfStock(var items) ->
                new Refusal(409, Decisions.OUT_OF_STOCK, "nothing is held", Map.of("items", items));
        };
    }

    private static Refusal no(ReleaseResult result) {
        return switch (result) {
            case Released _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }

    private static Refusal no(ExtendResult result) {
        return switch (result) {
            case Held _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }

    private static Refusal no(CommitResult result) {
        return switch (result) {
            case Committed _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }

    private static Refusal no(RestockResult result) {
        return switch (result) {
            case Restocked _ -> null;
            case Refused(var code, var message) -> Refusal.conflict(code, message);
        };
    }

    private static HoldResult notHeld(Refusal refusal) {
        return refusal.code().equals(Decisions.OUT_OF_STOCK)
                ? new OutOfStock(refusal.member("items", new TypeReference<List<Shortage>>() {}))
                : refusal.as(Refused::new);
    }
}
