package dev.holdfast.bench.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A shop whose tables were changed by hand does not pass for one that kept its word.
class InquestTest {

    private static final int MOST_ERRANDS = 40;

    private static Grounds grounds;
    private static Told completed;
    private static Ledger.DirectPayment refunded;

    @BeforeAll
    static void open() throws Exception {
        grounds = Grounds.fresh();
        grounds.shop().start();
        var random = new Random(1);
        grounds.shelf().fill(grounds.door(), 1, random);
        var customer = new Customer(grounds.door(), grounds.ledger(), grounds.shelf(), "customer", random);
        for (int errand = 1; errand <= MOST_ERRANDS && (completed == null || refunded == null); errand++) {
            customer.once("once-" + errand);
            customer.pay("pay-" + errand);
            completed = first(grounds.ledger().checkouts(), Told::completed);
            refunded = first(grounds.ledger().payments(), payment -> payment.refundedCents() > 0);
        }
        assertThat(completed).as(grounds.ledger().checkouts()::toString).isNotNull();
        assertThat(refunded).as(grounds.ledger().payments()::toString).isNotNull();
        assertThat(AuditAnswer.ask(grounds.shop().address()).findings()).isEmpty();
        assertThat(new Inquest(grounds).findings(grounds.ledger().checkouts())).isEmpty();
    }

    private static <T> T first(List<T> all, Predicate<T> wanted) {
        return all.stream().filter(wanted).findFirst().orElse(null);
    }

    @AfterAll
    static void close() throws Exception {
        grounds.close();
        grounds.shop().remove();
    }

    @Test
    void an_order_that_is_gone_is_found() throws Exception {
        var order = "UPDATE orders.orders SET order_id = '%s' WHERE order_id = '%s'";
        assertFound(
                order.formatted("other", completed.orderId()),
                order.formatted(completed.orderId(), "other"),
                Rule.ORDER,
                Rule.UNASKED,
                Rule.MONEY);
    }

    @Test
    void an_outcome_that_is_another_now_is_found() throws Exception {
        var saga = "UPDATE saga.saga_runs SET status = '%s' WHERE saga_id = '" + completed.sagaId() + "'";
        assertFound(saga.formatted("FAILED"), saga.formatted("COMPLETED"), Rule.OUTCOME);
    }

    @Test
    void a_checkout_whose_saga_is_gone_is_found() throws Exception {
        var saga = "UPDATE saga.saga_runs SET saga_id = '%s' WHERE saga_id = '%s'";
        assertFound(
                saga.formatted("other", completed.sagaId()),
                saga.formatted(completed.sagaId(), "other"),
                Rule.SAGA,
                Rule.UNASKED);
    }

    @Test
    void a_cent_that_was_not_taken_is_found() throws Exception {
        var payment = "UPDATE payment.payments SET captured = captured %s 0.01 WHERE order_id = '" + completed.orderId()
                + "' AND status = 'completed'";
        assertFound(payment.formatted("-"), payment.formatted("+"), Rule.MONEY);
    }

    @Test
    void money_that_nobody_asked_for_is_found() throws Exception {
        var payment = "UPDATE payment.payments SET order_id = '%s' WHERE order_id = '%s' AND status = 'completed'";
        assertFound(
                payment.formatted("other", completed.orderId()),
                payment.formatted(completed.orderId(), "other"),
                Rule.MONEY,
                Rule.UNASKED);
    }

    @Test
    void a_payment_that_stands_otherwise_than_it_was_told_is_found() throws Exception {
        var payment = "UPDATE payment.payments SET status = '%s' WHERE payment_id = '" + refunded.paymentId() + "'";
        assertFound(payment.formatted("completed"), payment.formatted("refunded"), Rule.DIRECT);
    }

    @Test
    void a_piece_too_many_on_the_shelf_is_found() throws Exception {
        var stock = "UPDATE inventory.inventory SET available = available %s 1 WHERE product_id = 'usual-3'";
        assertFound(stock.formatted("+"), stock.formatted("-"), Rule.STOCK);
    }

    @Test
    void a_refund_that_is_gone_is_found() throws Exception {
        var payment = "UPDATE payment.payments SET refunded = %s WHERE payment_id = '" + refunded.paymentId() + "'";
        assertFound(payment.formatted("0"), payment.formatted("captured"), Rule.DIRECT);
    }

    private static void assertFound(String change, String back, Rule... rules) throws Exception {
        var before = grounds.ledger().findings().size();
        run(change);
        var found = new Inquest(grounds).findings(List.of());
        run(back);
        assertThat(found.subList(before, found.size()))
                .extracting(Finding::invariant)
                .contains(List.of(rules).stream().map(Rule::words).toArray(String[]::new));
        var after = found.size();
        assertThat(new Inquest(grounds).findings(List.of())).hasSize(after);
    }

    private static void run(String change) throws Exception {
        try (var db = grounds.shop().postgres().connect();
                var statement = db.createStatement()) {
            assertThat(statement.executeUpdate(change)).isEqualTo(1);
        }
    }
}
