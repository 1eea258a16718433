package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.testing.TestDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

class DurabilityCheckTest {

    @Test
    void a_durable_database_is_taken() throws Exception {
        try (var database = TestDatabase.fresh()) {
            assertThatCode(() ->
                            DurabilityCheck.require("shared", database.of("any").direct()))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void a_database_that_answers_before_it_has_written_is_refused() throws Exception {
        try (var database = TestDatabase.fresh()) {
            var name = database.url().replaceFirst(".*/([a-z_0-9]+).*", "$1");
            database.execute("ALTER DATABASE " + name + " SET synchronous_commit = off");
            assertThatThrownBy(() ->
                            DurabilityCheck.require("shared", database.of("any").direct()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("synchronous_commit = off")
                    .hasMessageContaining("Turn it on");
        }
    }

    /// What the embedded binaries do unless told otherwise.
    @Test
    void a_database_without_fsync_is_refused_and_everything_wrong_is_named() throws Exception {
        try (var careless = EmbeddedPostgres.builder()
                .setServerConfig("full_page_writes", "off")
                .start()) {
            assertThatThrownBy(() -> DurabilityCheck.require("payment", careless.getPostgresDatabase()))
                    .hasMessageContaining("database 'payment'")
                    .hasMessageContaining("fsync, full_page_writes");
        }
    }

    @Test
    void a_database_that_does_not_answer_is_named_with_its_settings() {
        var nowhere = new PGSimpleDataSource();
        nowhere.setUrl("jdbc:postgresql://127.0.0.1:1/none");
        assertThatThrownBy(() -> DurabilityCheck.require("shared", nowhere))
                .hasMessageContaining("cannot connect to database 'shared'")
                .hasMessageContaining("holdfast.datasource.url");
    }
}
