package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static dev.holdfast.payment.PaymentFixture.capture;
import static dev.holdfast.payment.PaymentFixture.refund;
import static dev.holdfast.payment.PaymentFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.payment.Outside.Gate;
import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.Captured;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.Asked;
import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.Open;
import dev.holdfast.payment.PaymentCommand.Settle;
import dev.holdfast.payment.PaymentCommand.Yes;
import dev.holdfast.payment.PaymentOutcome.Ask;
import dev.holdfast.payment.PaymentOutcome.No;
import dev.holdfast.payment.PaymentOutcome.Perform;
import dev.holdfast.platform.Event;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.Outbox;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What a lane remembers is never taken for what is.
class RecentOrdersTest {

    private final PaymentFixture fixture = new PaymentFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void what_another_node_captured_is_not_captured_again() {
        var first = fixture.node().payments();
        var second = fixture.node().payments();
        first.authorize(authorize("ord_1", "k1", 500));

        second.capture(capture("ord_1", "c1", 200L));

        assertThat(first.capture(capture("ord_1", "c2", null)))
                .isInstanceOfSatisfying(
                        Captured.class,
                        captured -> assertThat(captured.captured()).isEqualTo(usd(300)));
    }

    @Test
    void what_another_node_undid_is_not_captured() {
        var first = fixture.node().payments();
        var second = fixture.node().payments();
        first.authorize(authorize("ord_1", "k1", 500));

        second.undo("ord_1", "k1", "u1");

        assertThat(first.capture(capture("ord_1", "c1", null)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo("not-authorized"));
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void an_undo_by_another_node_while_the_capture_is_under_way_takes_the_money_back() throws Exception {
        var gate = new Gate("capture");
        var first = fixture.node(new OutsideProvider("bank", fixture.simulated()).before(gate));
        var second = fixture.node(new OutsideProvider("bank", fixture.simulated()));
        first.payments().authorize(authorize("ord_1", "k1", 500));
        var capture = UndoTest.start(() -> first.payments().capture(capture("ord_1", "c1", null)));
        gate.awaitArrival();

        second.payments().undo("ord_1", "k1", "u1");
        gate.letGo();

        assertThat(capture.join()).isInstanceOf(Refused.class);
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void the_capture_key_of_another_order_is_refused_as_such() {
        var node = fixture.node().payments();
        node.authorize(authorize("ord_1", "k1", 500));
        node.authorize(authorize("ord_2", "k2", 500));
        node.capture(capture("ord_1", "c1", null));

        assertThatExceptionOfType(KeyReusedException.class)
                .isThrownBy(() -> node.capture(capture("ord_2", "c1", null)));
        assertThat(node.capture(capture("ord_2", "c2", null))).isInstanceOf(Captured.class);
    }

    @Test
    void a_step_that_was_rolled_back_is_not_remembered_as_done() throws Exception {
        try (var db = fixture.database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            var batch = new PaymentBatch(new Nowhere());
            var ask = (Ask) run(batch, db, new Begin(authorize("ord_1", "k1", 500), "h", "bank"));
            db.commit();
            var yes = new Answer("ord_1", ask.payment().paymentId(), new Yes("ch_1"), null);
            run(batch, db, yes);
            db.rollback();

            assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> run(batch, db, open("c1")))
                    .satisfies(stale -> assertThat(stale.getSQLState()).isEqualTo("40001"));
            db.rollback();
            assertThat(run(batch, db, open("c1"))).as("read this time").isInstanceOf(No.class);
            db.commit();

            assertThat(run(batch, db, yes)).isInstanceOf(PaymentOutcome.Authorized.class);
            assertThat(run(batch, db, open("c1"))).isInstanceOf(Perform.class);
        }
    }

    /// The COMMIT of the first run arrived, its answer did not: the second run finds what the first has written.
    @Test
    void a_batch_that_runs_again_after_its_commit_answers_the_same() throws Exception {
        try (var db = fixture.database.dataSource().getConnection()) {
            db.setAutoCommit(false);
            var batch = new PaymentBatch(new Nowhere());
            var ask = (Ask) run(batch, db, new Begin(authorize("ord_1", "k1", 500), "h", "bank"));
            db.commit();
            var yes = new Answer("ord_1", ask.payment().paymentId(), new Yes("ch_1"), null);
            for (int time = 0; time < 2; time++) {
                assertThat(run(batch, db, yes)).isInstanceOf(PaymentOutcome.Authorized.class);
                db.commit();
            }
            Perform perform = null;
            for (int time = 0; time < 2; time++) {
                perform = (Perform) run(batch, db, open("c1"));
                db.commit();
            }
            var done = new Settle("ord_1", perform.operation().operationId(), new PaymentProvider.Effected("cap_1"));
            for (int time = 0; time < 2; time++) {
                assertThat(run(batch, db, done))
                        .isInstanceOfSatisfying(
                                PaymentOutcome.Settled.class,
                                settled -> assertThat(settled.payment().sums().captured())
                                        .isEqualTo(500));
                db.commit();
            }
        }
    }

    @Test
    void a_payment_that_was_forgotten_is_read() {
        var node = fixture.node().payments();
        for (int i = 0; i < 3; i++) {
            var authorized = (Authorized) node.authorize(authorize("ord_" + i, "k" + i, 500));
            fixture.node().payments().capture(capture("ord_" + i, "c" + i, null));
            assertThat(node.refund(refund(authorized.paymentId(), "r" + i, null)))
                    .isInstanceOf(PaymentApi.Refunded.class);
        }
    }

    private static Open open(String key) {
        return new Open("ord_1", null, OperationKind.CAPTURE, key, "h", null, null, null);
    }

    private static PaymentOutcome run(PaymentBatch batch, Connection db, PaymentCommand command) throws SQLException {
        return batch.run(db, List.of(new Asked(command, null))).getFirst();
    }

    private static final class Nowhere implements Outbox {
        @Override
        public void append(Connection db, List<Event> events) {}

        @Override
        public String source() {
            return "/payment";
        }
    }
}
