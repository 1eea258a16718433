package dev.holdfast.payment;

import dev.holdfast.platform.Columns;
import dev.holdfast.platform.Money;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;

/// The statements on `payment.payment_operations`. The rows of an order are guarded by the lock of the order, so
/// none takes locks of its own.
final class OperationTable {

    private static final String COLUMNS = """
            operation_id, payment_id, order_id, kind, idempotency_key, request_hash, amount, currency, reason, status, asked,
            provider_ref, decline_code, created_at, completed_at
            """;

    private static final String FIND_BY_ID = select("WHERE operation_id = ANY (?)");
    private static final String FIND_BY_KEY = select("WHERE idempotency_key = ANY (?)");
    private static final String FIND_BY_PAYMENT = select("WHERE payment_id = ANY (?) ORDER BY operation_id");

    private static final String INSERT_NEW = """
            INSERT INTO payment.payment_operations (operation_id, payment_id, order_id, kind, idempotency_key,
                                                    request_hash, amount, currency, reason, status)
            SELECT *
              FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::numeric[], ?::text[],
                          ?::text[], ?::text[])
            """;
    private static final String INSERT = INSERT_NEW + "ON CONFLICT DO NOTHING";

    private static final String UPDATE = """
            UPDATE payment.payment_operations AS operation
               SET status = now.status, asked = now.asked, provider_ref = now.provider_ref, decline_code = now.decline_code,
                   completed_at = now.completed_at
              FROM unnest(?::text[], ?::text[], ?::int8[], ?::text[], ?::text[], ?::timestamptz[])
                   AS now (operation_id, status, asked, provider_ref, decline_code, completed_at)
             WHERE operation.operation_id = now.operation_id
            """;

    private static final String DELETE = """
            DELETE FROM payment.payment_operations
             WHERE operation_id = ANY (?)
            """;

    private OperationTable() {}

    static List<Operation> byId(Connection db, Collection<String> ids) throws SQLException {
        return find(db, FIND_BY_ID, ids);
    }

    static List<Operation> byKey(Connection db, Collection<String> keys) throws SQLException {
        return find(db, FIND_BY_KEY, keys);
    }

    static List<Operation> byPayment(Connection db, Collection<String> paymentIds) throws SQLException {
        return find(db, FIND_BY_PAYMENT, paymentIds);
    }

    /// @param hopeful no key is thought to be another order's, and it is an error if one is; otherwise those are
    ///     passed over
    /// @param told what to throw if not all are inserted: a key may be another order's, where nobody has looked
    static void insert(Connection db, List<Operation> operations, boolean hopeful, UnaryOperator<SQLException> told)
            throws SQLException {
        var columns = Columns.of("text", "text", "text", "text", "text", "text", "numeric", "text", "text", "text");
        for (var operation : operations) {
            columns.add(
                    operation.operationId(),
                    operation.paymentId(),
                    operation.orderId(),
                    operation.kind().code(),
                    operation.key(),
                    operation.requestHash(),
                    operation.amount().decimal(),
                    operation.amount().code(),
                    operation.reason(),
                    operation.state().code());
        }
        if (hopeful) {
            columns.run(db, INSERT_NEW, told);
        } else {
            columns.write(db, INSERT, told);
        }
    }

    static void update(Connection db, List<Operation> operations) throws SQLException {
        var columns = Columns.of("text", "text", "int8", "text", "text", "timestamptz");
        for (var operation : operations) {
            columns.add(
                    operation.operationId(),
                    operation.state().code(),
                    operation.asked(),
                    operation.providerRef(),
                    operation.declineCode(),
                    operation.completedAt());
        }
        columns.write(db, UPDATE);
    }

    static void delete(Connection db, Collection<String> ids) throws SQLException {
        var columns = Columns.of("text");
        ids.forEach(columns::add);
        columns.write(db, DELETE);
    }

    /// @param where the rest of the statement: `WHERE …`
    static String select(String where) {
        return "SELECT " + COLUMNS + " FROM payment.payment_operations " + where;
    }

    /// Runs a query over [#select].
    static List<Operation> read(PreparedStatement query) throws SQLException {
        var read = new ArrayList<Operation>();
        try (var rows = query.executeQuery()) {
            while (rows.next()) {
                read.add(row(rows));
            }
        }
        return read;
    }

    private static List<Operation> find(Connection db, String sql, Collection<String> by) throws SQLException {
        if (by.isEmpty()) {
            return List.of();
        }
        try (var statement = db.prepareStatement(sql)) {
            statement.setArray(1, db.createArrayOf("text", by.toArray()));
            return read(statement);
        }
    }

    private static Operation row(ResultSet row) throws SQLException {
        return new Operation(
                row.getString("operation_id"),
                row.getString("payment_id"),
                row.getString("order_id"),
                OperationKind.of(row.getString("kind")),
                row.getString("idempotency_key"),
                row.getString("request_hash"),
                Money.ofDecimal(row.getBigDecimal("amount"), row.getString("currency")),
                row.getString("reason"),
                Operation.State.of(row.getString("status")),
                row.getInt("asked"),
                row.getString("provider_ref"),
                row.getString("decline_code"),
                PaymentTable.time(row, "created_at"),
                PaymentTable.time(row, "completed_at"));
    }
}
