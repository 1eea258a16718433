package dev.holdfast.payment;

import dev.holdfast.payment.PaymentBooks.Check;
import dev.holdfast.payment.PaymentProvider.Charge;
import dev.holdfast.platform.ServiceDatabase;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.dao.DataAccessResourceFailureException;

/// Holds our books against a provider's, in both directions: what the provider has and we do not is money taken for
/// nothing, what we have and the provider does not is money we only believe in.
final class ProviderComparison {

    private static final int PAGE = 1000;

    private static final String BY_KEY = PaymentTable.select("WHERE idempotency_key = ANY (?)");
    private static final String OURS = PaymentTable.select("""
            WHERE payment_id > ? AND provider = ? AND provider_id IS NOT NULL
            ORDER BY payment_id
            LIMIT ?
            """);

    private final ServiceDatabase database;
    private final PaymentProvider provider;

    ProviderComparison(ServiceDatabase database, PaymentProvider provider) {
        this.database = database;
        this.provider = provider;
    }

    List<Check> checks() {
        return List.of(theirs(), ours());
    }

    private Check theirs() {
        var tally = new Tally("what provider " + provider.name() + " did is in our books");
        var after = "";
        List<Charge> page;
        do {
            page = provider.statement(after, PAGE);
            var rows = rows(page.stream().map(Charge::key).toList());
            for (var charge : page) {
                tally.look(charge.key(), !agree(rows.get(charge.key()), charge) && !agreeNow(charge.key()));
                after = charge.key();
            }
        } while (page.size() == PAGE);
        return tally.check();
    }

    private Check ours() {
        var tally = new Tally("what our books say is in those of provider " + provider.name());
        var after = "";
        List<Payment> page;
        do {
            page = page(after);
            var charges = provider
                    .charges(page.stream().map(row -> row.attempt().key()).toList())
                    .stream()
                    .collect(Collectors.toMap(Charge::key, charge -> charge));
            for (var row : page) {
                var key = row.attempt().key();
                tally.look(key, !agree(row, charges.get(key)) && !agreeNow(key));
                after = row.paymentId();
            }
        } while (page.size() == PAGE);
        return tally.check();
    }

    /// Two reads of two systems are no snapshot. Only a difference between rows that stood still counts: ours is
    /// read before and after theirs.
    private boolean agreeNow(String key) {
        var before = rows(List.of(key)).get(key);
        var theirs = provider.charges(List.of(key));
        var after = rows(List.of(key)).get(key);
        boolean moved = before == null ? after != null : !before.equals(after);
        return moved || agree(after, theirs.isEmpty() ? null : theirs.getFirst());
    }

    /// A row with a call under way may differ: nobody knows yet what the provider did.
    private static boolean agree(Payment ours, Charge theirs) {
        if (theirs == null) {
            return ours == null || ours.standing().providerId() == null;
        }
        if (ours == null) {
            return !theirs.live();
        }
        var sums = ours.sums();
        if (ours.status() == PaymentStatus.PENDING
                || sums.capturing() > 0
                || sums.refunding() > 0
                || sums.releasing() > 0) {
            return true;
        }
        if (theirs.declined()) {
            // Closed as voided, because nothing had arrived, before the no came: no money moved either way.
            return ours.status() == PaymentStatus.FAILED || ours.status() == PaymentStatus.VOIDED;
        }
        return theirs.providerId().equals(ours.standing().providerId())
                && theirs.amount().equals(ours.amount())
                && theirs.captured().amount() == sums.captured()
                && theirs.refunded().amount() == sums.refunded()
                && theirs.released().amount() == sums.released();
    }

    private Map<String, Payment> rows(Collection<String> keys) {
        try (var db = database.pool().getConnection();
                var query = db.prepareStatement(BY_KEY)) {
            query.setArray(1, db.createArrayOf("text", keys.toArray()));
            var rows = new HashMap<String, Payment>();
            PaymentTable.read(query)
                    .forEach(read -> rows.put(read.row().attempt().key(), read.row()));
            return rows;
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("cannot read payments", e);
        }
    }

    private List<Payment> page(String after) {
        try (var db = database.pool().getConnection();
                var query = db.prepareStatement(OURS)) {
            query.setString(1, after);
            query.setString(2, provider.name());
            query.setInt(3, PAGE);
            return PaymentTable.read(query).stream().map(PaymentTable.Read::row).toList();
        } catch (SQLException e) {
            throw new DataAccessResourceFailureException("cannot read payments", e);
        }
    }
}
