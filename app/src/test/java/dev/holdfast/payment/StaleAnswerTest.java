package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.Begin;
import dev.holdfast.payment.PaymentCommand.GoOn;
import dev.holdfast.payment.PaymentOutcome.Ask;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Answers that are recorded when the world has moved on.
class StaleAnswerTest {

    private final PaymentFixture fixture = new PaymentFixture();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void silence_is_judged_by_when_the_provider_was_asked_and_not_by_when_it_is_recorded() throws Exception {
        var ask = begin();
        fixture.database.execute("UPDATE payment.payments SET created_at = created_at - interval '1 d'");
        var yesterday = ask.payment().createdAt().minus(Duration.ofDays(1));

        fixture.batch(silence(ask, yesterday.plusSeconds(30)));
        assertThat(fixture.status("k1")).as("a call was still under way").isEqualTo("pending");

        fixture.batch(silence(ask, yesterday.plusSeconds(90)));
        assertThat(fixture.status("k1")).isEqualTo("failed");
    }

    @Test
    void an_answer_recorded_once_more_does_not_close_the_attempt_that_was_taken_up_since() throws Exception {
        var before = unreached(begin(), null);
        assertThat(fixture.batch(before)).containsExactly(new PaymentOutcome.Withdrawn());
        var after = unreached(begin(), "second");

        assertStillOpen(before, "its COMMIT was lost and it is run again");
        assertStillOpen(unreached(begin(), "second"), "who comes second is not alone");
        assertStillOpen(after, "somebody came since");
    }

    @Test
    void an_attempt_taken_up_again_and_again_may_fail_over_when_its_one_caller_reached_nobody() throws Exception {
        fixture.batch(unreached(begin(), null));
        fixture.batch(unreached(begin(), null));

        var outcomes = fixture.batch(unreached(begin(), "second"));

        assertThat(outcomes.getFirst())
                .isInstanceOfSatisfying(
                        Ask.class,
                        ask -> assertThat(ask.payment().attempt().provider()).isEqualTo("second"));
        assertThat(fixture.status("k1")).isEqualTo("failed");
    }

    private void assertStillOpen(Answer answer, String why) throws Exception {
        assertThat(fixture.batch(answer).getFirst()).as(why).isInstanceOf(PaymentOutcome.StillOpen.class);
        assertThat(fixture.status("k1")).as(why).isEqualTo("pending");
    }

    /// @param nextProvider or null: there is none
    private static Answer unreached(Ask ask, String nextProvider) {
        var payment = ask.payment();
        var verdict = new PaymentCommand.Unreachable(payment.standing().asked(), ask.alone());
        var goOn = new GoOn(authorize("ord_1", "k1", 500), "first", nextProvider);
        return new Answer(payment.orderId(), payment.paymentId(), verdict, goOn);
    }

    private Ask begin() throws Exception {
        var begin = new Begin(authorize("ord_1", "k1", 500), "hash", "first");
        return (Ask) fixture.batch(begin).getFirst();
    }

    /// Of a provider that remembers keys for a minute.
    private static Answer silence(Ask ask, Instant asOf) {
        var payment = ask.payment();
        var verdict = new PaymentCommand.Unknown(asOf, Duration.ofSeconds(5), Duration.ofMinutes(1));
        return new Answer(payment.orderId(), payment.paymentId(), verdict, null);
    }
}
