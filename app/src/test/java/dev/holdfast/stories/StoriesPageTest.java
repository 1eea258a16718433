package dev.holdfast.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/stories.md` tells every story there is a test of, and no other.
class StoriesPageTest {

    private static final Path PAGE = Path.of("..", "docs", "stories.md");
    private static final Pattern NAMED = Pattern.compile("`(\\w+Test\\.\\w+)`");

    @Test
    void the_page_names_every_story_and_only_stories() throws IOException {
        var named = NAMED.matcher(Files.readString(PAGE)).results().map(result -> result.group(1));

        assertThat(named).containsExactlyInAnyOrderElementsOf(stories().toList());
    }

    private static Stream<String> stories() {
        return new ClassFileImporter()
                .importPackages("dev.holdfast.stories").stream()
                        .filter(type -> !type.isEquivalentTo(StoriesPageTest.class))
                        .flatMap(StoriesPageTest::testsOf);
    }

    private static Stream<String> testsOf(JavaClass type) {
        return type.getMethods().stream()
                .filter(method -> method.isAnnotatedWith(Test.class))
                .map(JavaMethod::getName)
                .map(name -> type.getSimpleName() + "." + name);
    }
}
