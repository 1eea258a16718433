package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.orders.OrdersCommand.Cancel;
import dev.holdfast.orders.OrdersCommand.CheckoutFailed;
import dev.holdfast.orders.OrdersCommand.Create;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Money;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The order rows of one transaction: claimed, locked, changed in memory, written once.
///
/// Rows are claimed by one statement in id order, before any row that is there already is locked, again in id
/// order. So a transaction that waits while it claims holds nothing but claims of smaller ids, and one that waits
/// while it locks is never waited for by a claim: no deadlock between nodes.
final class OrderTable {

    /// An order whose id another transaction is just inserting makes this one wait until that has ended. The
    /// deadline is compared with the database's clock at the moment of the insert, not with the start of the
    /// transaction.
    private static final String CLAIM = """
            INSERT INTO orders.orders (order_id, user_id, status, total_amount, currency, shipping_address,
                                       payment_method, idempotency_key, request_hash, event_seq, tombstone,
                                       created_at, updated_at)
            SELECT c.order_id, c.user_id, c.status, c.total_amount, c.currency, c.shipping_address,
                   c.payment_method, c.idempotency_key, c.request_hash, c.event_seq, c.tombstone, c.at, c.at
              FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                   AS c(order_id, user_id, status, total_amount, currency, shipping_address, payment_method,
                        idempotency_key, request_hash, event_seq, tombstone, at, not_after)
             WHERE c.tombstone
                OR (   (c.not_after IS NULL OR clock_timestamp() <= c.not_after)
                   AND NOT EXISTS (SELECT FROM orders.failed_checkouts f WHERE f.order_id = c.order_id))
             ORDER BY c.order_id COLLATE "C"
            ON CONFLICT (order_id) DO NOTHING
            RETURNING order_id, clock_timestamp() AS locked_at
            """;

    private static final String LOCK = """
            SELECT order_id, user_id, status, total_amount, currency, idempotency_key, request_hash, event_seq,
                   clock_timestamp() AS locked_at
              FROM orders.orders
             WHERE order_id = ANY (?)
             ORDER BY order_id
               FOR UPDATE
            """;

    private static final String WRITE_ITEMS = """
            INSERT INTO orders.order_items (order_id, line_no, product_id, name, quantity, unit_price, subtotal)
            SELECT order_id, line_no, product_id, name, quantity, unit_price, subtotal
              FROM unnest(?, ?, ?, ?, ?, ?, ?)
                   AS i(order_id, line_no, product_id, name, quantity, unit_price, subtotal)
            """;

    private static final String READ_ITEMS = """
            SELECT order_id, product_id, name, quantity, unit_price
              FROM orders.order_items
             WHERE order_id = ANY (?)
             ORDER BY order_id, line_no
            """;

    private static final String ADVANCE = """
            UPDATE orders.orders o
               SET status = n.status, event_seq = n.event_seq, updated_at = n.at
              FROM unnest(?, ?, ?, ?) AS n(order_id, status, event_seq, at)
             WHERE o.order_id = n.order_id
            """;

    private static final String FIND_FAILED = """
            SELECT order_id
              FROM orders.failed_checkouts
             WHERE order_id = ANY (?)
            """;

    private final Connection db;
    private final Instant at;
    private final Map<String, OrderRow> rows = new HashMap<>();
    private Set<String> failed = Set.of();

    OrderTable(Connection db, Instant at) {
        this.db = db;
        this.at = at;
    }

    /// The row of an order, null when there is none.
    OrderRow row(String orderId) {
        return rows.get(orderId);
    }

    /// Whether a checkout of this id is known to have ended without an order. Asked only where no row is.
    boolean failed(String orderId) {
        return failed.contains(orderId);
    }

    void claimAndLock(List<OrdersCommand> commands) throws SQLException {
        var claims = new LinkedHashMap<String, OrdersCommand>();
        for (var command : commands) {
            switch (command) {
                case Create _, Cancel _ -> claims.putIfAbsent(command.orderId(), command);
                case OrdersCommand.Advance _, CheckoutFailed _ -> {}
            }
        }
        claim(claims);
        writeItems();
        lock(commands);
        claimForHidden(commands);
        findFailed(claims.keySet());
    }

    /// A creation that came too late claims nothing and hid the cancellations behind it, so they claim now. Another
    /// node may have done so since these rows were locked; its row is locked then. Claiming after locking could
    /// close a circle with another node: the database ends one of the two batches, which runs again.
    private void claimForHidden(List<OrdersCommand> commands) throws SQLException {
        var missing = new LinkedHashMap<String, OrdersCommand>();
        for (var command : commands) {
            if (command instanceof Cancel cancel && !rows.containsKey(cancel.orderId())) {
                missing.put(cancel.orderId(), cancel);
            }
        }
        if (!missing.isEmpty()) {
            claim(missing);
            lock(commands);
        }
    }

    /// @param claims by order id what claims it: a creation its row, a cancellation a tombstone
    private void claim(Map<String, OrdersCommand> claims) throws SQLException {
        if (claims.isEmpty()) {
            return;
        }
        var columns = Columns.of(
                "text",
                "text",
                "text",
                "numeric",
                "bpchar",
                "jsonb",
                "text",
                "text",
                "text",
                "int4",
                "bool",
                "timestamptz",
                "timestamptz");
        claims.forEach((orderId, command) -> addClaim(columns, orderId, command));
        try (var statement = db.prepareStatement(CLAIM)) {
            columns.bind(db, statement);
            try (var inserted = statement.executeQuery()) {
                while (inserted.next()) {
                    var orderId = inserted.getString(1);
                    var row = fresh(orderId, claims.get(orderId));
                    row.lockedAt = lockedAt(inserted);
                    rows.put(orderId, row);
                }
            }
        }
    }

    private void addClaim(Columns columns, String orderId, OrdersCommand command) {
        if (!(command instanceof Create create)) {
            columns.add(
                    orderId, null, OrderState.CANCELLED.code(), null, null, null, null, null, null, 2, true, at, null);
            return;
        }
        var request = create.request();
        columns.add(
                orderId,
                request.userId(),
                (request.reserved() ? OrderState.RESERVED : OrderState.CREATED).code(),
                request.total().decimal(),
                request.total().code(),
                request.shippingAddress() == null ? null : Json.write(request.shippingAddress()),
                request.paymentMethod(),
                request.key(),
                create.hash(),
                request.reserved() ? 2 : 1,
                false,
                at,
                request.notAfter());
    }

    /// A row inserted by this transaction: written as its first command leaves it, decided when that command's turn
    /// comes.
    private OrderRow fresh(String orderId, OrdersCommand command) {
        if (!(command instanceof Create create)) {
            var tombstone = new OrderRow(orderId, null, null, null, null);
            tombstone.writtenSequence = 2;
            return tombstone;
        }
        var request = create.request();
        var row = new OrderRow(orderId, request.userId(), request.total(), request.key(), create.hash());
        row.writtenSequence = request.reserved() ? 2 : 1;
        row.lines = request.lines();
        return row;
    }

    private void writeItems() throws SQLException {
        var items = Columns.of("text", "int4", "text", "text", "int4", "numeric", "numeric");
        for (var row : rows.values()) {
            for (int i = 0; row.lines != null && i < row.lines.size(); i++) {
                var line = row.lines.get(i);
                items.add(
                        row.orderId,
                        i + 1,
                        line.productId(),
                        line.name(),
                        line.quantity(),
                        line.unitPrice().decimal(),
                        line.unitPrice().times(line.quantity()).decimal());
            }
        }
        if (!items.isEmpty()) {
            items.update(db, WRITE_ITEMS);
        }
    }

    private void lock(List<OrdersCommand> commands) throws SQLException {
        var ids = new HashSet<String>();
        for (var command : commands) {
            if (!rows.containsKey(command.orderId())) {
                ids.add(command.orderId());
            }
        }
        if (ids.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(LOCK)) {
            bindIds(statement, ids);
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    var total = found.getBigDecimal("total_amount");
                    var row = new OrderRow(
                            found.getString("order_id"),
                            found.getString("user_id"),
                            total == null ? null : Money.ofDecimal(total, found.getString("currency")),
                            found.getString("idempotency_key"),
                            found.getString("request_hash"));
                    row.state = OrderState.of(found.getString("status"));
                    row.sequence = found.getInt("event_seq");
                    row.writtenSequence = row.sequence;
                    row.lockedAt = lockedAt(found);
                    rows.put(row.orderId, row);
                }
            }
        }
    }

    /// Only for ids that could not be claimed and have no row: too late, or their checkout has failed.
    private void findFailed(Set<String> claimed) throws SQLException {
        var ids = new HashSet<>(claimed);
        ids.removeAll(rows.keySet());
        if (ids.isEmpty()) {
            return;
        }
        failed = new HashSet<>();
        try (var statement = db.prepareStatement(FIND_FAILED)) {
            bindIds(statement, ids);
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    failed.add(found.getString(1));
                }
            }
        }
    }

    /// Reads the lines of orders whose events are about to be written.
    void readItems(Collection<OrderRow> orders) throws SQLException {
        var wanting = new HashMap<String, OrderRow>();
        for (var row : orders) {
            if (row.lines == null && !row.tombstone) {
                row.lines = new ArrayList<>();
                wanting.put(row.orderId, row);
            }
        }
        if (wanting.isEmpty()) {
            return;
        }
        try (var statement = db.prepareStatement(READ_ITEMS)) {
            bindIds(statement, wanting.keySet());
            try (var found = statement.executeQuery()) {
                while (found.next()) {
                    var row = wanting.get(found.getString("order_id"));
                    BigDecimal price = found.getBigDecimal("unit_price");
                    row.lines.add(new OrderLine(
                            found.getString("product_id"),
                            found.getString("name"),
                            found.getInt("quantity"),
                            Money.ofDecimal(price, row.total.code())));
                }
            }
        }
    }

    void write() throws SQLException {
        var changed = Columns.of("text", "text", "int4", "timestamptz");
        for (var row : rows.values()) {
            if (row.changed()) {
                changed.add(row.orderId, row.state.code(), row.sequence, at);
            }
        }
        if (changed.isEmpty()) {
            return;
        }
        int written = changed.update(db, ADVANCE);
        if (written != changed.size()) {
            throw new IllegalStateException(written + " orders written instead of " + changed.size());
        }
    }

    private static Instant lockedAt(ResultSet row) throws SQLException {
        return row.getObject("locked_at", OffsetDateTime.class).toInstant();
    }

    private void bindIds(PreparedStatement statement, Set<String> ids) throws SQLException {
        statement.setArray(1, db.createArrayOf("text", ids.toArray()));
    }
}
