package dev.holdfast.payment;

import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Recent;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// A row of `payment.payments` as it was found and as it is to be.
///
/// @param found without a row: it was inserted by this transaction, and all of it is to be written
record PaymentChange(PaymentTable.Read found, Payment now) {

    /// `xmin` is the transaction that wrote the row as it stands. A row that somebody else has written since it was
    /// read has another one and is left alone; the count tells.
    private static final String UPDATE = """
            UPDATE payment.payments AS payment
               SET status = now.status, provider_id = now.provider_id, decline_code = now.decline_code,
                   captured = now.captured, capturing = now.capturing, refunded = now.refunded,
                   refunding = now.refunding, released = now.released, releasing = now.releasing,
                   undone_at = now.undone_at, undo_count = now.undo_count, asked = now.asked,
                   event_seq = now.event_seq, completed_at = now.completed_at
              FROM unnest(?::text[], ?::xid[], ?::text[], ?::text[], ?::numeric[], ?::numeric[], ?::int8[],
                          ?::timestamptz[], ?::text[], ?::numeric[], ?::numeric[], ?::numeric[], ?::numeric[],
                          ?::timestamptz[], ?::int8[], ?::int8[])
                   AS now (payment_id, version, status, provider_id, captured, capturing, event_seq, completed_at,
                           decline_code, refunded, refunding, released, releasing, undone_at, undo_count, asked)
             WHERE payment.payment_id = now.payment_id
               AND payment.xmin = now.version
            """;

    /// The same for rows of which nothing else has changed, as on the way of every payment that goes well: half the
    /// columns to send and to read.
    private static final String MOVE = """
            UPDATE payment.payments AS payment
               SET status = now.status, provider_id = now.provider_id, captured = now.captured,
                   capturing = now.capturing, event_seq = now.event_seq, completed_at = now.completed_at
              FROM unnest(?::text[], ?::xid[], ?::text[], ?::text[], ?::numeric[], ?::numeric[], ?::int8[],
                          ?::timestamptz[])
                   AS now (payment_id, version, status, provider_id, captured, capturing, event_seq, completed_at)
             WHERE payment.payment_id = now.payment_id
               AND payment.xmin = now.version
            """;

    /// Writes rows that nobody else has written since they were found.
    ///
    /// @throws SQLException here or later, [Recent#outOfDate()] if somebody has
    static void update(Connection db, List<PaymentChange> changes) throws SQLException {
        var moved = Columns.of("text", "xid", "text", "text", "numeric", "numeric", "int8", "timestamptz");
        var changed = Columns.of(
                "text",
                "xid",
                "text",
                "text",
                "numeric",
                "numeric",
                "int8",
                "timestamptz",
                "text",
                "numeric",
                "numeric",
                "numeric",
                "numeric",
                "timestamptz",
                "int8",
                "int8");
        for (var change : changes) {
            if (change.isMove()) {
                moved.add(move(change));
            } else {
                changed.add(whole(change));
            }
        }
        moved.write(db, MOVE, Recent::orOutOfDate);
        changed.write(db, UPDATE, Recent::orOutOfDate);
    }

    private static Object[] move(PaymentChange change) {
        var row = change.now;
        var standing = row.standing();
        return new Object[] {
            row.paymentId(),
            change.found.version(),
            row.status().code(),
            standing.providerId(),
            decimal(row, row.sums().captured()),
            decimal(row, row.sums().capturing()),
            standing.eventSeq(),
            standing.completedAt()
        };
    }

    private static Object[] whole(PaymentChange change) {
        var row = change.now;
        var sums = row.sums();
        var standing = row.standing();
        var values = Arrays.copyOf(move(change), 16);
        values[8] = standing.declineCode();
        values[9] = decimal(row, sums.refunded());
        values[10] = decimal(row, sums.refunding());
        values[11] = decimal(row, sums.released());
        values[12] = decimal(row, sums.releasing());
        values[13] = standing.undoneAt();
        values[14] = standing.undoCount();
        values[15] = standing.asked();
        return values;
    }

    /// Whether [#MOVE] writes all of it.
    private boolean isMove() {
        if (found.row() == null) {
            return false;
        }
        var before = found.row().standing();
        var after = now.standing();
        var sums = found.row().sums();
        return before.asked() == after.asked()
                && before.undoCount() == after.undoCount()
                && Objects.equals(before.undoneAt(), after.undoneAt())
                && Objects.equals(before.declineCode(), after.declineCode())
                && sums.refunded() == now.sums().refunded()
                && sums.refunding() == now.sums().refunding()
                && sums.released() == now.sums().released()
                && sums.releasing() == now.sums().releasing();
    }

    private static BigDecimal decimal(Payment row, long minor) {
        return row.tombstone() ? BigDecimal.ZERO : row.money(minor).decimal();
    }
}
