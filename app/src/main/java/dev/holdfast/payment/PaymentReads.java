package dev.holdfast.payment;

import dev.holdfast.platform.ServiceDatabase;
import java.sql.SQLException;
import java.util.Optional;
import org.springframework.dao.DataAccessResourceFailureException;

/// Reads of single payments, through the pool and beside the lane.
final class PaymentReads {

    private static final String FIND = PaymentTable.select("WHERE payment_id = ?");

    private final ServiceDatabase database;

    PaymentReads(ServiceDatabase database) {
        this.database = database;
    }

    /// @return the row, or empty when there is none or it is a tombstone, which is no payment to anybody outside
    Optional<Payment> find(String paymentId) {
        try (var db = database.pool().getConnection();
                var query = db.prepareStatement(FIND)) {
            query.setString(1, paymentId);
            return PaymentTable.read(query).stream()
                    .map(PaymentTable.Read::row)
                    .filter(row -> !row.tombstone())
                    .findFirst();
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("cannot read payment " + paymentId, e);
        }
    }
}
