package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static dev.holdfast.payment.PaymentFixture.capture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.payment.Outside.Gate;
import dev.holdfast.payment.PaymentApi.Undone;
import dev.holdfast.platform.EffectUnclearException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// An undo and a sweeper at work on the same payment: whoever has less luck takes up what the other left.
class SharedUndoTest {

    private final PaymentFixture fixture = new PaymentFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    /// The undo's void is refused at the door after the sweeper's, under the same key, went through: the door is
    /// shut, and the capture behind it is still to be looked up and refunded.
    @Test
    void an_undo_whose_step_somebody_else_finished_goes_on_behind_it() throws Exception {
        var gate = new Gate("void");
        var bank = new OutsideProvider("bank", fixture.simulated()).after(Outside.unclearOnce("capture"));
        var undoing = fixture.node(bank);
        leaveCaptureOpen(undoing.payments());
        bank.before((call, key) -> {
            gate.to(call, key);
            Outside.down("void").to(call, key);
        });
        var undo = UndoTest.start(() -> undoing.payments().undo("ord_1", "k1", "u"));
        gate.awaitArrival();
        var sweeping = fixture.node(new OutsideProvider("bank", fixture.simulated()).before(Outside.down("lookup")));
        fixture.sweeper(sweeping).sweep();
        assertThat(fixture.rows("payment.payment_operations"))
                .extracting(row -> row.get("kind") + " " + row.get("status"))
                .as("the sweeper shut the door and could not look behind it")
                .containsExactlyInAnyOrder("capture pending", "void done");
        assertThat(fixture.held("ord_1")).isEqualTo(500);

        gate.letGo();

        assertThat(undo.join())
                .isInstanceOfSatisfying(
                        Undone.class, undone -> assertThat(undone.status()).isEqualTo("refunded"));
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void an_undo_that_knows_of_money_still_there_is_unclear() {
        var draft = OrderAccount.draft(
                "ord_1",
                new Payment.Attempt("k1", "k1", 1, 1, 1, "pm_card_visa", "bank"),
                "hash",
                PaymentFixture.usd(500),
                false);
        var authorized = draft.approved("ch_1", Instant.EPOCH);
        var voided = authorized.reserve(OperationKind.VOID, 500).settle(OperationKind.VOID, 500, Instant.EPOCH);

        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> PaymentService.undone(new ProviderCalls.Made(authorized, null)));
        assertThat(List.of(
                        PaymentService.undone(new ProviderCalls.Made(draft, null)),
                        PaymentService.undone(new ProviderCalls.Made(voided, null)),
                        PaymentService.undone(new ProviderCalls.Made(null, null))))
                .containsExactly(
                        new Undone(draft.paymentId(), "pending"),
                        new Undone(draft.paymentId(), "voided"),
                        new Undone(null, "voided"));
    }

    private static void leaveCaptureOpen(PaymentApi payments) {
        payments.authorize(authorize("ord_1", "k1", 500));
        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> payments.capture(capture("ord_1", "c1", null)));
    }
}
