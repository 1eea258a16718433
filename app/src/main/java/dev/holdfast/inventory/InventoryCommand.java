package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.HoldLine;
import dev.holdfast.inventory.InventoryApi.Receipt;
import dev.holdfast.inventory.InventoryApi.ReservationRef;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;

/// Everything that moves stock. All of it goes through the one lane; that is what makes it one after the other.
sealed interface InventoryCommand {

    /// What the lane is fed with.
    ///
    /// @param traceparent the trace the caller is in, or null: the lane works on a thread of its own, and the
    ///     events of a command belong to its caller's trace
    record Asked(InventoryCommand command, String traceparent) {}

    /// @param nearest warehouses in the order they should serve this hold
    /// @param wanted pieces by product, summed over the lines of the request
    /// @param last whether a shortfall is final even if lapsed holds of the product wait to be swept
    record Hold(
            String reservationId,
            String sagaId,
            String key,
            String hash,
            Instant notAfter,
            boolean pinned,
            boolean last,
            List<String> nearest,
            SortedMap<String, Integer> wanted)
            implements InventoryCommand {

        Hold asLast() {
            return new Hold(reservationId, sagaId, key, hash, notAfter, pinned, true, nearest, wanted);
        }
    }

    /// Commands about reservations that exist or should: by their id, or all of a saga's at once.
    sealed interface OfReservation extends InventoryCommand {
        ReservationRef target();
    }

    record Release(ReservationRef target) implements OfReservation {}

    record Extend(ReservationRef target, Instant until) implements OfReservation {}

    record Pin(ReservationRef target, Instant notAfter) implements OfReservation {}

    record Commit(ReservationRef target) implements OfReservation {}

    /// Ends those of the reservations whose deadline is over when the batch runs.
    record Expire(List<String> reservationIds) implements InventoryCommand {}

    /// Commands with a key of their own, because no reservation row can be their guard.
    sealed interface Keyed extends InventoryCommand {

        /// Null: not guarded (a correction sets a figure, doing it twice is the same).
        String key();

        String hash();
    }

    record Restock(ReservationRef target, String key, String hash, List<HoldLine> lines)
            implements Keyed, OfReservation {}

    /// Commits or releases `quantity` pieces of a reservation of one product, all or a part.
    record Settle(ReservationRef target, String key, String hash, int quantity, Status as)
            implements Keyed, OfReservation {}

    record Receive(String key, String hash, List<Receipt> receipts) implements Keyed {}

    /// Sets what is available of one product in one warehouse.
    record Correct(String key, String hash, String productId, String warehouseId, long available) implements Keyed {}
}
