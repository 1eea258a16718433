package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static dev.holdfast.payment.PaymentFixture.capture;
import static dev.holdfast.payment.PaymentFixture.charge;
import static dev.holdfast.payment.PaymentFixture.refund;
import static dev.holdfast.payment.PaymentFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.Declined;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.platform.KeyReusedException;
import dev.holdfast.testing.Reach;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "{0}")
@EnumSource(Reach.class)
class AuthorizeTest {

    private final PaymentFixture fixture;
    private final PaymentApi payments;

    AuthorizeTest(Reach reach) {
        fixture = new PaymentFixture(reach);
        payments = fixture.node().payments();
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void an_authorization_sets_money_aside_and_takes_none() {
        var answer = payments.authorize(authorize("ord_1", "k1", 19998));

        assertThat(answer).isInstanceOfSatisfying(Authorized.class, authorized -> {
            assertThat(authorized.status()).isEqualTo("authorized");
            assertThat(authorized.provider()).isEqualTo("simulated");
            var view = payments.find(authorized.paymentId()).orElseThrow();
            assertThat(view.amount()).isEqualTo(usd(19998));
            assertThat(view.captured()).isEqualTo(usd(0));
        });
        assertThat(fixture.held("ord_1")).isEqualTo(19998);
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentAuthorized");
    }

    @Test
    void a_charge_takes_the_money_in_one_call() {
        var answer = (Authorized) payments.authorize(charge("ord_1", "k1", 19998));

        assertThat(answer.status()).isEqualTo("completed");
        assertThat(payments.find(answer.paymentId()).orElseThrow().captured()).isEqualTo(usd(19998));
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentCompleted");
    }

    @Test
    void the_same_key_twice_is_one_charge_and_the_same_answer() {
        var first = payments.authorize(authorize("ord_1", "k1", 500));
        var again = fixture.node().payments().authorize(authorize("ord_1", "k1", 500));

        assertThat(again).isEqualTo(first);
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
    }

    @Test
    void a_decline_is_answered_the_same_again() {
        var first = payments.authorize(authorize("ord_1", "k1", 500, "pm_card_declined"));
        var again = payments.authorize(authorize("ord_1", "k1", 500, "pm_card_declined"));

        assertThat(first)
                .isInstanceOfSatisfying(
                        Declined.class,
                        declined -> assertThat(declined.declineCode()).isEqualTo("card_declined"));
        assertThat(again).isEqualTo(first);
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentFailed");
    }

    @Test
    void another_request_under_the_key_is_an_error() {
        payments.authorize(authorize("ord_1", "k1", 500));

        assertThatExceptionOfType(KeyReusedException.class)
                .isThrownBy(() -> payments.authorize(authorize("ord_1", "k1", 501)));
    }

    @Test
    void the_key_of_another_order_is_refused_and_that_orders_payment_left_alone() {
        var first = payments.authorize(authorize("ord_1", "k1", 500));

        for (int i = 0; i < 2; i++) {
            assertThat(payments.authorize(authorize("ord_2", "k1", 500)))
                    .isInstanceOfSatisfying(
                            Refused.class, refused -> assertThat(refused.code()).isEqualTo("key-of-another-order"));
        }
        assertThat(fixture.charges("ord_2")).isZero();
        assertThat(payments.authorize(authorize("ord_1", "k1", 500))).isEqualTo(first);
    }

    @Test
    void the_next_method_is_asked_after_a_definite_no_and_has_a_row_of_its_own() {
        var answer = payments.authorize(
                authorize("ord_1", "k1", 500, "pm_card_declined", "pm_card_insufficient_funds", "pm_card_visa"));

        assertThat(answer).isInstanceOf(Authorized.class);
        assertThat(fixture.status("k1")).isEqualTo("failed");
        assertThat(fixture.status("k1:2")).isEqualTo("failed");
        assertThat(fixture.status("k1:3")).isEqualTo("authorized");
        assertThat(fixture.held("ord_1")).isEqualTo(500);
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentAuthorized");
    }

    @Test
    void the_last_methods_code_is_the_answer_when_all_are_declined() {
        var answer =
                payments.authorize(authorize("ord_1", "k1", 500, "pm_card_declined", "pm_card_insufficient_funds"));

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Declined.class,
                        declined -> assertThat(declined.declineCode()).isEqualTo("insufficient_funds"));
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentFailed");
    }

    @Test
    void the_second_generation_of_a_step_never_meets_the_second_method_of_the_first() {
        payments.authorize(authorize("ord_1", "saga:pay", 500, "pm_card_declined", "tok_declined"));

        var answer = payments.authorize(authorize("ord_1", "saga:pay:2", 500, "pm_card_visa"));

        assertThat(answer).isInstanceOf(Authorized.class);
        assertThat(fixture.status("saga:pay:2")).isEqualTo("failed");
        assertThat(fixture.status("saga:pay:2:1")).isEqualTo("authorized");
    }

    @Test
    void an_order_is_not_paid_twice_under_two_keys() {
        payments.authorize(authorize("ord_1", "k1", 500));

        var second = payments.authorize(authorize("ord_1", "k2", 500));

        assertThat(second)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo("order-already-paid"));
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
    }

    @Test
    void what_arrives_too_late_is_refused_and_leaves_no_trace() {
        var late = new AuthorizeRequest(
                "ord_1",
                "k1",
                usd(500),
                List.of("pm_card_visa"),
                false,
                Instant.now().minusSeconds(60));

        assertThat(payments.authorize(late))
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo("too-late"));
        assertThat(fixture.rows("payment.payments")).isEmpty();
        assertThat(fixture.charges("ord_1")).isZero();
    }

    @Test
    void a_repeat_after_the_deadline_still_gets_the_answer_of_the_first() {
        var soon = new AuthorizeRequest(
                "ord_1",
                "k1",
                usd(500),
                List.of("pm_card_visa"),
                false,
                Instant.now().plusSeconds(60));
        var first = payments.authorize(soon);
        var late = new AuthorizeRequest(
                "ord_1",
                "k1",
                usd(500),
                List.of("pm_card_visa"),
                false,
                Instant.now().minusSeconds(60));

        assertThat(payments.authorize(late)).isEqualTo(first);
    }

    @Test
    void a_payment_goes_through_capture_and_refund() {
        var paid = (Authorized) payments.authorize(authorize("ord_1", "k1", 500));
        payments.capture(capture("ord_1", "c1", 300L));
        payments.capture(capture("ord_1", "c2", null));
        payments.refund(refund(paid.paymentId(), "r1", 100L));
        payments.refund(refund(paid.paymentId(), "r2", null));

        var view = payments.find(paid.paymentId()).orElseThrow();
        assertThat(view.status()).isEqualTo("refunded");
        assertThat(view.captured()).isEqualTo(usd(500));
        assertThat(view.refunded()).isEqualTo(usd(500));
        assertThat(fixture.held("ord_1")).isZero();
        assertThat(fixture.events("ord_1"))
                .containsExactly(
                        "1 PaymentAuthorized",
                        "2 PaymentCompleted",
                        "3 PaymentCompleted",
                        "4 PaymentRefunded",
                        "5 PaymentRefunded");
    }
}
