package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static dev.holdfast.payment.PaymentFixture.capture;
import static dev.holdfast.payment.PaymentFixture.charge;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.payment.Outside.Gate;
import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.AuthorizeResult;
import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentApi.Undone;
import dev.holdfast.payment.PaymentFixture.Node;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.testing.Reach;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/// The promises of an undo, each by name.
@ParameterizedClass(name = "{0}")
@EnumSource(Reach.class)
class UndoTest {

    private final PaymentFixture fixture;

    UndoTest(Reach reach) {
        fixture = new PaymentFixture(reach);
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void undo_of_an_authorization_sets_the_money_free() {
        var payments = fixture.node().payments();
        var paid = (Authorized) payments.authorize(authorize("ord_1", "k1", 500));

        var undone = payments.undo("ord_1", "k1", "k1:undo");

        assertThat(undone).isEqualTo(new Undone(paid.paymentId(), "voided"));
        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentAuthorized", "2 PaymentVoided");
    }

    @Test
    void undo_of_a_charge_refunds_it() {
        var payments = fixture.node().payments();
        var paid = (Authorized) payments.authorize(charge("ord_1", "k1", 500));

        assertThat(payments.undo("ord_1", "k1", "k1:undo")).isEqualTo(new Undone(paid.paymentId(), "refunded"));
        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentCompleted", "2 PaymentRefunded");
    }

    @Test
    void undo_of_a_part_captured_payment_voids_the_rest_and_refunds_the_part() {
        var payments = fixture.node().payments();
        payments.authorize(authorize("ord_1", "k1", 500));
        payments.capture(capture("ord_1", "c1", 200L));

        payments.undo("ord_1", "k1", "k1:undo");

        assertThat(fixture.status("k1")).isEqualTo("refunded");
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void undo_before_do_refuses_the_do() {
        var payments = fixture.node().payments();

        assertThat(payments.undo("ord_1", "k1", "k1:undo")).isEqualTo(new Undone(null, "voided"));

        assertUndone(payments.authorize(authorize("ord_1", "k1", 500)));
        assertThat(fixture.charges("ord_1")).isZero();
        assertThat(fixture.events("ord_1")).isEmpty();
    }

    @Test
    void undo_refuses_every_later_generation_of_the_step() {
        var payments = fixture.node().payments();
        payments.authorize(authorize("ord_1", "saga:pay", 500, "pm_card_declined"));
        payments.authorize(authorize("ord_1", "saga:pay:2", 500));

        payments.undo("ord_1", "saga:pay", "saga:pay:undo");

        assertThat(fixture.held("ord_1")).isZero();
        assertUndone(payments.authorize(authorize("ord_1", "saga:pay:3", 500)));
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
    }

    @Test
    void undo_twice_and_undo_of_nothing_succeed() {
        var payments = fixture.node().payments();
        payments.authorize(authorize("ord_1", "k1", 500));

        assertThat(payments.undo("ord_1", "k1", "u")).isEqualTo(payments.undo("ord_1", "k1", "u"));
        assertThat(payments.undo("ord_2", "k2", "u")).isEqualTo(payments.undo("ord_2", "k2", "u"));
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentAuthorized", "2 PaymentVoided");
    }

    @Test
    void undo_of_a_declined_payment_keeps_a_repeat_from_asking_again() {
        var payments = fixture.node().payments();
        payments.authorize(authorize("ord_1", "k1", 500, "pm_card_declined"));

        payments.undo("ord_1", "k1", "u");

        assertUndone(payments.authorize(authorize("ord_1", "k1", 500, "pm_card_declined")));
    }

    @Test
    void undo_under_the_key_of_another_order_is_an_error() {
        var payments = fixture.node().payments();
        payments.authorize(authorize("ord_1", "k1", 500));

        assertThatExceptionOfType(KeyReusedException.class).isThrownBy(() -> payments.undo("ord_2", "k1", "u"));
        assertThat(fixture.held("ord_1")).isEqualTo(500);
    }

    @Test
    void an_undone_payment_cannot_be_captured() {
        var payments = fixture.node().payments();
        var paid = (Authorized) payments.authorize(authorize("ord_1", "k1", 500));
        payments.undo("ord_1", "k1", "u");

        assertThat(payments.capture(new PaymentApi.CaptureRequest(paid.paymentId(), null, "c1", null, null)))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo("payment-undone"));
    }

    @Test
    void undo_while_the_providers_answer_is_open_finds_the_charge_and_voids_it() {
        var gate = new Gate("authorize");
        var node = fixture.node(new OutsideProvider("bank", fixture.simulated()).after(gate));
        var paying = start(() -> node.payments().authorize(authorize("ord_1", "k1", 500)));
        gate.awaitArrival();

        node.payments().undo("ord_1", "k1", "u");

        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.status("k1")).isEqualTo("voided");
        gate.letGo();
        assertUndone(paying.join());
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentVoided");
    }

    @Test
    void an_answer_recorded_after_the_undo_is_voided_at_the_provider() {
        var gate = new Gate("authorize");
        var node = fixture.node(new OutsideProvider("bank", fixture.simulated()).before(gate));
        var paying = start(() -> node.payments().authorize(authorize("ord_1", "k1", 500)));
        gate.awaitArrival();

        assertThat(node.payments().undo("ord_1", "k1", "u")).isInstanceOf(Undone.class);

        assertThat(fixture.status("k1")).as("the request may still arrive").isEqualTo("pending");
        gate.letGo();
        assertUndone(paying.join());
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.status("k1")).isEqualTo("voided");
    }

    @Test
    void an_answer_that_arrives_long_after_the_row_was_closed_is_voided_too() {
        var gate = new Gate("authorize");
        var bank = new OutsideProvider("bank", fixture.simulated()).before(gate);
        var node = fixture.node(Duration.ZERO, bank);
        var paying = start(() -> node.payments().authorize(authorize("ord_1", "k1", 500)));
        gate.awaitArrival();
        node.payments().undo("ord_1", "k1", "u");
        assertThat(fixture.status("k1"))
                .as("looked up no later than it was given up, recorded later")
                .isEqualTo("pending");
        node.payments().undo("ord_1", "k1", "u");
        assertThat(fixture.status("k1")).as("no call lasts so long").isEqualTo("voided");

        gate.letGo();

        assertUndone(paying.join());
        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.status("k1")).isEqualTo("voided");
    }

    @Test
    void undo_while_a_captures_answer_is_open_leaves_nothing_taken() {
        var gate = new Gate("capture");
        var node = fixture.node(new OutsideProvider("bank", fixture.simulated()).after(gate));
        node.payments().authorize(authorize("ord_1", "k1", 500));
        var capturing = start(() -> node.payments().capture(capture("ord_1", "c1", 500L)));
        gate.awaitArrival();

        node.payments().undo("ord_1", "k1", "u");

        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.status("k1")).isEqualTo("refunded");
        gate.letGo();
        assertThat(capturing.join())
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo("payment-undone"));
    }

    @Test
    void undo_shuts_the_door_on_a_capture_that_has_not_arrived_yet() {
        var gate = new Gate("capture");
        var node = fixture.node(new OutsideProvider("bank", fixture.simulated()).before(gate));
        node.payments().authorize(authorize("ord_1", "k1", 500));
        var capturing = start(() -> node.payments().capture(capture("ord_1", "c1", 500L)));
        gate.awaitArrival();

        node.payments().undo("ord_1", "k1", "u");

        assertThat(fixture.status("k1")).isEqualTo("voided");
        gate.letGo();
        assertThat(capturing.join()).isInstanceOf(Refused.class);
        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.sql()
                        .sql("SELECT captured FROM sandbox.provider_charges")
                        .query(Long.class)
                        .single())
                .as("the customer was never charged")
                .isZero();
    }

    @Test
    void do_and_undo_racing_on_two_nodes_end_in_undone() {
        var nodes = new Node[] {fixture.node(), fixture.node()};
        for (int round = 0; round < 40; round++) {
            var order = "ord_" + round;
            var key = "k" + round;
            var together = new CyclicBarrier(2);
            var doing = start(() -> {
                together.await();
                return nodes[0].payments().authorize(authorize(order, key, 500));
            });
            var undoing = start(() -> {
                together.await();
                return nodes[1].payments().undo(order, key, key + ":undo");
            });
            doing.join();
            undoing.join();
            assertThat(fixture.held(order)).as(order).isZero();
            assertUndone(nodes[0].payments().authorize(authorize(order, key, 500)));
        }
    }

    @Test
    void an_undo_whose_void_gets_no_answer_is_unclear_and_a_repeat_finishes_it() {
        var bank = new OutsideProvider("bank", fixture.simulated()).after(Outside.unclearOnce("void"));
        var payments = fixture.node(bank).payments();
        payments.authorize(authorize("ord_1", "k1", 500));

        assertThatExceptionOfType(EffectUnclearException.class).isThrownBy(() -> payments.undo("ord_1", "k1", "u"));
        assertThat(payments.undo("ord_1", "k1", "u"))
                .isInstanceOfSatisfying(
                        Undone.class, undone -> assertThat(undone.status()).isEqualTo("voided"));
        assertThat(fixture.sql()
                        .sql("SELECT count(*) FROM sandbox.provider_operations")
                        .query(Long.class)
                        .single())
                .isEqualTo(1);
    }

    @Test
    void an_undo_whose_provider_cannot_be_asked_is_unclear() {
        var bank = new OutsideProvider("bank", fixture.simulated()).after(Outside.unclearOnce("authorize"));
        var payments = fixture.node(bank).payments();
        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> payments.authorize(authorize("ord_1", "k1", 500)));
        bank.before(Outside.down("lookup"));

        assertThatExceptionOfType(EffectUnclearException.class).isThrownBy(() -> payments.undo("ord_1", "k1", "u"));

        bank.before(OutsideProvider.NOTHING);
        payments.undo("ord_1", "k1", "u");
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void a_decline_that_comes_after_the_row_was_closed_is_no_finding() {
        var gate = new Gate("authorize");
        var bank = new OutsideProvider("bank", fixture.simulated()).before(gate);
        var node = fixture.node(Duration.ZERO, bank);
        var paying = start(() -> node.payments().authorize(authorize("ord_1", "k1", 500, "pm_card_declined")));
        gate.awaitArrival();
        node.payments().undo("ord_1", "k1", "u");
        node.payments().undo("ord_1", "k1", "u");
        gate.letGo();
        assertUndone(paying.join());

        var books = new Books(fixture.database.of("payment"), node.providers());

        assertThat(fixture.status("k1")).isEqualTo("voided");
        assertThat(books.checks())
                .allSatisfy(
                        check -> assertThat(check.broken()).as(check.toString()).isZero());
    }

    @Test
    void an_undo_behind_an_authorization_that_came_too_late_leaves_its_tombstone() throws Exception {
        var late = new PaymentCommand.Begin(past(authorize("ord_1", "k1", 500)), "hash", "simulated");

        var outcomes = fixture.batch(late, new PaymentCommand.Undo("ord_1", "k1"));

        assertThat(outcomes.getFirst()).isInstanceOf(PaymentOutcome.No.class);
        assertUndone(fixture.node().payments().authorize(authorize("ord_1", "k1", 500)));
    }

    @Test
    void an_undo_ahead_of_its_authorization_in_one_batch_refuses_it() throws Exception {
        var begin = new PaymentCommand.Begin(authorize("ord_1", "k1", 500), "hash", "simulated");

        var outcomes = fixture.batch(new PaymentCommand.Undo("ord_1", "k1"), begin);

        assertThat(outcomes.getLast())
                .isInstanceOfSatisfying(
                        PaymentOutcome.No.class,
                        no -> assertThat(no.refusal().code()).isEqualTo("payment-undone"));
    }

    @Test
    void the_sweeper_voids_what_an_undo_had_to_leave() throws Exception {
        var bank = new OutsideProvider("bank", fixture.simulated()).before(Outside.down("void"));
        var node = fixture.node(bank);
        node.payments().authorize(authorize("ord_1", "k1", 500));
        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> node.payments().undo("ord_1", "k1", "u"));
        bank.before(OutsideProvider.NOTHING);

        fixture.sweeper(node).sweep();

        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.status("k1")).isEqualTo("voided");
    }

    @Test
    void the_sweeper_voids_what_arrived_at_the_provider_after_a_crash() throws Exception {
        var node = fixture.node();
        var request = authorize("ord_1", "k1", 500);
        node.lane().submit(new PaymentCommand.Begin(request, "hash", "simulated"));
        node.payments().undo("ord_1", "k1", "u");
        node.providers()
                .named("simulated")
                .authorize(new PaymentProvider.Authorization("k1", "ord_1", request.amount(), "pm_card_visa", false));

        fixture.sweeper(node).sweep();

        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.status("k1")).isEqualTo("voided");
    }

    static AuthorizeRequest past(AuthorizeRequest request) {
        return new AuthorizeRequest(
                request.orderId(),
                request.key(),
                request.amount(),
                request.paymentMethodIds(),
                request.capture(),
                Instant.now().minusSeconds(60));
    }

    private static void assertUndone(AuthorizeResult result) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo("payment-undone"));
    }

    static <T> CompletableFuture<T> start(java.util.concurrent.Callable<T> task) {
        var answer = new CompletableFuture<T>();
        Thread.ofVirtual().start(() -> {
            try {
                answer.complete(task.call());
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        return answer;
    }
}
