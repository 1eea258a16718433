package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;

import example.BookTrip;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What the README prints is what is compiled and run here.
class ReadmeTest {

    private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void the_printed_example_is_the_compiled_one() throws Exception {
        var block = JAVA.matcher(Files.readString(Path.of("README.md")));

        assertThat(block.find()).isTrue();
        assertThat(block.group(1))
                .isEqualTo(Files.readString(Path.of("src", "test", "java", "example", "BookTrip.java")));
    }

    @Test
    void the_example_answers_what_the_readme_says() {
        assertThat(BookTrip.run(TestPostgres.empty().dataSource()))
                .isEqualTo("COMPLETED, FAILED because of card-declined");
    }

    @Test
    void the_printed_queries_run() throws Exception {
        var postgres = TestPostgres.withSagaTables();
        var block = Pattern.compile("```sql\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(Path.of("README.md")));

        assertThat(block.find()).isTrue();
        block.group(1).lines().forEach(postgres::execute);
    }
}
