package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestDatabase;
import org.junit.jupiter.api.Test;

/// A version means something in the session that learned it only.
class RecentTest {

    @Test
    void what_one_connection_has_written_is_forgotten_on_the_next() throws Exception {
        try (var database = TestDatabase.fresh();
                var first = database.dataSource().getConnection();
                var second = database.dataSource().getConnection()) {
            var recent = new Recent<String>();
            assertThat(recent.take(first, "a")).isNull();
            recent.keep("a", "written");
            recent.keep("b", "written");

            assertThat(recent.take(first, "a")).isEqualTo("written");
            assertThat(recent.take(first, "a")).as("used").isNull();
            assertThat(recent.take(second, "b")).isNull();
            assertThat(recent.take(first, "b")).as("gone for good").isNull();
        }
    }
}
