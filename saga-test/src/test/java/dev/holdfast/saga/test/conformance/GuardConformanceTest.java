package dev.holdfast.saga.test.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import example.SeatStep;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// A participant that leaves everything to the guard keeps every promise.
class GuardConformanceTest {

    private static EmbeddedPostgres postgres;

    @BeforeAll
    static void start() throws Exception {
        postgres = EmbeddedPostgres.start();
    }

    @AfterAll
    static void stop() throws Exception {
        postgres.close();
    }

    @Test
    void the_readme_prints_the_compiled_example() throws Exception {
        assertThat(Files.readString(Path.of("README.md")))
                .contains("```java\n" + Files.readString(Path.of("src", "test", "java", "example", "SeatStep.java"))
                        + "```");
    }

    @TestFactory
    Stream<DynamicTest> the_example_of_the_readme_keeps_its_promises() throws Exception {
        return Conformance.of(new SeatStep(postgres.getPostgresDatabase()), ConformanceSettings.of("run-1"))
                .checks()
                .map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }

    @TestFactory
    Stream<DynamicTest> the_guard_keeps_every_promise() throws Exception {
        var conformance = Conformance.of(new GuardedSeats(postgres), ConformanceSettings.of("guard"));

        assertThat(conformance.leftOut()).isEmpty();
        return conformance.checks().map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }
}
