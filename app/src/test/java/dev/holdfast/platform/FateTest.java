package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.platform.Fate.Purpose;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The vectors of mulberry32 were computed with its reference in JavaScript:
///
/// ```
/// function mulberry32(a) { return () => { a |= 0; a = a + 0x6D2B79F5 | 0; let t = Math.imul(a ^ a >>> 15, 1 | a);
///   t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t; return ((t ^ t >>> 14) >>> 0) / 4294967296; } }
/// ```
class FateTest {

    @Test
    void the_seed_is_fnv_1a_over_the_utf_8_of_the_id() {
        assertThat(Fate.fnv1a("")).isEqualTo(0x811c9dc5);
        assertThat(Fate.fnv1a("a")).isEqualTo(0xe40c292c);
        assertThat(Fate.fnv1a("foobar")).isEqualTo(0xbf9cf968);
        assertThat(Fate.fnv1a("ord_grüße")).isEqualTo(0x42524e30);
    }

    @Test
    void the_numbers_are_those_of_mulberry32() {
        assertThat(first(3, 0)).containsExactly(0.26642920868471265, 0.0003297457005828619, 0.2232720274478197);
        assertThat(first(3, 1)).containsExactly(0.6270739405881613, 0.002735721180215478, 0.5274470399599522);
        assertThat(first(3, -1)).containsExactly(0.8964226141106337, 0.189478256739676, 0.7156526781618595);
    }

    @Test
    void an_order_draws_the_same_in_whatever_order_it_is_asked() {
        var fate = Fate.of("ORD-987654");

        assertThat(fate.draw(Purpose.LOST_REQUEST)).isEqualTo(0.06117664510384202);
        assertThat(fate.draw(Purpose.LOST_LABEL_REPLY)).isEqualTo(0.2895829132758081);
        assertThat(fate.draw(Purpose.CARRIER_DOWN)).isEqualTo(0.02129769208841026);
        assertThat(fate.draw(Purpose.LOST_PAYMENT_REPLY)).isEqualTo(0.21453855652362108);
        assertThat(fate.draw(Purpose.DECLINE)).isEqualTo(0.5034044105559587);
        assertThat(fate.draw(Purpose.DECLINE)).isEqualTo(0.5034044105559587);
    }

    @Test
    void a_rate_of_nothing_never_strikes_and_a_rate_of_one_always() {
        assertThat(IntStream.range(0, 1000).mapToObj(i -> Fate.of("ord_" + i)))
                .noneMatch(fate -> fate.strikes(Purpose.DECLINE, 0))
                .allMatch(fate -> fate.strikes(Purpose.DECLINE, 1));
    }

    @Test
    void a_rate_outside_of_zero_to_one_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FaultRates(1.1, 0, 0, 0, 0))
                .withMessageContaining("declineRate");
        assertThatIllegalArgumentException().isThrownBy(() -> new FaultRates(0, Double.NaN, 0, 0, 0));
    }

    private static double[] first(int count, int seed) {
        return IntStream.rangeClosed(1, count)
                .mapToDouble(n -> Fate.mulberry32(seed, n))
                .toArray();
    }
}
