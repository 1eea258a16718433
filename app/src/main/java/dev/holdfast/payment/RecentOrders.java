package dev.holdfast.payment;

import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.Chase;
import dev.holdfast.payment.PaymentCommand.Open;
import dev.holdfast.payment.PaymentCommand.Settle;
import dev.holdfast.payment.PaymentCommand.Undo;
import dev.holdfast.payment.PaymentCommand.Withdraw;
import dev.holdfast.payment.PaymentCommand.Yes;
import dev.holdfast.payment.PaymentProvider.Effected;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a lane wrote last of orders whose payment is under way, so that the next step on the ordinary way need not
/// lock and read what this very process has just written.
///
/// Memory is a guess. It counts only where the step changes the order's row and the row still has the version that
/// is remembered: that version is the transaction that wrote it, so nobody has written it since, on whatever node,
/// and everybody who changes anything about the order's money writes the row. A transaction that was rolled back,
/// or whose commit nobody knows of, leaves a version here that no row has. Where the guess is wrong nothing is
/// committed and the batch runs again, and reads: what is taken from here is gone from here.
///
/// Used by the lane's thread alone.
final class RecentOrders {

    /// About 1 KB each. Whoever was forgotten is read.
    static final int MOST = 20_000;

    private final Map<String, Recent> orders = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Recent> eldest) {
            return size() > MOST;
        }
    };

    /// An order that has one row and at most one operation.
    ///
    /// @param version of the row
    /// @param operation the only one, or null: there is none
    record Recent(Payment payment, long version, Operation operation) {

        /// Whether the command is the next step on the ordinary way, which changes the row. Every other one reads.
        private boolean serves(PaymentCommand command) {
            return switch (command) {
                case Answer answer ->
                    answer.verdict() instanceof Yes
                            && payment.status() == PaymentStatus.PENDING
                            && payment.paymentId().equals(answer.paymentId());
                case Open open ->
                    open.kind() == OperationKind.CAPTURE
                            && payment.status() == PaymentStatus.AUTHORIZED
                            && operation == null
                            && (open.paymentId() == null || open.paymentId().equals(payment.paymentId()));
                case Settle settle ->
                    settle.answer() instanceof Effected
                            && operation != null
                            && operation.pending()
                            && operation.operationId().equals(settle.operationId());
                case Begin _, Undo _, Chase _, Withdraw _ -> false;
            };
        }
    }

    /// Takes out what is known of the command's order.
    ///
    /// @return null: the order has to be read
    Recent take(PaymentCommand command) {
        var recent = orders.remove(command.orderId());
        return recent != null && recent.serves(command) ? recent : null;
    }

    void keep(String orderId, Recent recent) {
        orders.put(orderId, recent);
    }
}
