package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testing.TestDatabase;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class MoneyTest {

    @Test
    void decimals_follow_the_currency() {
        assertThat(Money.of(19998, "USD").decimal()).isEqualTo("199.98");
        assertThat(Money.of(500, "JPY").decimal()).isEqualTo("500");
        assertThat(Money.of(1500, "KWD").decimal()).isEqualTo("1.500");
    }

    @Test
    void more_decimals_than_the_currency_has_are_refused() {
        assertThatThrownBy(() -> Money.ofDecimal(new BigDecimal("1.005"), "USD"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than 2 decimals");
    }

    @Test
    void json_is_amount_in_minor_units_and_currency() {
        assertThat(Json.write(Money.of(19998, "USD"))).isEqualTo("{\"amount\":19998,\"currency\":\"USD\"}");
        assertThat(Json.read("{\"amount\":19998,\"currency\":\"USD\"}", Money.class))
                .isEqualTo(Money.of(19998, "USD"));
    }

    @Test
    void a_database_of_its_own_answers() {
        TestDatabase.fresh().execute("SELECT 1");
    }
}
