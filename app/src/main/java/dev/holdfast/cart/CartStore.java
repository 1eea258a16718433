package dev.holdfast.cart;

import dev.holdfast.cart.CartApi.FrozenCart;
import dev.holdfast.groupcommit.WrongCountException;
import dev.holdfast.platform.Columns;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The rows of `cart.carts`.
final class CartStore {

    private static final String FIND = """
            SELECT cart_id, user_id, currency, lines, frozen_by, frozen_at, merged_into, expires_at
              FROM cart.carts
             WHERE cart_id = ?
            """;

    private static final String FROZEN = """
            SELECT cart_id, frozen_by, frozen_at
              FROM cart.carts
             WHERE frozen_by IS NOT NULL AND frozen_at < ?
               AND frozen_at >= ? AND (frozen_at, cart_id) > (?, ?)
             ORDER BY frozen_at, cart_id
             LIMIT ?
            """;

    /// In key order, so that two nodes whose batches share carts wait for each other instead of deadlocking.
    private static final String LOCK = """
            SELECT cart_id, user_id, currency, lines, frozen_by, frozen_at, merged_into, expires_at
              FROM cart.carts
             WHERE cart_id = ANY (?)
             ORDER BY cart_id
               FOR UPDATE
            """;

    private static final String CREATE = """
            INSERT INTO cart.carts (cart_id, user_id, currency, lines, frozen_by, frozen_at, merged_into, expires_at)
            SELECT cart_id, user_id, currency, lines::json, frozen_by, frozen_at, merged_into, expires_at
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::text[],
                          ?::timestamptz[])
                   AS made (cart_id, user_id, currency, lines, frozen_by, frozen_at, merged_into, expires_at)
             ORDER BY cart_id COLLATE "C"
                ON CONFLICT (cart_id) DO NOTHING
            """;

    private static final String REPLACE = """
            UPDATE cart.carts AS c
               SET user_id = made.user_id, currency = made.currency, lines = made.lines::json,
                   frozen_by = made.frozen_by, frozen_at = made.frozen_at, merged_into = made.merged_into,
                   expires_at = made.expires_at
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::timestamptz[], ?::text[],
                          ?::timestamptz[])
                   AS made (cart_id, user_id, currency, lines, frozen_by, frozen_at, merged_into, expires_at)
             WHERE c.cart_id = made.cart_id
            """;

    /// Freezing and thawing: the lines stay where they are, neither sent nor written again when stored out of line.
    private static final String MARK = """
            UPDATE cart.carts AS c
               SET frozen_by = made.frozen_by, frozen_at = made.frozen_at, expires_at = made.expires_at
              FROM unnest(?::text[], ?::text[], ?::timestamptz[], ?::timestamptz[])
                   AS made (cart_id, frozen_by, frozen_at, expires_at)
             WHERE c.cart_id = made.cart_id
            """;

    private static final String DELETE = """
            DELETE FROM cart.carts AS c
             USING unnest(?::text[]) AS gone (cart_id)
             WHERE c.cart_id = gone.cart_id
            """;

    private final JdbcClient reads;

    CartStore(DataSource pool) {
        this.reads = JdbcClient.create(pool);
    }

    Optional<CartRow> find(String cartId) {
        return reads.sql(FIND).param(cartId).query((row, n) -> row(row)).optional();
    }

    List<FrozenCart> frozenSince(Instant before, FrozenCart after, int limit) {
        var from = (after == null ? Instant.EPOCH : after.frozenAt()).atOffset(ZoneOffset.UTC);
        return reads.sql(FROZEN)
                .params(before.atOffset(ZoneOffset.UTC), from, from, after == null ? "" : after.cartId(), limit)
                .query((row, n) -> new FrozenCart(
                        row.getString(1),
                        row.getString(2),
                        row.getObject(3, OffsetDateTime.class).toInstant()))
                .list();
    }

    /// @return the rows there are, by id, locked until the transaction ends
    Map<String, CartRow> lock(Connection db, Collection<String> cartIds) throws SQLException {
        var found = new HashMap<String, CartRow>();
        try (var statement = db.prepareStatement(LOCK)) {
            statement.setArray(1, db.createArrayOf("text", new TreeSet<>(cartIds).toArray()));
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    var row = row(rows);
                    found.put(row.cartId(), row);
                }
            }
        }
        return found;
    }

    /// Writes what is different, each row once. A cart that another node created since `before` was read ends the
    /// transaction with 40001: the lane runs the batch again, and then finds it.
    ///
    /// @param before as locked
    /// @param after as it shall be; a cart that is not in it is deleted
    void write(Connection db, Map<String, CartRow> before, Map<String, CartRow> after) throws SQLException {
        var created = whole();
        var replaced = whole();
        var marked = Columns.of("text", "text", "timestamptz", "timestamptz");
        var deleted = Columns.of("text");
        for (var row : after.values()) {
            var was = before.get(row.cartId());
            if (was == null) {
                add(created, row);
            } else if (was.lines() != row.lines()) {
                add(replaced, row);
            } else if (!was.equals(row)) {
                marked.add(row.cartId(), row.frozenBy(), row.frozenAt(), row.expiresAt());
            }
        }
        before.keySet().stream().filter(id -> !after.containsKey(id)).forEach(deleted::add);
        created.write(db, CREATE, CartStore::orCreatedElsewhere);
        replaced.write(db, REPLACE);
        marked.write(db, MARK);
        deleted.write(db, DELETE);
    }

    private static SQLException orCreatedElsewhere(SQLException failure) {
        return failure instanceof WrongCountException
                ? new SQLException("a cart was created by another node at the same time", "40001", failure)
                : failure;
    }

    private static Columns whole() {
        return Columns.of("text", "text", "text", "text", "text", "timestamptz", "text", "timestamptz");
    }

    private static void add(Columns rows, CartRow row) {
        rows.add(
                row.cartId(),
                row.userId(),
                row.currency(),
                row.lines().json(),
                row.frozenBy(),
                row.frozenAt(),
                row.mergedInto(),
                row.expiresAt());
    }

    private static CartRow row(ResultSet row) throws SQLException {
        return new CartRow(
                row.getString("cart_id"),
                row.getString("user_id"),
                row.getString("currency"),
                Lines.stored(row.getString("lines")),
                row.getString("frozen_by"),
                instant(row, "frozen_at"),
                row.getString("merged_into"),
                instant(row, "expires_at"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
