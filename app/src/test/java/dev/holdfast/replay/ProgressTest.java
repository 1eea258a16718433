package dev.holdfast.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ProgressTest {

    @Test
    void an_hour_is_told_in_fewer_lines_than_a_screen_scrolls_back() {
        assertThat(LongStream.rangeClosed(1, 60).filter(Progress::isDue)).hasSize(60);
        assertThat(LongStream.rangeClosed(1, 3_600).filter(Progress::isDue)).hasSize(60 + 108 + 100);
    }

    @Test
    void the_time_left_is_told_as_roughly_as_it_is_known() {
        assertThat(Progress.words(Duration.ZERO)).isEqualTo("about 1 s left");
        assertThat(Progress.words(Duration.ofSeconds(89))).isEqualTo("about 89 s left");
        assertThat(Progress.words(Duration.ofSeconds(100))).isEqualTo("about 2 min left");
        assertThat(Progress.words(Duration.ofMinutes(200))).isEqualTo("about 3 h left");
    }
}
