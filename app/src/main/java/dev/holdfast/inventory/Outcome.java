package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.Shortage;
import java.util.List;

/// What the lane answers. The facade gives it the shape of the operation.
sealed interface Outcome {

    /// The reservations as they stand now, the command's wish being fulfilled. Empty: there was nothing to do.
    record Stands(List<ReservationRow> rows) implements Outcome {}

    record Denied(String code, String message) implements Outcome {}

    record Short(List<Shortage> items) implements Outcome {}

    /// The key (or the reservation) came with another request.
    record Reused(String key) implements Outcome {}

    /// Not decided, nothing recorded: what is missing is in holds that have lapsed. Expire these, then ask again.
    record SweepFirst(List<String> reservationIds) implements Outcome {}

    /// How many were expired.
    record Swept(int reservations) implements Outcome {}

    /// The recorded answer of a keyed change.
    ///
    /// @param code null when it was done; else why not
    /// @param reservationId null for changes that concern none
    record Changed(String code, String message, String reservationId, List<HeldLine> items) implements Outcome {

        static Changed done(String reservationId, List<HeldLine> items) {
            return new Changed(null, null, reservationId, items);
        }

        static Changed denied(String code, String message) {
            return new Changed(code, message, null, List.of());
        }
    }
}
