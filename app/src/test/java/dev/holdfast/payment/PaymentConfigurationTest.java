package dev.holdfast.payment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.holdfast.platform.events.EventSettings;
import dev.holdfast.platform.events.Outboxes;
import dev.holdfast.testing.TestDatabase;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PaymentConfigurationTest {

    @Test
    void the_service_is_built_from_an_empty_database_and_stops_with_its_context() throws Exception {
        try (var database = TestDatabase.fresh()) {
            new ApplicationContextRunner()
                    .withBean(TestDatabase.class, () -> database)
                    .withBean(Outboxes.class, () -> new Outboxes(EventSettings.defaults()))
                    .withBean(Clock.class, Clock::systemUTC)
                    .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .withUserConfiguration(PaymentConfiguration.class)
                    .withPropertyValues("holdfast.payment.sweep-interval=1s", "holdfast.faults.decline-rate=1")
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        var payments = context.getBean(PaymentApi.class);
                        assertThat(payments.authorize(PaymentFixture.authorize("ord_1", "k1", 100)))
                                .isInstanceOf(PaymentApi.Declined.class);
                        assertThat(context.getBean(PaymentSweeper.class).isRunning())
                                .isTrue();
                        assertThat(context.getBean(PaymentBooks.class).open()).isZero();
                    });
        }
    }

    @Test
    void a_setting_out_of_range_is_refused_with_its_value() {
        var simulated = new PaymentSettings.Simulated(Duration.ZERO, null);

        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new PaymentSettings(Duration.ZERO, Duration.ofSeconds(10), Duration.ofMinutes(1), simulated))
                .withMessageContaining("sweep-interval")
                .withMessageContaining("PT0S");
    }

    @Test
    void a_call_takes_as_long_as_is_drawn_between_the_two_latencies() {
        var simulated = new PaymentSettings.Simulated(Duration.ofMillis(1000), Duration.ofMillis(3000));
        var random = new Random(7);

        for (int call = 0; call < 1_000; call++) {
            assertThat(simulated.drawn(random)).isBetween(Duration.ofMillis(1000), Duration.ofMillis(3000));
        }
        assertThat(new PaymentSettings.Simulated(Duration.ofMillis(15), null).drawn(random))
                .isEqualTo(Duration.ofMillis(15));
    }

    @Test
    void a_longest_latency_below_the_shortest_is_refused() {
        var simulated = new PaymentSettings.Simulated(Duration.ofMillis(20), Duration.ofMillis(10));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PaymentSettings(
                        Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofMinutes(1), simulated))
                .withMessageContaining("latency-at-most");
    }
}
