package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.Accepted;
import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.platform.Money;
import java.time.Instant;
import java.util.List;

/// An order row that this transaction has locked, or has inserted itself. Changes are made here first and written
/// once.
final class OrderRow {

    final String orderId;
    final String userId;
    final Money total;
    final String key;
    final String hash;

    /// Of an order that never was: nothing is told about it.
    final boolean tombstone;

    OrderState state;
    int sequence;

    /// What the row in the database says: it is written again only if `sequence` has moved on.
    int writtenSequence;

    /// The transaction that wrote the row as it was found.
    long version;

    /// By the transaction that made this object.
    boolean inserted;

    /// Neither read nor locked: it counts only if the row is written and still is the version that is remembered.
    boolean remembered;

    /// The database's clock when this transaction got the row.
    Instant lockedAt;

    /// Null until somebody needs them.
    List<OrderLine> lines;

    OrderRow(String orderId, String userId, Money total, String key, String hash) {
        this.orderId = orderId;
        this.userId = userId;
        this.total = total;
        this.key = key;
        this.hash = hash;
        this.tombstone = total == null;
    }

    Accepted accepted() {
        return new Accepted(orderId, state.code());
    }

    boolean changed() {
        return sequence != writtenSequence;
    }
}
