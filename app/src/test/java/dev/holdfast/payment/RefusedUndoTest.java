package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static dev.holdfast.payment.PaymentFixture.capture;
import static dev.holdfast.payment.PaymentFixture.charge;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.payment.Outside.Gate;
import dev.holdfast.payment.PaymentApi.Refused;
import dev.holdfast.payment.PaymentApi.UndoResult;
import dev.holdfast.payment.PaymentApi.Undone;
import dev.holdfast.testing.Reach;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// Undoing at a provider that says no to giving money back.
@ParameterizedClass(name = "{0}")
@EnumSource(Reach.class)
class RefusedUndoTest {

    private final PaymentFixture fixture;

    RefusedUndoTest(Reach reach) {
        fixture = new PaymentFixture(reach);
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void an_undo_that_the_provider_refuses_is_no_success_and_a_repeat_finishes_it() {
        var bank = new OutsideProvider("bank", fixture.simulated()).refusing("void");
        var payments = fixture.node(bank).payments();
        payments.authorize(authorize("ord_1", "k1", 500));

        assertRefused("void-declined", payments.undo("ord_1", "k1", "u"));
        assertThat(fixture.held("ord_1")).isEqualTo(500);

        bank.refusing("nothing");
        assertThat(payments.undo("ord_1", "k1", "u")).isInstanceOf(Undone.class);
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void an_undo_whose_refund_the_provider_refuses_is_no_success_either() {
        var bank = new OutsideProvider("bank", fixture.simulated()).refusing("refund");
        var payments = fixture.node(bank).payments();
        payments.authorize(charge("ord_1", "k1", 500));

        assertRefused("refund-declined", payments.undo("ord_1", "k1", "u"));
        assertThat(fixture.status("k1")).isEqualTo("completed");
    }

    @Test
    void the_sweeper_asks_a_provider_that_refuses_ever_less_often() throws Exception {
        var bank = new OutsideProvider("bank", fixture.simulated()).refusing("void");
        var node = fixture.node(bank);
        node.payments().authorize(authorize("ord_1", "k1", 500));
        node.payments().undo("ord_1", "k1", "u");
        bank.refusing("nothing");

        fixture.sweeper(node).sweep();

        assertThat(fixture.rows("payment.payment_operations"))
                .as("it was asked just now")
                .hasSize(1);
        fixture.database.execute("UPDATE payment.payment_operations SET completed_at = now() - interval '11 s'");
        fixture.sweeper(node).sweep();
        assertThat(fixture.status("k1")).isEqualTo("voided");
        assertThat(fixture.held("ord_1")).isZero();
    }

    @Test
    void a_refusal_that_only_the_sweeper_hears_is_told_and_counted() throws Exception {
        var bank = new OutsideProvider("bank", fixture.simulated()).refusing("void");
        var node = fixture.node(bank);
        node.payments().authorize(authorize("ord_1", "k1", 500));
        node.lane().submit(new PaymentCommand.Undo("ord_1", "k1"));
        assertThat(refusals("void")).as("announced").isZero();
        var heard = new ListAppender<ILoggingEvent>();
        heard.start();
        var log = (Logger) LoggerFactory.getLogger(ProviderCalls.class);
        log.addAppender(heard);

        try {
            fixture.sweeper(node).sweep();
        } finally {
            log.detachAppender(heard);
        }

        assertThat(heard.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.ERROR);
            assertThat(line.getFormattedMessage())
                    .startsWith("COMPENSATE: bank refused the void of 5.00 USD")
                    .contains("ord_1", "not_now");
        });
        assertThat(refusals("void")).isEqualTo(1);
        assertThat(refusals("refund")).isZero();
    }

    private double refusals(String operation) {
        return fixture.metrics
                .get("holdfast.payment.undo.refused")
                .tags("operation", operation, "provider", "bank")
                .counter()
                .count();
    }

    @Test
    void a_void_that_was_refused_shuts_no_door_on_a_capture_that_has_not_arrived_yet() {
        var gate = new Gate("capture");
        var bank = new OutsideProvider("bank", fixture.simulated()).before(gate).refusing("void");
        var node = fixture.node(bank);
        node.payments().authorize(authorize("ord_1", "k1", 500));
        var capturing = UndoTest.start(() -> node.payments().capture(capture("ord_1", "c1", 500L)));
        gate.awaitArrival();

        assertRefused("void-declined", node.payments().undo("ord_1", "k1", "u"));
        assertRefused("void-declined", node.payments().undo("ord_1", "k1", "u"));

        gate.letGo();
        assertThat(capturing.join()).isInstanceOf(Refused.class);
        assertThat(fixture.held("ord_1"))
                .as("what was captured after all went back")
                .isZero();
    }

    private static void assertRefused(String code, UndoResult result) {
        assertThat(result)
                .isInstanceOfSatisfying(
                        Refused.class, refused -> assertThat(refused.code()).isEqualTo(code));
    }
}
