package dev.holdfast.flows;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.platform.remote.ServicesSettings.Times;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StepTimesTest {

    @Test
    void what_services_are_waited_for_by_default_fits_into_the_steps() {
        assertThatCode(() -> StepTimes.require(times(11, 18, 55, 11))).doesNotThrowAnyException();
    }

    @Test
    void a_step_that_would_be_cut_off_before_its_service_is_given_up_on_is_refused_by_name() {
        assertThatThrownBy(() -> StepTimes.require(times(15, 10, 55, 11)))
                .hasMessageContaining("patience.inventory must be less than the 15 s")
                .hasMessageContaining("not PT15S");
        assertThatThrownBy(() -> StepTimes.require(times(11, 18, 55, 20))).hasMessageContaining("patience.orders");
        assertThatThrownBy(() -> StepTimes.require(times(11, 18, 60, 11))).hasMessageContaining("patience.shipping");
        assertThatThrownBy(() -> StepTimes.require(times(11, 19, 55, 11)))
                .hasMessageContaining("patience.payment (with that of inventory before it)");
    }

    @Test
    void a_patience_that_is_none_or_longer_than_a_minute_is_refused() {
        assertThatThrownBy(() -> times(0, 18, 55, 11)).hasMessageContaining("patience.inventory must be");
        assertThatThrownBy(() -> times(11, 18, 61, 11)).hasMessageContaining("patience.shipping must be");
    }

    private static Times times(int inventory, int payment, int shipping, int orders) {
        return new Times(
                Duration.ofSeconds(inventory),
                Duration.ofSeconds(payment),
                Duration.ofSeconds(shipping),
                Duration.ofSeconds(orders),
                Duration.ofSeconds(11));
    }
}
