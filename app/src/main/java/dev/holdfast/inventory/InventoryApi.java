package dev.holdfast.inventory;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Stock: what is available, what is held for whom. Every write is idempotent by the reservation's id (and the
/// request's key), in the local transaction of the stock it moves; an undo that comes before its do leaves a
/// tombstone that refuses the do.
public interface InventoryApi {

    /// Holds every line or none. The reservation row is the guard: the same reservation again answers its state
    /// now.
    ///
    /// @throws dev.holdfast.platform.KeyReusedException the reservation exists with other lines
    HoldResult hold(HoldRequest request);

    /// Gives back what a reservation still holds (held or pinned). Of nothing: succeeds, and a later hold is
    /// refused.
    ReleaseResult release(ReservationRef reservation);

    /// Moves the hold's deadline, never backwards.
    ExtendResult extend(ReservationRef reservation, Instant until);

    /// Takes the deadline off: no sweeper touches the hold any more. A hold that is pinned already is answered as
    /// such, however late.
    ///
    /// @param notAfter refused (`too-late`) later than this by the database's clock; null: no limit
    ExtendResult pin(ReservationRef reservation, Instant notAfter);

    /// Makes the hold final: reserved becomes committed. Twice: the same answer. Without a deadline: whoever
    /// commits has been paid, and what is never undone is welcome at any time.
    CommitResult commit(ReservationRef reservation);

    /// Brings committed pieces back to available. Empty `lines`: all of them.
    ///
    /// @param key the caller's idempotency key of this return
    RestockResult restock(ReservationRef reservation, String key, List<HoldLine> lines);

    /// What can be sold now, holds that have lapsed but are not swept yet counted as available. Unknown products
    /// are left out.
    List<Availability> availability(List<String> productIds);

    Optional<Reservation> find(String reservationId);

    /// Books stock that came in, all of it in one transaction; a product new to its warehouse gets its row. A day's
    /// delivery or an import is one call, up to 10,000 receipts.
    ///
    /// @param key the idempotency key of this delivery: the same key again changes nothing and answers the same
    /// @throws IllegalArgumentException a receipt is out of its limits or names an unknown warehouse
    /// @throws dev.holdfast.platform.KeyReusedException the key came with other receipts
    Received receive(String key, List<Receipt> receipts);

    /// @param reservationId the order id in every flow of ours
    /// @param sagaId who holds
    /// @param key the idempotency key of this hold
    /// @param notAfter refused later than this by the database's clock; null: no limit
    /// @param pinned held without a deadline from the start
    /// @param country ISO 3166-1 alpha-2, to choose the nearest warehouse; may be null
    /// @param lines one or more; a product may stand on several, their sum counts
    record HoldRequest(
            String reservationId,
            String sagaId,
            String key,
            Instant notAfter,
            boolean pinned,
            String country,
            List<HoldLine> lines) {}

    /// @param quantity pieces, 1 to 1,000,000
    record HoldLine(String productId, int quantity) {}

    /// Exactly one of the two is given, the other null: a cancellation releases by reservation what a checkout
    /// held.
    record ReservationRef(String reservationId, String sagaId) {
        public ReservationRef {
            if ((reservationId == null) == (sagaId == null)) {
                throw new IllegalArgumentException("exactly one of reservation_id and saga_id");
            }
        }

        public static ReservationRef reservation(String reservationId) {
            return new ReservationRef(reservationId, null);
        }

        public static ReservationRef saga(String sagaId) {
            return new ReservationRef(null, sagaId);
        }
    }

    sealed interface HoldResult permits Held, OutOfStock, Refused {}

    sealed interface ReleaseResult permits Released, Refused {}

    sealed interface ExtendResult permits Held, Refused {}

    sealed interface CommitResult permits Committed, Refused {}

    sealed interface RestockResult permits Restocked, Refused {}

    /// @param expiresAt null when pinned
    record Held(String sagaId, String reservationId, Instant expiresAt, List<HeldLine> items)
            implements HoldResult, ExtendResult {}

    record HeldLine(String itemId, int qty, String warehouseId) {}

    record OutOfStock(List<Shortage> items) implements HoldResult {}

    record Shortage(String itemId, long requested, long available) {}

    /// Codes: `reservation-lapsed` (expired), `reservation-released` (undone before or since),
    /// `reservation-committed`, `reservation-taken` (another saga's), `too-late` (past `not_after`), `not-held`
    /// (nothing there to extend, pin, commit or restock).
    record Refused(String code, String message)
            implements HoldResult, ReleaseResult, ExtendResult, CommitResult, RestockResult {}

    /// `items` is empty when there was nothing to release.
    record Released(String reservationId, List<HeldLine> items) implements ReleaseResult {}

    record Committed(String reservationId, List<HeldLine> items) implements CommitResult {}

    record Restocked(String reservationId, List<HeldLine> items) implements RestockResult {}

    /// @param warehouseId null: the default warehouse, `main`
    /// @param quantity pieces, 1 to 1,000,000,000
    record Receipt(String productId, String warehouseId, long quantity) {}

    record Received(String key, List<Receipt> items) {}

    record Availability(String sku, long available, long reserved, List<WarehouseStock> warehouses) {}

    record WarehouseStock(String warehouseId, long available, long reserved) {}

    /// @param status `held`, `pinned`, `committed`, `released`, `expired`, or `refused` (it was out of stock, or
    ///     too late; nothing is held). Released without items: an undo that came before its do
    record Reservation(String reservationId, String sagaId, String status, Instant expiresAt, List<HeldLine> items) {}
}
