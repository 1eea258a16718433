package dev.holdfast.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrackingNumbersTest {

    @Test
    void check_digits_are_those_of_known_numbers() {
        assertThat(TrackingNumbers.upsCheckDigit("999AA1012345678")).isEqualTo(4);
        assertThat(TrackingNumbers.upsCheckDigit("5R8939035756712")).isEqualTo(7);
        assertThat(TrackingNumbers.fedexCheckDigit("98657878885")).isEqualTo(5);
        assertThat(TrackingNumbers.fedexCheckDigit("47717908123")).isEqualTo(0);
    }

    @Test
    void a_label_number_ends_in_its_check_digit() {
        assertThat(TrackingNumbers.ups(12_345)).isEqualTo("1ZHF00000300123450");
        assertThat(TrackingNumbers.fedex(15)).isEqualTo("700000000157");
    }

    @Test
    void numbers_have_the_carriers_form_and_none_comes_twice() {
        long seed = System.nanoTime();
        var random = new Random(seed);
        var seen = new HashSet<String>();
        var serials = new HashSet<Long>();
        while (serials.size() < 2_000) {
            serials.add(random.nextLong(10_000_000_000L));
        }
        for (long serial : serials) {
            var ups = TrackingNumbers.ups(serial);
            assertThat(ups).as("seed %s", seed).matches("1Z[0-9A-Z]{15}\\d");
            var fedex = TrackingNumbers.fedex(serial);
            assertThat(fedex).as("seed %s", seed).matches("\\d{12}");
            assertThat(seen.add(ups) && seen.add(fedex))
                    .as("seed %s, %s, %s", seed, ups, fedex)
                    .isTrue();
        }
    }
}
