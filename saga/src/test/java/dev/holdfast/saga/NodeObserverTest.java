package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.saga.NodeObserver.Seen;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Who is dead, and who only seems to be.
class NodeObserverTest {

    private static final NodeId SELF = new NodeId("self", 1);
    private static final NodeId OTHER = new NodeId("other", 2);
    private static final NodeId THIRD = new NodeId("third", 3);
    private static final Duration LEASE = Duration.ofMillis(3_000);
    private static final Duration TICK = Duration.ofMillis(500);

    private final NodeObserver observer = new NodeObserver(SELF, LEASE, TICK);
    private long now;

    @Test
    void a_counter_that_stands_still_for_a_lease_is_a_dead_node_and_one_that_moves_is_not() {
        for (int beat = 0; beat < 6; beat++) {
            looks(500, new Seen(OTHER, 7), new Seen(THIRD, beat));
        }
        assertThat(observer.dead()).isEmpty();
        looks(500, new Seen(OTHER, 7), new Seen(THIRD, 6));

        assertThat(observer.dead()).containsExactly(new Seen(OTHER, 7));
        assertThat(observer.doubtful()).containsExactly(OTHER);
    }

    @Test
    void a_beat_in_the_last_moment_gives_a_node_another_lease() {
        for (int i = 0; i < 6; i++) {
            looks(500, new Seen(OTHER, 7));
        }
        looks(499, new Seen(OTHER, 8));
        for (int i = 0; i < 5; i++) {
            looks(500, new Seen(OTHER, 8));
        }

        assertThat(observer.dead()).isEmpty();
    }

    @Test
    void an_observer_that_was_frozen_for_an_hour_has_seen_nothing_in_it() {
        looks(500, new Seen(OTHER, 7));
        looks(3_600_000, new Seen(OTHER, 7));

        assertThat(observer.dead()).isEmpty();
        assertThat(observer.still(OTHER)).contains(Duration.ofMillis(1_000));
    }

    @Test
    void after_a_look_that_failed_everybody_has_a_lease_again() {
        for (int i = 0; i < 6; i++) {
            looks(500, new Seen(OTHER, 7));
        }
        observer.seesNothing();
        for (int i = 0; i < 6; i++) {
            looks(500, new Seen(OTHER, 7));
        }

        assertThat(observer.dead()).isEmpty();
    }

    @Test
    void nobody_takes_itself_for_dead() {
        for (int i = 0; i < 20; i++) {
            looks(500, new Seen(SELF, 7));
        }

        assertThat(observer.dead()).isEmpty();
        assertThat(observer.doubtful()).isEmpty();
    }

    @Test
    void a_node_that_is_gone_is_forgotten() {
        for (int i = 0; i < 7; i++) {
            looks(500, new Seen(OTHER, 7));
        }
        looks(500);

        assertThat(observer.dead()).isEmpty();
        assertThat(observer.still(OTHER)).isEmpty();
    }

    private void looks(long laterMillis, Seen... all) {
        now += Duration.ofMillis(laterMillis).toNanos();
        observer.sees(List.of(all), now);
    }
}
