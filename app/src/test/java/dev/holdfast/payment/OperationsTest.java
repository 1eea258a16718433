package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static dev.holdfast.payment.PaymentFixture.capture;
import static dev.holdfast.payment.PaymentFixture.charge;
import static dev.holdfast.payment.PaymentFixture.refund;
import static dev.holdfast.payment.PaymentFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.CaptureRequest;
import dev.holdfast.payment.PaymentApi.Captured;
import dev.holdfast.payment.PaymentApi.Refunded;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentApi.Undone;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.platform.NoEffectException;
import dev.holdfast.testing.Reach;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// Captures, refunds and voids.
@ParameterizedClass(name = "{0}")
@EnumSource(Reach.class)
class OperationsTest {

    private final PaymentFixture fixture;
    private final PaymentApi payments;

    OperationsTest(Reach reach) {
        fixture = new PaymentFixture(reach);
        payments = fixture.node().payments();
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void the_same_capture_twice_takes_the_money_once() {
        payments.authorize(authorize("ord_1", "k1", 500));

        var first = payments.capture(capture("ord_1", "c1", 200L));
        var again = fixture.node().payments().capture(capture("ord_1", "c1", 200L));

        assertThat(first)
                .isInstanceOfSatisfying(
                        Captured.class,
                        captured -> assertThat(captured.captured()).isEqualTo(usd(200)));
        assertThat(again).isEqualTo(first);
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentAuthorized", "2 PaymentCompleted");
    }

    @Test
    void another_amount_under_the_key_of_a_capture_is_an_error() {
        payments.authorize(authorize("ord_1", "k1", 500));
        payments.authorize(authorize("ord_2", "k2", 500));
        payments.capture(capture("ord_1", "c1", 200L));

        assertThatExceptionOfType(KeyReusedException.class)
                .isThrownBy(() -> payments.capture(capture("ord_1", "c1", 300L)));
        assertThatExceptionOfType(KeyReusedException.class)
                .isThrownBy(() -> payments.capture(capture("ord_2", "c1", 200L)));
    }

    @Test
    void a_capture_of_more_than_is_authorized_is_refused() {
        payments.authorize(authorize("ord_1", "k1", 500));
        payments.capture(capture("ord_1", "c1", 400L));

        assertRefused("amount-too-large", payments.capture(capture("ord_1", "c2", 101L)));
        assertRefused("not-authorized", payments.capture(capture("ord_none", "c3", null)));
        assertThat(payments.capture(capture("ord_1", "c4", null))).isInstanceOf(Captured.class);
        assertRefused("not-authorized", payments.capture(capture("ord_1", "c5", null)));
    }

    @Test
    void a_capture_past_its_deadline_is_refused_and_a_repeat_of_one_in_time_is_not() {
        payments.authorize(authorize("ord_1", "k1", 500));
        var late = Instant.now().minusSeconds(5);

        assertRefused("too-late", payments.capture(new CaptureRequest(null, "ord_1", "c1", null, late)));
        var first = payments.capture(capture("ord_1", "c2", null));
        assertThat(payments.capture(new CaptureRequest(null, "ord_1", "c2", null, late)))
                .isEqualTo(first);
    }

    @Test
    void captures_at_once_on_two_nodes_never_take_more_than_is_authorized() {
        payments.authorize(authorize("ord_1", "k1", 500));
        var nodes = new PaymentApi[] {fixture.node().payments(), fixture.node().payments()};
        var together = new CyclicBarrier(20);

        var answers = IntStream.range(0, 20)
                .mapToObj(i -> UndoTest.start(() -> {
                    together.await();
                    return nodes[i % 2].capture(capture("ord_1", "c" + i, 100L));
                }))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(answers.stream().filter(Captured.class::isInstance)).hasSize(5);
        assertThat(providerSum("captured")).isEqualTo(500);
    }

    @Test
    void refunds_at_once_never_give_back_more_than_was_captured() {
        var paid = (Authorized) payments.authorize(charge("ord_1", "k1", 500));
        var other = fixture.node().payments();
        var together = new CyclicBarrier(20);

        var answers = IntStream.range(0, 20)
                .mapToObj(i -> UndoTest.start(() -> {
                    together.await();
                    return (i % 2 == 0 ? payments : other).refund(refund(paid.paymentId(), "r" + i, 100L));
                }))
                .toList()
                .stream()
                .map(CompletableFuture::join)
                .toList();

        assertThat(answers.stream().filter(Refunded.class::isInstance)).hasSize(5);
        assertThat(providerSum("refunded")).isEqualTo(500);
        assertThat(fixture.status("k1")).isEqualTo("refunded");
    }

    @Test
    void the_same_refund_twice_gives_back_once() {
        var paid = (Authorized) payments.authorize(charge("ord_1", "k1", 500));

        var first = payments.refund(refund(paid.paymentId(), "r1", 100L));

        assertThat(payments.refund(refund(paid.paymentId(), "r1", 100L))).isEqualTo(first);
        assertThat(providerSum("refunded")).isEqualTo(100);
        assertRefused("amount-too-large", payments.refund(refund(paid.paymentId(), "r2", 401L)));
        assertRefused("not-found", payments.refund(refund("pay_none", "r3", null)));
    }

    @Test
    void a_void_is_the_end_of_an_authorization() {
        var paid = (Authorized) payments.authorize(authorize("ord_1", "k1", 500));

        var first = payments.cancel(paid.paymentId(), "v1");

        assertThat(first).isEqualTo(new Undone(paid.paymentId(), "voided"));
        assertThat(payments.cancel(paid.paymentId(), "v1")).isEqualTo(first);
        assertThat(payments.cancel(paid.paymentId(), "v2")).isEqualTo(first);
        assertRefused("not-authorized", payments.capture(capture("ord_1", "c1", null)));
        assertRefused("payment-undone", payments.authorize(authorize("ord_1", "k1", 500)));
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void a_void_of_captured_money_is_refused() {
        var paid = (Authorized) payments.authorize(charge("ord_1", "k1", 500));

        assertRefused("already-captured", payments.cancel(paid.paymentId(), "v1"));
    }

    @Test
    void a_void_takes_back_an_authorization_whose_answer_is_open() {
        var gate = new Outside.Gate("authorize");
        var node = fixture.node(new OutsideProvider("bank", fixture.simulated()).after(gate));
        var paying = UndoTest.start(() -> node.payments().authorize(authorize("ord_1", "k1", 500)));
        gate.awaitArrival();
        var id = fixture.sql()
                .sql("SELECT payment_id FROM payment.payments")
                .query(String.class)
                .single();

        assertThat(node.payments().cancel(id, "v1")).isEqualTo(new Undone(id, "voided"));

        gate.letGo();
        assertRefused("payment-undone", paying.join());
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void a_lost_reply_is_unclear_and_the_repeat_finds_what_was_done() {
        var bank = new OutsideProvider("bank", fixture.simulated()).after(Outside.unclearOnce("capture"));
        var node = fixture.node(bank).payments();
        node.authorize(authorize("ord_1", "k1", 500));

        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> node.capture(capture("ord_1", "c1", 300L)));
        assertThat(node.capture(capture("ord_1", "c1", 300L))).isInstanceOf(Captured.class);
        assertThat(providerSum("captured")).isEqualTo(300);
    }

    @Test
    void a_capture_that_surely_did_not_arrive_leaves_nothing_behind_that_could_take_money_later() {
        var bank = new OutsideProvider("bank", fixture.simulated()).before(Outside.down("capture"));
        var node = fixture.node(bank).payments();
        node.authorize(authorize("ord_1", "k1", 500));

        assertThatExceptionOfType(NoEffectException.class).isThrownBy(() -> node.capture(capture("ord_1", "c1", null)));

        assertThat(fixture.rows("payment.payment_operations")).isEmpty();
        bank.before(OutsideProvider.NOTHING);
        assertThat(node.capture(capture("ord_1", "c1", null))).isInstanceOf(Captured.class);
    }

    @Test
    void a_capture_that_may_have_arrived_before_stays_open_when_a_repeat_is_refused_at_the_door() {
        var bank = new OutsideProvider("bank", fixture.simulated()).after(Outside.unclearOnce("capture"));
        var node = fixture.node(bank).payments();
        node.authorize(authorize("ord_1", "k1", 500));
        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> node.capture(capture("ord_1", "c1", null)));
        bank.before(Outside.down("capture"));

        assertThatExceptionOfType(EffectUnclearException.class)
                .as("refused at the door says nothing about the call before")
                .isThrownBy(() -> node.capture(capture("ord_1", "c1", null)));
        assertThat(fixture.rows("payment.payment_operations")).hasSize(1);
    }

    @Test
    void an_amount_of_nothing_or_less_is_a_mistake_of_the_caller() {
        payments.authorize(authorize("ord_1", "k1", 500));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> payments.capture(capture("ord_1", "c1", 0L)))
                .withMessageContaining("0.00 USD");
        assertThatIllegalArgumentException().isThrownBy(() -> payments.refund(refund("pay_1", "r1", -1L)));
    }

    private long providerSum(String column) {
        return fixture.sql()
                .sql("SELECT coalesce(sum(" + column + "), 0) * 100 FROM sandbox.provider_charges")
                .query(Long.class)
                .single();
    }

    private static void assertRefused(String code, Object result) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
    }
}
