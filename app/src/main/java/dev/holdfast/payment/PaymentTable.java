package dev.holdfast.payment;

import dev.holdfast.payment.Payment.Attempt;
import dev.holdfast.payment.Payment.Standing;
import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Money;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The statements on `payment.payments`. Each takes any number of rows.
final class PaymentTable {

    private static final String COLUMNS = """
            payment_id, order_id, ordinal, idempotency_key, authorization_key, attempt, method_no, method_count,
            request_hash, method, provider, takes_at_once, amount, currency, status, provider_id, decline_code,
            captured, capturing, refunded, refunding, released, releasing, undone_at, undo_count, asked, event_seq,
            created_at, completed_at, xmin AS version, statement_timestamp() AS now
            """;

    /// The first row of an order. What is past its `not_after` by the database's clock is never recorded. The rows
    /// come in order-id order, in which every statement here takes its locks: two batches that meet wait for each
    /// other instead of deadlocking. Whoever calls knows what it gave, so only what the database adds comes back.
    private static final String ENTER = """
            INSERT INTO payment.payments (payment_id, order_id, ordinal, idempotency_key, authorization_key, attempt,
                                          method_no, method_count, request_hash, method, provider, takes_at_once,
                                          amount, currency, status, undone_at)
            SELECT payment_id, order_id, 1, idempotency_key, coalesce(authorization_key, idempotency_key), 1,
                   1, method_count, request_hash, method, provider, takes_at_once,
                   amount, currency, status, CASE WHEN request_hash IS NULL THEN statement_timestamp() END
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::text[],
                          ?::bool[], ?::numeric[], ?::text[], ?::text[], ?::timestamptz[])
                   AS fresh (payment_id, order_id, idempotency_key, authorization_key, method_count, request_hash,
                             method, provider, takes_at_once, amount, currency, status, not_after)
             WHERE not_after IS NULL OR not_after > statement_timestamp()
            """;
    private static final String ENTERED = "RETURNING payment_id, xmin AS version, statement_timestamp() AS now";
    private static final String CLAIM_NEW = ENTER + ENTERED;
    private static final String CLAIM = ENTER + "ON CONFLICT DO NOTHING " + ENTERED;

    private static final String INSERT = """
            INSERT INTO payment.payments (payment_id, order_id, ordinal, idempotency_key, authorization_key, attempt,
                                          method_no, method_count, request_hash, method, provider, takes_at_once,
                                          amount, currency, status, undone_at)
            SELECT payment_id, order_id, ordinal, idempotency_key, authorization_key, attempt, method_no, method_count,
                   request_hash, method, provider, takes_at_once, amount, currency, status,
                   CASE WHEN request_hash IS NULL THEN statement_timestamp() END
              FROM unnest(?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::int8[], ?::int8[], ?::int8[],
                          ?::text[], ?::text[], ?::text[], ?::bool[], ?::numeric[], ?::text[], ?::text[])
                   AS fresh (payment_id, order_id, ordinal, idempotency_key, authorization_key, attempt, method_no,
                             method_count, request_hash, method, provider, takes_at_once, amount, currency, status)
            """;

    private static final String LOCK = """
            SELECT order_id
              FROM payment.payments
             WHERE order_id = ANY (?) AND ordinal = 1
             ORDER BY order_id
               FOR UPDATE
            """;

    /// A statement of its own after `LOCK`: its snapshot is taken when the locks are ours, so it sees every row
    /// that the one we waited for has added.
    private static final String LOAD = "SELECT " + COLUMNS + """
              FROM payment.payments
             WHERE order_id = ANY (?)
             ORDER BY order_id, ordinal
            """;

    private static final String FIND_KEYS = """
            SELECT idempotency_key, order_id
              FROM payment.payments
             WHERE idempotency_key = ANY (?)
            """;

    private static final String BEGIN = "SELECT pg_current_xact_id()::xid AS version, statement_timestamp() AS now";

    private PaymentTable() {}

    /// A row to insert.
    ///
    /// @param notAfter not inserted later than this; null: no limit
    record Fresh(Payment row, Instant notAfter) {}

    /// A row as read, with the database's time of the reading.
    ///
    /// @param version the transaction that wrote it (`xmin`): no other version of the row has the same
    record Read(Payment row, long version, Instant now) {}

    /// The transaction that is under way, as it will stand in the rows it writes, and its time.
    record Begun(long version, Instant now) {}

    static Begun begin(Connection db) throws SQLException {
        try (var statement = db.prepareStatement(BEGIN);
                var row = statement.executeQuery()) {
            row.next();
            return new Begun(row.getLong("version"), time(row, "now"));
        }
    }

    /// Inserts the first row of each order that has none yet: the first of those given that is in time.
    ///
    /// @param rows in order-id order
    /// @param hopeful every one of them is thought to be new, and it is an error if one is not
    /// @return the rows that were inserted
    static List<Read> claim(Connection db, List<Fresh> rows, boolean hopeful) throws SQLException {
        if (rows.isEmpty()) {
            return List.of();
        }
        var given = HashMap.<String, Payment>newHashMap(rows.size());
        rows.forEach(fresh -> given.put(fresh.row.paymentId(), fresh.row));
        var claimed = new ArrayList<Read>(rows.size());
        try (var statement = db.prepareStatement(hopeful ? CLAIM_NEW : CLAIM)) {
            claims(rows).bind(db, statement);
            try (var inserted = statement.executeQuery()) {
                while (inserted.next()) {
                    var now = time(inserted, "now");
                    var row = given.get(inserted.getString("payment_id")).recorded(now);
                    claimed.add(new Read(row, inserted.getLong("version"), now));
                }
            }
        }
        return claimed;
    }

    /// Locks the orders against every other writer and reads their rows.
    static List<Read> lock(Connection db, Collection<String> orderIds) throws SQLException {
        if (orderIds.isEmpty()) {
            return List.of();
        }
        var ids = db.createArrayOf("text", orderIds.toArray());
        try (var lock = db.prepareStatement(LOCK);
                var load = db.prepareStatement(LOAD)) {
            lock.setArray(1, ids);
            lock.executeQuery().close();
            load.setArray(1, ids);
            return read(load);
        }
    }

    /// @return whose order each of the keys is, of those that exist
    static Map<String, String> ordersOf(Connection db, Collection<String> keys) throws SQLException {
        var orders = new HashMap<String, String>();
        if (!keys.isEmpty()) {
            try (var statement = db.prepareStatement(FIND_KEYS)) {
                statement.setArray(1, db.createArrayOf("text", keys.toArray()));
                try (var rows = statement.executeQuery()) {
                    while (rows.next()) {
                        orders.put(rows.getString(1), rows.getString(2));
                    }
                }
            }
        }
        return orders;
    }

    static void insert(Connection db, List<Payment> rows) throws SQLException {
        var columns = Columns.of(
                "text", "text", "int8", "text", "text", "int8", "int8", "int8", "text", "text", "text", "bool",
                "numeric", "text", "text");
        for (var row : rows) {
            var attempt = row.attempt();
            columns.add(
                    row.paymentId(),
                    row.orderId(),
                    row.ordinal(),
                    attempt.key(),
                    attempt.authorizationKey(),
                    attempt.number(),
                    attempt.methodNo(),
                    attempt.methodCount(),
                    row.requestHash(),
                    attempt.method(),
                    attempt.provider(),
                    row.takesAtOnce(),
                    row.tombstone() ? 0 : row.amount().decimal(),
                    row.tombstone() ? null : row.amount().code(),
                    row.status().code());
        }
        columns.run(db, INSERT);
    }

    private static Columns claims(List<Fresh> rows) {
        var columns = Columns.of(
                "text",
                "text",
                "text",
                "text",
                "int8",
                "text",
                "text",
                "text",
                "bool",
                "numeric",
                "text",
                "text",
                "timestamptz");
        for (var fresh : rows) {
            var row = fresh.row();
            var attempt = row.attempt();
            columns.add(
                    row.paymentId(),
                    row.orderId(),
                    attempt.key(),
                    attempt.key().equals(attempt.authorizationKey()) ? null : attempt.authorizationKey(),
                    attempt.methodCount(),
                    row.requestHash(),
                    attempt.method(),
                    attempt.provider(),
                    row.takesAtOnce(),
                    row.tombstone() ? 0 : row.amount().decimal(),
                    row.tombstone() ? null : row.amount().code(),
                    row.status().code(),
                    fresh.notAfter());
        }
        return columns;
    }

    /// Runs a query over [#select].
    static List<Read> read(PreparedStatement query) throws SQLException {
        var read = new ArrayList<Read>();
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                read.add(new Read(row(rows), rows.getLong("version"), time(rows, "now")));
            }
        }
        return read;
    }

    /// @param where the rest of the statement: `WHERE …`
    static String select(String where) {
        return "SELECT " + COLUMNS + " FROM payment.payments " + where;
    }

    private static Payment row(ResultSet row) throws SQLException {
        var currency = row.getString("currency");
        var amount = currency == null ? null : Money.ofDecimal(row.getBigDecimal("amount"), currency);
        return new Payment(
                row.getString("payment_id"),
                row.getString("order_id"),
                row.getInt("ordinal"),
                new Attempt(
                        row.getString("idempotency_key"),
                        row.getString("authorization_key"),
                        row.getInt("attempt"),
                        row.getInt("method_no"),
                        row.getInt("method_count"),
                        row.getString("method"),
                        row.getString("provider")),
                row.getString("request_hash"),
                amount,
                row.getBoolean("takes_at_once"),
                amount == null ? Sums.untouched(0) : sums(row, amount),
                new Standing(
                        PaymentStatus.of(row.getString("status")),
                        row.getString("provider_id"),
                        row.getString("decline_code"),
                        time(row, "undone_at"),
                        row.getInt("undo_count"),
                        row.getInt("asked"),
                        row.getLong("event_seq"),
                        time(row, "completed_at")),
                time(row, "created_at"));
    }

    private static Sums sums(ResultSet row, Money amount) throws SQLException {
        return new Sums(
                amount.amount(),
                minor(row, "captured", amount),
                minor(row, "capturing", amount),
                minor(row, "refunded", amount),
                minor(row, "refunding", amount),
                minor(row, "released", amount),
                minor(row, "releasing", amount));
    }

    private static long minor(ResultSet row, String column, Money amount) throws SQLException {
        return Money.ofDecimal(row.getBigDecimal(column), amount.code()).amount();
    }

    static Instant time(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
