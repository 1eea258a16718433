package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.authorize;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.payment.PaymentCommand.Answer;
import dev.holdfast.payment.PaymentCommand.Begin;
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
