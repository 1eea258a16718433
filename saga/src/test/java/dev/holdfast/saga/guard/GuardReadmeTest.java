package dev.holdfast.saga.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.saga.Outcome;
import dev.holdfast.saga.StepCall;
import dev.holdfast.saga.TestPostgres;
import example.SeatService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// What the README prints of the guard is what is compiled and run here.
class GuardReadmeTest {

    @Test
    void the_printed_example_is_the_compiled_one() throws Exception {
        assertThat(Files.readString(Path.of("README.md")))
                .contains("```java\n" + Files.readString(Path.of("src", "test", "java", "example", "SeatService.java"))
                        + "```");
    }

    @Test
    void the_example_does_what_the_readme_says() throws Exception {
        var seats = new SeatService(TestPostgres.empty().dataSource());
        var alice = new Outcome.Done(Map.of("flight", "HF1"));

        assertThat(seats.take("HF1", action("alice"))).isEqualTo(alice);
        assertThat(seats.take("HF1", action("alice"))).isEqualTo(alice);
        assertThat(code(seats.take("HF1", action("bob")))).isEqualTo("full");
        assertThat(seats.giveBack(undo("alice"))).isEqualTo(Outcome.Done.done());
        assertThat(code(seats.take("HF1", action("alice")))).isEqualTo("undone");
        assertThat(code(seats.take("HF1", action("bob")))).isEqualTo("full");
        assertThat(seats.take("HF1", action("carol"))).isEqualTo(alice);
    }

    private static StepCall action(String saga) {
        var key = saga + ":seat";
        var until = Instant.now().plusSeconds(60);
        return new StepCall(saga, "seat", key, key, 0, 0, until, Map.of(), Map.of(), false);
    }

    private static StepCall undo(String saga) {
        var key = saga + ":seat";
        return new StepCall(saga, "seat", key + ":undo", key, 0, 0, StepCall.ANY_TIME, Map.of(), Map.of(), false);
    }

    private static String code(Outcome outcome) {
        return ((Outcome.Refused) outcome).code();
    }
}
