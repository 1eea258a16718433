package dev.holdfast.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.groupcommit.BatchListener;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class EngineMetricsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final EngineMetrics metrics = new EngineMetrics(meters, BatchListener.NONE, Clock.systemUTC());

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

    private double attention() {
        return meters.get("holdfast.saga.attention").gauge().value();
    }
}
