package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// How large a batch may be after one took too long.
class BatchSizeTest {

    private static final long LIMIT = TimeUnit.SECONDS.toNanos(1);
    private static final long NOW = 0;

    private final BatchSize size = new BatchSize(500);

    @Test
    void nothing_is_held_back_before_a_transaction_took_too_long() {
        size.committed(500, 10 * LIMIT, NOW);
        assertThat(size.allowed()).isEqualTo(500);
    }

    @Test
    void it_is_halved_down_to_single_requests() {
        size.tookTooLong(500, LIMIT, NOW);
        assertThat(size.allowed()).isEqualTo(250);
        size.tookTooLong(9, LIMIT, NOW);
        assertThat(size.allowed()).isEqualTo(4);
        size.tookTooLong(1, LIMIT, NOW);
        assertThat(size.allowed()).isOne();
    }

    @Test
    void a_smaller_batch_that_took_too_long_before_does_not_make_it_larger() {
        size.tookTooLong(10, LIMIT, NOW);
        size.tookTooLong(500, LIMIT, NOW);
        assertThat(size.allowed()).isEqualTo(5);
    }

    @Test
    void it_grows_to_the_settings_while_full_batches_leave_room_for_twice_as_many() {
        size.tookTooLong(200, LIMIT, NOW);
        size.committed(100, LIMIT / 4, NOW);
        assertThat(size.allowed()).isEqualTo(200);
        size.committed(200, LIMIT / 4, NOW);
        assertThat(size.allowed()).isEqualTo(400);
        size.committed(400, LIMIT / 4, NOW);
        assertThat(size.allowed()).isEqualTo(500);
    }

    @Test
    void it_stays_where_twice_as_many_might_take_too_long_and_is_tried_again_after_a_minute() {
        size.tookTooLong(200, LIMIT, NOW);
        size.committed(100, LIMIT / 2, NOW + TimeUnit.SECONDS.toNanos(59));
        assertThat(size.allowed()).isEqualTo(100);
        size.committed(100, LIMIT / 2, NOW + TimeUnit.SECONDS.toNanos(61));
        assertThat(size.allowed()).isEqualTo(200);
        size.committed(200, LIMIT / 2, NOW + TimeUnit.SECONDS.toNanos(62));
        assertThat(size.allowed()).isEqualTo(200);
    }

    @Test
    void a_batch_that_is_not_full_says_nothing_about_larger_ones() {
        size.tookTooLong(200, LIMIT, NOW);
        size.committed(99, LIMIT / 100, NOW + TimeUnit.SECONDS.toNanos(61));
        assertThat(size.allowed()).isEqualTo(100);
    }
}
