package dev.holdfast.payment;

import static dev.holdfast.payment.PaymentFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.holdfast.payment.PaymentProvider.Approved;
import dev.holdfast.payment.PaymentProvider.Authorization;
import dev.holdfast.payment.PaymentProvider.Effected;
import dev.holdfast.payment.PaymentProvider.Instruction;
import dev.holdfast.payment.PaymentProvider.ProviderDeclined;
import dev.holdfast.payment.PaymentProvider.ProviderRefused;
import dev.holdfast.platform.EffectUnclearException;
import dev.holdfast.platform.FaultRates;
import dev.holdfast.platform.NoEffectException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The simulated provider behaves as one outside does: a memory for keys, and failures that can be set.
class SimulatedProviderTest {

    private final PaymentFixture fixture = new PaymentFixture();
    private final SimulatedProvider provider = fixture.simulated();

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void the_same_key_again_has_no_second_effect_and_the_same_answer() {
        var first = provider.authorize(request("k1", "pm_visa"));

        assertThat(fixture.simulated().authorize(request("k1", "pm_visa"))).isEqualTo(first);
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
        assertThat(provider.lookup("k1")).contains(first);
        assertThat(provider.lookup("k2")).isEmpty();
    }

    @Test
    void test_methods_are_declined_with_their_codes() {
        assertThat(provider.authorize(request("k1", "pm_card_declined")))
                .isEqualTo(new ProviderDeclined("card_declined"));
        assertThat(provider.authorize(request("k2", "tok_declined"))).isEqualTo(new ProviderDeclined("card_declined"));
        assertThat(provider.authorize(request("k3", "pm_card_insufficient_funds")))
                .isEqualTo(new ProviderDeclined("insufficient_funds"));
    }

    @Test
    void after_a_void_no_capture_is_taken() {
        var id = ((Approved) provider.authorize(request("k1", "pm_visa"))).providerId();

        assertThat(provider.voidPayment(new Instruction("v", id, "ord_1", usd(0))))
                .isInstanceOf(Effected.class);
        assertThat(provider.capture(new Instruction("c", id, "ord_1", usd(1)))).isInstanceOf(ProviderRefused.class);
        assertThat(provider.voidPayment(new Instruction("v2", id, "ord_1", usd(0))))
                .as("of nothing: done")
                .isInstanceOf(Effected.class);
    }

    @Test
    void a_lost_reply_hides_an_effect_and_only_the_first_reply_is_lost() {
        fixture.faults = new FaultRates(0, 1, 0, 0, 0);

        assertThatExceptionOfType(EffectUnclearException.class)
                .isThrownBy(() -> provider.authorize(request("k1", "pm_visa")));
        assertThat(fixture.charges("ord_1")).isEqualTo(1);
        assertThat(provider.authorize(request("k1", "pm_visa"))).isInstanceOf(Approved.class);
    }

    @Test
    void a_lost_request_has_no_effect_and_the_second_arrives() {
        fixture.faults = new FaultRates(0, 0, 1, 0, 0);

        assertThatExceptionOfType(NoEffectException.class)
                .isThrownBy(() -> provider.authorize(request("k1", "pm_visa")));
        assertThat(fixture.charges("ord_1")).isZero();
        assertThat(provider.authorize(request("k1", "pm_visa"))).isInstanceOf(Approved.class);
    }

    @Test
    void declines_fall_on_the_same_orders_in_every_run() {
        fixture.faults = new FaultRates(0.51, 0, 0, 0, 0);
        var fated = new Authorization("k1", "ORD-987654", usd(100), "pm_visa", false);
        var spared = new Authorization("k2", "foobar", usd(100), "pm_visa", false);

        assertThat(provider.authorize(fated)).isEqualTo(new ProviderDeclined("card_declined"));
        assertThat(provider.authorize(spared)).isInstanceOf(Approved.class);
    }

    @Test
    void the_audit_finds_money_that_only_the_provider_knows_of() {
        provider.authorize(request("stray", "pm_visa"));
        var books = new Books(fixture.database.of("payment"), new Providers(java.util.List.of(provider)));

        assertThat(books.checks())
                .filteredOn(check -> check.broken() > 0)
                .singleElement()
                .satisfies(check -> assertThat(check.examples()).containsExactly("stray"));
    }

    private static Authorization request(String key, String method) {
        return new Authorization(key, "ord_1", usd(100), method, false);
    }
}
