package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.payment.Outside.Gate;
import dev.holdfast.payment.PaymentApi.AuthorizeRequest;
import dev.holdfast.payment.PaymentApi.Authorized;
import dev.holdfast.payment.PaymentApi.Declined;
import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.Open;
import dev.holdfast.payment.PaymentFixture.Node;
import dev.holdfast.payment.PaymentOutcome.Ask;
import dev.holdfast.payment.PaymentOutcome.Perform;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.IdempotencyKey;
import dev.holdfast.platform.Money;
import dev.holdfast.platform.NoEffectException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What becomes of a payment whose caller died on the way, and of one whose provider is away.
class CrashAndFailoverTest {

    private final PaymentFixture fixture = new PaymentFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void a_crash_after_the_intent_is_taken_up_by_the_repeat() {
        var node = fixture.node();
        intend(node, authorize("ord_1", "k1", 500));

        assertThat(node.payments().authorize(authorize("ord_1", "k1", 500))).isInstanceOf(Authorized.class);
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
    }

    @Test
    void a_crash_between_the_providers_answer_and_its_record_is_one_charge() {
        var node = fixture.node();
        intend(node, authorize("ord_1", "k1", 500));
        reach(node, "k1", "ord_1", 500);

        var repeated = fixture.node().payments().authorize(authorize("ord_1", "k1", 500));

        assertThat(repeated).isInstanceOf(Authorized.class);
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
        assertThat(fixture.held("ord_1")).isEqualTo(500);
    }

    @Test
    void the_sweeper_records_the_answer_nobody_came_back_for() throws Exception {
        var node = fixture.node();
        intend(node, authorize("ord_1", "k1", 500));
        reach(node, "k1", "ord_1", 500);

        fixture.sweeper(node).sweep();

        assertThat(fixture.status("k1")).isEqualTo("authorized");
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentAuthorized");
    }

    @Test
    void the_sweeper_never_asks_for_money_nobody_waits_for() throws Exception {
        var node = fixture.node();
        intend(node, authorize("ord_1", "k1", 500));

        fixture.sweeper(node).sweep();

        assertThat(fixture.charges("ord_1")).isZero();
        assertThat(fixture.status("k1")).isEqualTo("pending");
    }

    @Test
    void the_sweeper_finishes_a_capture_whose_caller_died() throws Exception {
        var node = fixture.node();
        node.payments().authorize(authorize("ord_1", "k1", 500));
        var open = node.lane().submit(new Open("ord_1", null, OperationKind.CAPTURE, "c1", "hash", null, null, null));
        assertThat(open).isInstanceOf(Perform.class);

        fixture.sweeper(node).sweep();

        assertThat(fixture.status("k1")).isEqualTo("completed");
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentAuthorized", "2 PaymentCompleted");
    }

    @Test
    void two_callers_under_one_key_at_once_get_one_charge_and_one_answer() {
        var gate = new Gate("authorize");
        var bank = new OutsideProvider("bank", fixture.simulated()).before(gate);
        var node = fixture.node(bank);
        var first = UndoTest.start(() -> node.payments().authorize(authorize("ord_1", "k1", 500)));
        gate.awaitArrival();
        bank.before(OutsideProvider.NOTHING);

        var second = node.payments().authorize(authorize("ord_1", "k1", 500));

        gate.letGo();
        assertThat(first.join()).isEqualTo(second).isInstanceOf(Authorized.class);
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentAuthorized");
    }

    @Test
    void a_lost_reply_is_unclear_and_the_repeat_finds_the_charge() {
        var bank = new OutsideProvider("bank", fixture.simulated()).after(Outside.unclearOnce("authorize"));
        var payments = fixture.node(bank).payments();

        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> payments.authorize(authorize("ord_1", "k1", 500, "pm_visa", "pm_other")));
        assertThat(payments.authorize(authorize("ord_1", "k1", 500, "pm_visa", "pm_other")))
                .isInstanceOf(Authorized.class);
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
        assertThat(fixture.rows("payment.payments"))
                .as("no other method was asked")
                .hasSize(1);
    }

    @Test
    void the_next_provider_is_asked_when_the_first_surely_did_nothing() {
        var away = new OutsideProvider("away", fixture.simulated()).before(Outside.down("authorize"));
        var there = new OutsideProvider("there", fixture.simulated());

        var answer = fixture.node(away, there).payments().authorize(authorize("ord_1", "k1", 500));

        assertThat(answer)
                .isInstanceOfSatisfying(
                        Authorized.class, paid -> assertThat(paid.provider()).isEqualTo("there"));
        assertThat(fixture.status("k1")).isEqualTo("failed");
        assertThat(fixture.status("k1:2")).isEqualTo("authorized");
    }

    @Test
    void no_other_provider_is_asked_while_the_first_ones_answer_is_unclear() {
        var first = new OutsideProvider("first", fixture.simulated()).after(Outside.unclearOnce("authorize"));
        var payments = fixture.node(first, new OutsideProvider("second", fixture.simulated()))
                .payments();
        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> payments.authorize(authorize("ord_1", "k1", 500)));
        first.before(Outside.down("authorize"));

        assertThatExceptionOfType(EffectUnclearException.class)
                .as("the call before may have arrived, so this one proves nothing")
                .isThrownBy(() -> payments.authorize(authorize("ord_1", "k1", 500)));
        assertThat(fixture.charges("ord_1")).isEqualTo(1);

        first.before(OutsideProvider.NOTHING);
        assertThat(payments.authorize(authorize("ord_1", "k1", 500)))
                .isInstanceOfSatisfying(
                        Authorized.class, paid -> assertThat(paid.provider()).isEqualTo("first"));
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
    }

    @Test
    void with_every_provider_away_nothing_happened_and_a_repeat_may_come() {
        var away = new OutsideProvider("away", fixture.simulated()).before(Outside.down("authorize"));
        var payments = fixture.node(away).payments();

        assertThatExceptionOfType(NoEffectException.class)
                .isThrownBy(() -> payments.authorize(authorize("ord_1", "k1", 500)));
        assertThat(new Books(fixture.database.of("payment"), new Providers(List.of(away))).open())
                .as("nobody has to find out anything")
                .isZero();
        assertThat(fixture.events("ord_1")).isEmpty();
        away.before(OutsideProvider.NOTHING);

        assertThat(payments.authorize(authorize("ord_1", "k1", 500))).isInstanceOf(Authorized.class);
    }

    @Test
    void an_order_whose_provider_was_away_can_be_paid_under_another_key_and_then_only_there() {
        var bank = new OutsideProvider("bank", fixture.simulated()).before(Outside.down("authorize"));
        var payments = fixture.node(bank).payments();
        assertThatExceptionOfType(NoEffectException.class)
                .isThrownBy(() -> payments.authorize(authorize("ord_1", "k1", 500)));
        bank.before(OutsideProvider.NOTHING);

        assertThat(payments.authorize(authorize("ord_1", "k2", 500))).isInstanceOf(Authorized.class);

        assertRefused("order-already-paid", payments.authorize(authorize("ord_1", "k1", 500)));
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
    }

    @Test
    void a_repeat_past_its_deadline_asks_no_provider_that_was_not_reached_before() {
        var bank = new OutsideProvider("bank", fixture.simulated()).before(Outside.down("authorize"));
        var payments = fixture.node(bank).payments();
        assertThatExceptionOfType(NoEffectException.class)
                .isThrownBy(() -> payments.authorize(authorize("ord_1", "k1", 500)));
        bank.before(OutsideProvider.NOTHING);

        assertRefused("too-late", payments.authorize(UndoTest.past(authorize("ord_1", "k1", 500))));
        assertThat(fixture.charges("ord_1")).isZero();
    }

    @Test
    void the_next_method_is_not_asked_once_another_key_has_paid_the_order() throws Exception {
        var node = fixture.node();
        var request = authorize("ord_1", "k1", 500, "pm_card_declined", "pm_card_visa");
        intend(node, request);
        node.providers()
                .all()
                .getFirst()
                .authorize(new PaymentProvider.Authorization(
                        "k1", "ord_1", PaymentFixture.usd(500), "pm_card_declined", false));
        fixture.sweeper(node).sweep();
        assertThat(node.payments().authorize(authorize("ord_1", "k2", 500))).isInstanceOf(Authorized.class);

        assertRefused("order-already-paid", node.payments().authorize(request));
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
    }

    @Test
    void a_key_that_the_provider_may_forget_under_way_is_looked_up_and_its_silence_is_not_final() {
        var bank = new OutsideProvider("bank", fixture.simulated());
        var node = fixture.node(bank);
        node.payments().authorize(authorize("ord_1", "k1", 500));
        bank.before(Outside.unclearOnce("capture"));
        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> node.payments().capture(PaymentFixture.capture("ord_1", "c1", null)));
        intend(node, authorize("ord_2", "k2", 500));
        bank.remembering(PaymentFixture.IN_FLIGHT.dividedBy(2))
                .before((call, _) -> assertThat(call).isEqualTo("lookup"));

        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> node.payments().authorize(authorize("ord_2", "k2", 500)));
        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> node.payments().capture(PaymentFixture.capture("ord_1", "c1", null)));

        assertThat(fixture.status("k2")).isEqualTo("pending");
        assertThat(fixture.rows("payment.payment_operations"))
                .singleElement()
                .satisfies(row -> assertThat(row.get("status")).isEqualTo("pending"));
    }

    @Test
    void an_intent_taken_back_twice_is_taken_back() {
        var node = fixture.node();
        node.payments().authorize(authorize("ord_1", "k1", 500));
        var open = (Perform)
                node.lane().submit(new Open("ord_1", null, OperationKind.CAPTURE, "c1", "hash", null, null, null));
        var withdraw = new PaymentCommand.Withdraw("ord_1", open.operation().operationId());

        assertThat(node.lane().submit(withdraw)).isEqualTo(new PaymentOutcome.Withdrawn());
        assertThat(node.lane().submit(withdraw))
                .as("its COMMIT was lost and it is run again")
                .isEqualTo(new PaymentOutcome.Withdrawn());
    }

    @Test
    void one_that_comes_too_late_does_not_hide_the_one_behind_it() throws Exception {
        var late = new Begin(UndoTest.past(authorize("ord_1", "k1", 500)), "hash", "simulated");
        var inTime = new Begin(authorize("ord_1", "k2", 500), "hash", "simulated");

        var outcomes = fixture.batch(late, inTime);

        assertThat(outcomes.getFirst()).isInstanceOf(PaymentOutcome.No.class);
        assertThat(outcomes.getLast())
                .isInstanceOfSatisfying(
                        Ask.class, ask -> assertThat(ask.payment().createdAt()).isNotNull());
    }

    @Test
    void a_key_older_than_the_providers_memory_is_looked_up_and_never_repeated() {
        var bank = new OutsideProvider("bank", fixture.simulated());
        var node = fixture.node(bank);
        intend(node, authorize("ord_1", "k1", 500));
        reach(node, "k1", "ord_1", 500);
        intend(node, authorize("ord_2", "k2", 500));
        bank.remembering(Duration.ZERO).before((call, _) -> assertThat(call).isEqualTo("lookup"));

        assertThat(node.payments().authorize(authorize("ord_1", "k1", 500))).isInstanceOf(Authorized.class);
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
    }

    @Test
    void a_request_that_never_arrived_and_never_will_is_a_no() throws Exception {
        var bank = new OutsideProvider("bank", fixture.simulated()).remembering(Duration.ZERO);
        var node = fixture.node(bank);
        intend(node, authorize("ord_1", "k1", 500));

        fixture.sweeper(node).sweep();

        assertThat(fixture.status("k1")).isEqualTo("failed");
        assertThat(node.payments().authorize(authorize("ord_1", "k1", 500))).isInstanceOf(Declined.class);
        assertThat(fixture.events("ord_1")).containsExactly("1 PaymentFailed");
    }

    private static void assertRefused(String code, PaymentApi.AuthorizeResult result) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        PaymentApi.Refused.class,
                        refused -> assertThat(refused.code()).isEqualTo(code));
    }

    /// The first half of an authorize: the intent is on record, and the process dies.
    private static void intend(Node node, AuthorizeRequest request) {
        var terms = new Terms(request.orderId(), request.amount(), request.paymentMethodIds(), request.capture());
        var outcome = node.lane()
                .submit(new Begin(
                        request, IdempotencyKey.digest(terms), node.providers().first()));
        assertThat(outcome).isInstanceOf(Ask.class);
    }

    private record Terms(String orderId, Money amount, List<String> paymentMethodIds, boolean capture) {}

    /// The second: the provider did its part, and the process dies.
    private static void reach(Node node, String key, String orderId, long cents) {
        node.providers()
                .all()
                .getFirst()
                .authorize(new PaymentProvider.Authorization(
                        key, orderId, PaymentFixture.usd(cents), "pm_card_visa", false));
    }
}
