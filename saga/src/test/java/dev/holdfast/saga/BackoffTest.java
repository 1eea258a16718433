package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Test
    void the_pause_doubles_from_the_base_and_stops_at_the_limit() {
        var middle = always(0.5);

        assertThat(Backoff.DEFAULT.delay(0, middle)).isEqualTo(Duration.ofSeconds(1));
        assertThat(Backoff.DEFAULT.delay(1, middle)).isEqualTo(Duration.ofSeconds(2));
        assertThat(Backoff.DEFAULT.delay(2, middle)).isEqualTo(Duration.ofSeconds(4));
        assertThat(Backoff.DEFAULT.delay(5, middle)).isEqualTo(Duration.ofSeconds(30));
        assertThat(Backoff.DEFAULT.delay(Integer.MAX_VALUE, middle)).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void the_random_part_is_thirty_percent_either_way() {
        assertThat(Backoff.DEFAULT.delay(0, always(0))).isEqualTo(Duration.ofMillis(700));
        assertThat(Backoff.DEFAULT.delay(0, always(1))).isEqualTo(Duration.ofMillis(1_300));
    }

    @Test
    void nonsense_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> Backoff.DEFAULT.delay(-1, always(0)));
    }

    private static RandomGenerator always(double value) {
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                throw new UnsupportedOperationException("only doubles are asked for");
            }

            @Override
            public double nextDouble() {
                return value;
            }
        };
    }
}
