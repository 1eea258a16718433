package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarriersTest {

    private static final String PARALLELISM = "jdk.virtualThreadScheduler.parallelism";

    private final String before = System.getProperty(PARALLELISM);

    @AfterEach
    void asBefore() {
        if (before == null) {
            System.clearProperty(PARALLELISM);
        } else {
            System.setProperty(PARALLELISM, before);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "3, 1", "4, 2", "16, 8"})
    void carriers_are_half_of_the_cores_and_at_least_one(int cores, int carriers) {
        assertThat(Carriers.of(cores)).isEqualTo(carriers);
    }

    @Test
    void who_gives_the_jvms_own_setting_decides() {
        System.setProperty(PARALLELISM, "7");

        Carriers.tellJvm();

        assertThat(System.getProperty(PARALLELISM)).isEqualTo("7");
    }

    @Test
    void the_jvm_is_told() {
        System.clearProperty(PARALLELISM);

        Carriers.tellJvm();

        assertThat(Integer.parseInt(System.getProperty(PARALLELISM)))
                .isEqualTo(Carriers.of(Runtime.getRuntime().availableProcessors()));
    }
}
