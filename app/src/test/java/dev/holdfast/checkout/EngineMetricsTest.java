package dev.holdfast.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.groupcommit.BatchListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class EngineMetricsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final CountDownLatch fenced = new CountDownLatch(1);
    private final EngineMetrics metrics =
            new EngineMetrics(meters, BatchListener.NONE, Clock.systemUTC(), fenced::countDown);

    @Test
    void a_saga_that_needs_attention_counts_once_however_often_it_is_named() {
        metrics.attention("s1", "checkout", true);
        metrics.attention("s1", "checkout", true);
        metrics.attention("s2", "checkout", true);
        assertThat(attention()).isEqualTo(2);

        metrics.attention("s1", "checkout", false);
        metrics.attention("s3", "checkout", false);
        assertThat(attention()).isEqualTo(1);
    }

    @Test
    void a_node_that_is_fenced_off_is_counted_and_told_of() {
        metrics.fenced("a");
        metrics.tookOver("b", 7);

        assertThat(fenced.getCount()).isZero();
        assertThat(meters.get("holdfast.saga.fenced").counter().count()).isEqualTo(1);
        assertThat(meters.get("holdfast.saga.taken.over").counter().count()).isEqualTo(7);
    }

    private double attention() {
        return meters.get("holdfast.saga.attention").gauge().value();
    }
}
