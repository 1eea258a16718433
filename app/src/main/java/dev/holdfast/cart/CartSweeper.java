package dev.holdfast.cart;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import javax.sql.DataSource;

/// Deletes expired carts that no checkout has.
///
/// Walks the table in key order, a stretch of a thousand at a time, each in a transaction of its own: an index on
/// `expires_at` would be written with every change of every cart, for a walk of minutes a day. On several nodes at
/// once it is done twice and harms nobody.
final class CartSweeper {

    private static final int STRETCH = 1_000;

    private static final String END_OF_STRETCH = """
            SELECT max(cart_id)
              FROM (SELECT cart_id FROM cart.carts WHERE cart_id > ? ORDER BY cart_id LIMIT ?) AS stretch
            """;

    /// A cart that a lane has locked is being changed, and lives: skipped. One changed since the snapshot is judged
    /// again by what it says now, because FOR UPDATE reads the newest version.
    private static final String DELETE_EXPIRED = """
            DELETE FROM cart.carts
             WHERE cart_id IN (SELECT cart_id
                                 FROM cart.carts
                                WHERE cart_id > ? AND cart_id <= ? AND expires_at <= ? AND frozen_by IS NULL
                                ORDER BY cart_id
                                  FOR UPDATE SKIP LOCKED)
            """;

    private final DataSource pool;
    private final Clock clock;

    CartSweeper(DataSource pool, Clock clock) {
        this.pool = pool;
        this.clock = clock;
    }

    /// One walk over all carts.
    ///
    /// @return how many went
    int sweep() throws SQLException {
        int gone = 0;
        try (var db = pool.getConnection()) {
            var from = "";
            for (var to = endOfStretch(db, from); to != null; to = endOfStretch(db, from)) {
                gone += deleteExpired(db, from, to, clock.instant());
                from = to;
            }
        }
        return gone;
    }

    private static String endOfStretch(Connection db, String from) throws SQLException {
        try (var statement = db.prepareStatement(END_OF_STRETCH)) {
            statement.setString(1, from);
            statement.setInt(2, STRETCH);
            try (var row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }

    private static int deleteExpired(Connection db, String from, String to, Instant now) throws SQLException {
        try (var statement = db.prepareStatement(DELETE_EXPIRED)) {
            statement.setString(1, from);
            statement.setString(2, to);
            statement.setObject(3, now.atOffset(ZoneOffset.UTC));
            return statement.executeUpdate();
        }
    }
}
