package dev.holdfast.saga.test.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
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

    @TestFactory
    Stream<DynamicTest> the_guard_keeps_every_promise() throws Exception {
        var conformance = Conformance.of(new GuardedSeats(postgres), ConformanceSettings.of("guard"));

        assertThat(conformance.leftOut()).isEmpty();
        return conformance.checks().map(check -> DynamicTest.dynamicTest(check.name(), check::run));
    }
}
