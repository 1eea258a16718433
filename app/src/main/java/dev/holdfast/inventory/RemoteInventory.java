package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryWire.Delivery;
import dev.holdfast.inventory.InventoryWire.Extension;
import dev.holdfast.inventory.InventoryWire.Pinning;
import dev.holdfast.inventory.InventoryWire.Restocking;
import dev.holdfast.platform.remote.Page;
import dev.holdfast.platform.remote.RemoteService;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The inventory of another process.
final class RemoteInventory implements InventoryApi, InventoryBooks {

    private final RemoteService service;

    RemoteInventory(RemoteService service) {
        this.service = service;
    }

    @Override
    public HoldResult hold(HoldRequest request) {
        return service.call(InventoryWire.HOLD, request);
    }

    @Override
    public ReleaseResult release(ReservationRef reservation) {
        return service.call(InventoryWire.RELEASE, reservation);
    }

    @Override
    public ExtendResult extend(ReservationRef reservation, Instant until) {
        return service.call(InventoryWire.EXTEND, new Extension(reservation, until));
    }

    @Override
    public ExtendResult pin(ReservationRef reservation, Instant notAfter) {
        return service.call(InventoryWire.PIN, new Pinning(reservation, notAfter));
    }

    @Override
    public CommitResult commit(ReservationRef reservation) {
        return service.call(InventoryWire.COMMIT, reservation);
    }

    @Override
    public RestockResult restock(ReservationRef reservation, String key, List<HoldLine> lines) {
        return service.call(InventoryWire.RESTOCK, new Restocking(reservation, key, lines));
    }

    @Override
    public List<Availability> availability(List<String> productIds) {
        return productIds.isEmpty() ? List.of() : service.call(InventoryWire.AVAILABILITY, productIds);
    }

    @Override
    public Optional<Reservation> find(String reservationId) {
        return Optional.ofNullable(service.call(InventoryWire.FIND, reservationId));
    }

    @Override
    public Received receive(String key, List<Receipt> receipts) {
        return service.call(InventoryWire.RECEIVE, new Delivery(key, receipts));
    }

    @Override
    public StockAudit audit() {
        return service.call(InventoryWire.AUDIT, "");
    }

    @Override
    public List<Reservation> reservations(String after, int limit) {
        return service.call(InventoryWire.RESERVATIONS, new Page(after, limit));
    }
}
