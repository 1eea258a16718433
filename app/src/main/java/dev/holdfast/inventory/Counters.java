package dev.holdfast.inventory;

import dev.holdfast.inventory.Stock.Place;
import java.util.ArrayList;
import java.util.List;

/// The counters of a product in a warehouse: those of one row, or the sums of several when the product is split and
/// a batch has read all its parts. Moved by one batch, on the lane's thread.
final class Counters {

    /// A row: part 0 in `inventory.inventory`, the others in `inventory.stock_parts`.
    ///
    /// @param writtenBy the transaction that wrote this version of the row (its `xmin`)
    record Row(Place place, int part, int writtenBy, long available, long reserved, long committed) {

        /// The same row with other counters; the version stays, it is what the write is held against.
        Row with(long available, long reserved, long committed) {
            return new Row(place, part, writtenBy, available, reserved, committed);
        }

        Row after(int transaction) {
            return new Row(place, part, transaction, available, reserved, committed);
        }
    }

    private final List<Row> rows;
    private final boolean shared;
    private long available;
    private long reserved;
    private long committed;
    private boolean moved;

    /// @param rows one or more of one place; the first is the one that the reading lane sells from
    /// @param shared whether others sell from the other rows
    Counters(List<Row> rows, boolean shared) {
        this.rows = rows;
        this.shared = shared;
        for (var row : rows) {
            available += row.available();
            reserved += row.reserved();
            committed += row.committed();
        }
    }

    /// The same counters, to be moved by another batch.
    Counters copy() {
        return new Counters(rows, shared);
    }

    Place place() {
        return rows.getFirst().place();
    }

    long available() {
        return available;
    }

    boolean moved() {
        return moved;
    }

    /// Whether these are the sums of several rows.
    boolean isSplit() {
        return rows.size() > 1;
    }

    void move(Kind kind, long quantity) {
        available = Math.addExact(available, kind.available * quantity);
        reserved = Math.addExact(reserved, kind.reserved * quantity);
        committed = Math.addExact(committed, kind.committed * quantity);
        moved = true;
    }

    /// Whether one row could not hold this: what it reserved for a hold, another part did.
    boolean belowZero() {
        return reserved < 0 || committed < 0;
    }

    /// The rows to write. What is available is shared out evenly, so that others who sell from them find some too.
    /// What is reserved stays where it was, as far as there is some: whoever holds it most likely ends it.
    List<Row> written() {
        if (!isSplit()) {
            return List.of(rows.getFirst().with(available, reserved, committed));
        }
        var written = new ArrayList<Row>(rows.size());
        long share = shared ? available / rows.size() : 0;
        long owed = rows.stream().skip(1).mapToLong(Row::reserved).sum() - reserved;
        long others = 0;
        for (var row : rows.subList(1, rows.size())) {
            // Less is reserved than the other parts have: they give up the difference, one after the other.
            long given = Math.clamp(owed, 0, row.reserved());
            owed -= given;
            others += row.reserved() - given;
            written.add(row.with(share, row.reserved() - given, row.committed()));
        }
        long elsewhere = rows.stream().skip(1).mapToLong(Row::committed).sum();
        var own = rows.getFirst();
        written.add(own.with(available - share * (rows.size() - 1), reserved - others, committed - elsewhere));
        return written;
    }

    /// As they are once `transaction` has written them; of one row.
    Counters after(int transaction) {
        return moved ? new Counters(List.of(written().getFirst().after(transaction)), shared) : this;
    }
}
