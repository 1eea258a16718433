package dev.holdfast.saga.test;

import static org.assertj.core.api.Assertions.assertThat;

import example.ExploreTrip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What the README prints is what is compiled and run here, and what comes out of it.
class ReadmeTest {

    @Test
    void the_printed_example_is_the_compiled_one() throws Exception {
        assertThat(printed("java"))
                .isEqualTo(Files.readString(Path.of("src", "test", "java", "example", "ExploreTrip.java")));
    }

    @Test
    void the_printed_story_is_what_the_example_finds() throws Exception {
        var failure = ExploreTrip.explore(false).failures().getFirst();

        assertThat(printed("text")).isEqualTo(failure.toString());
    }

    @Test
    void the_example_is_well_with_tombstones() {
        var report = ExploreTrip.explore(true);

        report.assertNothingBroken();
        assertThat(report.schedules()).isBetween(500L, 5_000L);
    }

    private static String printed(String language) throws Exception {
        var block = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).isTrue();
        return block.group(1);
    }
}
