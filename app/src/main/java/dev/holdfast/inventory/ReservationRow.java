package dev.holdfast.inventory;

import dev.holdfast.inventory.InventoryApi.HeldLine;
import dev.holdfast.inventory.InventoryApi.Shortage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A row of `inventory.reservations`. Immutable, so that what a batch has to write is what differs from what it
/// loaded.
///
/// @param key the key of the attempt that counts; null for a tombstone
/// @param hash what was asked, digested; null for a tombstone
/// @param expiresAt set exactly while held
/// @param eventSeq how many events it has told
/// @param lines what it holds or held, by product and warehouse
/// @param refusal set exactly when refused
record ReservationRow(
        String id,
        String sagaId,
        String key,
        String hash,
        Status status,
        Instant expiresAt,
        long eventSeq,
        List<Line> lines,
        Refusal refusal) {

    /// @param writtenBy the transaction that wrote this version of the row (its `xmin`): whoever writes the row
    ///     leaves another
    record Version(ReservationRow row, int writtenBy) {}

    /// @param restocked how many of them came back after they were committed; null: none
    record Line(String itemId, String warehouseId, int qty, Integer restocked) {

        HeldLine held() {
            return new HeldLine(itemId, qty, warehouseId);
        }

        int remaining() {
            return restocked == null ? qty : qty - restocked;
        }

        Line giveBack(int pieces) {
            return new Line(itemId, warehouseId, qty, qty - remaining() + pieces);
        }

        Line withQty(int pieces) {
            return new Line(itemId, warehouseId, pieces, restocked);
        }
    }

    /// @param items what fell short; empty unless the code is `out-of-stock`
    record Refusal(String code, String message, List<Shortage> items) {}

    /// The record of an undo that came first: it refuses the do.
    static ReservationRow tombstone(String id, String sagaId) {
        return new ReservationRow(id, sagaId, null, null, Status.RELEASED, null, 0, List.of(), null);
    }

    ReservationRow with(Status status) {
        return new ReservationRow(
                id, sagaId, key, hash, status, status == Status.HELD ? expiresAt : null, eventSeq, lines, null);
    }

    ReservationRow until(Instant deadline) {
        return new ReservationRow(id, sagaId, key, hash, status, deadline, eventSeq, lines, refusal);
    }

    ReservationRow with(List<Line> lines) {
        return new ReservationRow(id, sagaId, key, hash, status, expiresAt, eventSeq, lines, refusal);
    }

    ReservationRow refused(Refusal why) {
        return new ReservationRow(id, sagaId, key, hash, Status.REFUSED, null, eventSeq, List.of(), why);
    }

    ReservationRow told(long events) {
        return new ReservationRow(id, sagaId, key, hash, status, expiresAt, events, lines, refusal);
    }

    /// One event further.
    ReservationRow told() {
        return told(eventSeq + 1);
    }

    /// The same goods in a row of their own: a part that is settled before the rest.
    ReservationRow part(String id, List<Line> lines) {
        return new ReservationRow(id, sagaId, key, hash, status, expiresAt, 0, lines, refusal);
    }

    /// Held, and its deadline is over: nobody may use it any more, whether a sweeper has been there or not.
    boolean lapsed(Instant now) {
        return status == Status.HELD && !expiresAt.isAfter(now);
    }

    /// Whether nothing but status, deadline and count of events differs from `before`.
    boolean movedFrom(ReservationRow before) {
        return sagaId.equals(before.sagaId)
                && Objects.equals(key, before.key)
                && Objects.equals(hash, before.hash)
                && lines.equals(before.lines)
                && Objects.equals(refusal, before.refusal);
    }

    boolean isTombstone() {
        return hash == null;
    }

    long quantity() {
        return lines.stream().mapToLong(Line::qty).sum();
    }

    List<HeldLine> held() {
        return lines.stream().map(Line::held).toList();
    }

    /// Takes `pieces` off the front of the lines.
    ///
    /// @return the lines taken, then the lines left
    List<List<Line>> split(int pieces) {
        var taken = new ArrayList<Line>();
        var left = new ArrayList<Line>();
        int wanted = pieces;
        for (var line : lines) {
            int part = Math.min(wanted, line.qty());
            wanted -= part;
            if (part > 0) {
                taken.add(line.withQty(part));
            }
            if (part < line.qty()) {
                left.add(line.withQty(line.qty() - part));
            }
        }
        return List.of(taken, left);
    }
}
