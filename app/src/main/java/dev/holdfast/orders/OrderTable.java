package dev.holdfast.orders;

import dev.holdfast.orders.OrdersApi.OrderLine;
import dev.holdfast.orders.OrdersCommand.Cancel;
import dev.holdfast.orders.OrdersCommand.CheckoutFailed;
import dev.holdfast.orders.OrdersCommand.Create;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Json;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.Optimism;
import dev.holdfast.platform.Recent;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// The order rows of one transaction: claimed, locked, changed in memory, written once.
///
/// An order that this lane has just created itself is neither locked nor read again when it is confirmed
/// ([Recent]): its row is written on condition that nobody else wrote it.
///
/// Rows are claimed by one statement in id order, before any row that is there already is locked, again in id
/// order. So a transaction that waits while it claims holds nothing but claims of smaller ids, and one that waits
/// while it locks is never waited for by a claim: no deadlock between nodes.
final class OrderTable {

    /// An order whose id another transaction is just inserting makes this one wait until that has ended. The
    /// deadline is compared with the database's clock at the moment of the insert, not with the start of the
    /// transaction.
    private static final String ENTER = """
            INSERT INTO orders.orders (order_id, user_id, status, total_amount, currency, shipping_address,
                                       payment_method, idempotency_key, request_hash, event_seq, tombstone,
                                       created_at, updated_at)
            SELECT c.order_id, c.user_id, c.status, c.total_amount, c.currency, c.shipping_address,
                   c.payment_method, c.idempotency_key, c.request_hash, c.event_seq, c.request_hash IS NULL, t.at, t.at
              FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                   AS c(order_id, user_id, status, total_amount, currency, shipping_address, payment_method,
                        idempotency_key, request_hash, event_seq, not_after),
                   (VALUES (?::timestamptz)) AS t(at)
             WHERE c.request_hash IS NULL
                OR (   (c.not_after IS NULL OR clock_timestamp() <= c.not_after)
                   AND NOT EXISTS (SELECT FROM orders.failed_checkouts f WHERE f.order_id = c.order_id))
            """;
    private static final String ENTERED = "RETURNING order_id, xmin AS version, clock_timestamp() AS locked_at";
    private static final String CLAIM_NEW = ENTER + ENTERED;
    private static final String CLAIM = ENTER + "ON CONFLICT (order_id) DO NOTHING " + ENTERED;

    private static final String LOCK = """
            SELECT order_id, user_id, status, total_amount, currency, idempotency_key, request_hash, event_seq,
                   xmin AS version, clock_timestamp() AS locked_at
              FROM orders.orders
             WHERE order_id = ANY (?)
             ORDER BY order_id
               FOR UPDATE
            """;

    private static final String WRITE_ITEMS = """
            INSERT INTO orders.order_items (order_id, line_no, product_id, name, quantity, unit_price, subtotal)
            SELECT order_id, line_no, product_id, name, quantity, unit_price, unit_price * quantity
              FROM unnest(?, ?, ?, ?, ?, ?) AS i(order_id, line_no, product_id, name, quantity, unit_price)
            """;

    private static final String READ_ITEMS = """
            SELECT order_id, product_id, name, quantity, unit_price
              FROM orders.order_items
             WHERE order_id = ANY (?)
             ORDER BY order_id, line_no
            """;

    /// `xmin` is the transaction that wrote the row as it stands. A row that somebody else has written since it was
    /// read has another one and is left alone; the count tells.
    private static final String ADVANCE = """
            UPDATE orders.orders o
               SET status = n.status, event_seq = n.event_seq, updated_at = t.at
              FROM unnest(?, ?::xid[], ?, ?) AS n(order_id, version, status, event_seq), (VALUES (?::timestamptz)) AS t(at)
             WHERE o.order_id = n.order_id
               AND o.xmin = n.version
            """;

    private static final String FIND_FAILED = """
            SELECT order_id
              FROM orders.failed_checkouts
             WHERE order_id = ANY (?)
            """;

    private final Connection db;
    private final OffsetDateTime at;
    private final Recent<OrderRow> recent;
    private final Optimism optimism;
    private final Map<String, OrderRow> rows = new HashMap<>();
    private Set<String> failed = Set.of();

    OrderTable(Connection db, Instant at, Recent<OrderRow> recent, Optimism optimism) {
        this.db = db;
        this.at = at.atOffset(ZoneOffset.UTC);
        this.recent = recent;
        this.optimism = optimism;
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
        recall(commands);
        var claims = new TreeMap<String, OrdersCommand>();
        for (var command : commands) {
            switch (command) {
                case Create _, Cancel _ -> claims.putIfAbsent(command.orderId(), command);
                case OrdersCommand.Advance _, CheckoutFailed _ -> {}
            }
        }
        boolean hopeful = optimism.isJustified(claims.values().stream().allMatch(Create.class::isInstance));
        try {
            claim(claims, hopeful);
        } catch (SQLException e) {
            throw optimism.after(e);
        }
        writeItems();
        lock(commands);
        claimForHidden(commands);
        findFailed(claims.keySet());
    }

    /// The next step of an order that this lane has created. Everything else reads, also a step that comes together
    /// with another command of its order.
    private void recall(List<OrdersCommand> commands) {
        var seen = new HashSet<String>();
        for (var command : commands) {
            var id = command.orderId();
            var row = recent.take(db, id);
            if (!seen.add(id)) {
                rows.remove(id);
            } else if (row != null
                    && command instanceof OrdersCommand.Advance advance
                    && advance.notAfter() == null
                    && row.state.mayBecome(advance.to())) {
                row.remembered = true;
                row.inserted = false;
                rows.put(id, row);
            }
        }
    }

    /// What this transaction leaves behind for the next one, once it is committed: orders just created.
    void remember() {
        for (var row : rows.values()) {
            if (row.inserted && row.state != null && !row.changed()) {
                recent.keep(row.orderId, row);
            }
        }
    }

    /// A creation that came too late claims nothing and hid the cancellations behind it, so they claim now. Another
    /// node may have done so since these rows were locked; its row is locked then. Claiming after locking could
    /// close a circle with another node: the database ends one of the two batches, which runs again.
    private void claimForHidden(List<OrdersCommand> commands) throws SQLException {
        var missing = new TreeMap<String, OrdersCommand>();
        for (var command : commands) {
            if (command instanceof Cancel cancel && !rows.containsKey(cancel.orderId())) {
                missing.put(cancel.orderId(), cancel);
            }
        }
        if (!missing.isEmpty()) {
            claim(missing, false);
            lock(commands);
        }
    }

    /// @param claims by order id, in this order, what claims it: a creation its row, a cancellation a tombstone
    private void claim(SortedMap<String, OrdersCommand> claims, boolean hopeful) throws SQLException {
        if (claims.isEmpty()) {
            return;
        }
        var columns = Columns.of(
                "text", "text", "text", "numeric", "bpchar", "jsonb", "text", "text", "text", "int4", "timestamptz");
        claims.forEach((orderId, command) -> addClaim(columns, orderId, command));
        try (var statement = db.prepareStatement(hopeful ? CLAIM_NEW : CLAIM)) {
            statement.setObject(columns.bind(db, statement), at);
            try (var inserted = statement.executeQuery()) {
                while (inserted.next()) {
                    var orderId = inserted.getString("order_id");
                    var row = fresh(orderId, claims.get(orderId));
                    row.inserted = true;
                    row.version = inserted.getLong("version");
                    row.lockedAt = lockedAt(inserted);
                    rows.put(orderId, row);
                }
            }
        }
    }

    private void addClaim(Columns columns, String orderId, OrdersCommand command) {
        if (!(command instanceof Create create)) {
            columns.add(orderId, null, OrderState.CANCELLED.code(), null, null, null, null, null, null, 2, null);
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
        var items = Columns.of("text", "int4", "text", "text", "int4", "numeric");
        for (var row : rows.values()) {
            for (int i = 0; row.inserted && row.lines != null && i < row.lines.size(); i++) {
                var line = row.lines.get(i);
                items.add(
                        row.orderId,
                        i + 1,
                        line.productId(),
                        line.name(),
                        line.quantity(),
                        line.unitPrice().decimal());
            }
        }
        items.run(db, WRITE_ITEMS);
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
                    row.version = found.getLong("version");
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
        var changed = new TreeMap<String, OrderRow>();
        for (var row : rows.values()) {
            if (row.changed()) {
                changed.put(row.orderId, row);
            } else if (row.remembered) {
                // Nothing would prove that what was answered is so.
                throw Recent.outOfDate();
            }
        }
        var columns = Columns.of("text", "text", "text", "int4");
        changed.values().forEach(row -> columns.add(row.orderId, row.version, row.state.code(), row.sequence));
        columns.write(db, ADVANCE, at.toInstant(), Recent::orOutOfDate);
    }

    private static Instant lockedAt(ResultSet row) throws SQLException {
        return row.getObject("locked_at", OffsetDateTime.class).toInstant();
    }

    private void bindIds(PreparedStatement statement, Set<String> ids) throws SQLException {
        statement.setArray(1, db.createArrayOf("text", ids.toArray()));
    }
}
