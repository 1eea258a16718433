package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LooksTest {

    @Test
    void who_has_just_begun_to_wait_looks_again_soon() {
        assertThat(Looks.pauseAfter(Duration.ZERO)).isEqualTo(Duration.ofMillis(200));
    }

    @Test
    void who_waits_for_long_looks_seldom_but_never_less_than_every_two_seconds() {
        int looks = 0;
        var waited = Duration.ZERO;
        for (; waited.compareTo(Duration.ofSeconds(10)) < 0; looks++) {
            waited = waited.plus(Looks.pauseAfter(waited));
        }

        assertThat(looks).isLessThanOrEqualTo(11);
        assertThat(Looks.pauseAfter(Duration.ofHours(1))).isEqualTo(Duration.ofSeconds(2));
    }
}
