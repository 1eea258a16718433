package dev.holdfast.bench.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class JavaProgramTest {

    @Test
    void a_measured_jvm_has_the_launchers_options() throws Exception {
        var launcher = Files.readString(Path.of("..", "holdfast"));

        assertThat(JavaProgram.AS_LAUNCHED)
                .isNotEmpty()
                .allSatisfy(option -> assertThat(launcher).contains(option));
        var line = launcher.lines()
                .filter(each -> each.startsWith("options=("))
                .findFirst()
                .orElseThrow();
        assertThat(line.split("[( ]"))
                .filteredOn(option -> option.startsWith("-XX:"))
                .isSubsetOf(JavaProgram.AS_LAUNCHED);
    }
}
