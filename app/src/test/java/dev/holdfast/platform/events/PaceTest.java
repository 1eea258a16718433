package dev.holdfast.platform.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PaceTest {

    private long now = 7_000_000_000L;
    private final Pace pace = new Pace(150, () -> now);

    @Test
    void it_lets_through_so_many_a_second_however_often_it_is_asked() {
        int gone = 0;
        for (int millis = 0; millis < 10_000; millis++) {
            now += 1_000_000;
            int page = pace.allowed(1_000);
            pace.gone(page);
            gone += page;
        }
        assertThat(gone).isBetween(1_499, 1_501);
    }

    @Test
    void a_rest_earns_a_tenth_of_a_second_and_no_more() {
        now += Duration.ofHours(1).toNanos();
        assertThat(pace.allowed(1_000)).isEqualTo(15);
    }

    @Test
    void it_says_when_the_next_may_go() {
        pace.gone(pace.allowed(1_000));
        assertThat(pace.allowed(1)).isZero();
        now += pace.untilNext().toNanos() + 1;
        assertThat(pace.allowed(1)).isEqualTo(1);
    }

    @Test
    void without_a_limit_everything_goes() {
        var unlimited = new Pace(0, () -> now);
        assertThat(unlimited.allowed(1_000)).isEqualTo(1_000);
        unlimited.gone(1_000);
        assertThat(unlimited.allowed(1_000)).isEqualTo(1_000);
        assertThat(unlimited.untilNext()).isZero();
    }
}
