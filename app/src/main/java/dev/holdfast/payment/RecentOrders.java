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
import dev.holdfast.platform.Recent;
import java.sql.Connection;

/// What this lane wrote last of orders whose payment is under way ([Recent]). The version that counts is that of
/// the order's first row: whoever opens, answers or takes back anything of the order's money writes it. (Only the
/// count of those who ask for an operation may go on without it, and that is read where it matters.)
///
/// Used by the lane's thread alone.
final class RecentOrders {

    private final Recent<Known> orders = new Recent<>();

    /// An order that has one row and at most one operation.
    ///
    /// @param version of the row
    /// @param operation the only one, or null: there is none
    record Known(Payment payment, long version, Operation operation) {

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
    Known take(Connection db, PaymentCommand command) {
        var known = orders.take(db, command.orderId());
        return known != null && known.serves(command) ? known : null;
    }

    void keep(String orderId, Known known) {
        orders.keep(orderId, known);
    }
}
