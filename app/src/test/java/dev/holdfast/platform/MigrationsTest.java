package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testing.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MigrationsTest {

    private final TestDatabase database = TestDatabase.fresh();
    private final JdbcClient sql = JdbcClient.create(database.dataSource());
    private final ServiceDatabase cart = database.of("cart");

    @BeforeEach
    void startAnew() {
        sql.sql("DROP SCHEMA IF EXISTS cart CASCADE").update();
    }

    @AfterAll
    void close() throws Exception {
        database.close();
    }

    @Test
    void a_schema_that_flyway_has_migrated_is_seen_to_be_up_to_date() {
        assertThat(Migrations.areApplied(cart)).isFalse();
        cart.migrate();
        assertThat(Migrations.areApplied(cart)).isTrue();
    }

    /// The checksums are counted as Flyway counts them, of every script there is.
    @Test
    void every_schema_of_this_release_is_recognized() {
        for (var schema : List.of("catalog", "customers", "inventory", "payment", "shipping", "orders")) {
            var service = database.of(schema);
            service.migrate();
            assertThat(Migrations.areApplied(service)).as(schema).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE cart.flyway_schema_history SET checksum = checksum + 1 WHERE version = '1'",
                "UPDATE cart.flyway_schema_history SET success = false WHERE version = '2'",
                "DELETE FROM cart.flyway_schema_history WHERE version = '2'",
                "UPDATE cart.flyway_schema_history SET version = '3' WHERE version = '2'",
                "DROP TABLE cart.flyway_schema_history"
            })
    void whatever_else_the_history_says_is_for_flyway_to_judge(String change) {
        cart.migrate();
        sql.sql(change).update();
        assertThat(Migrations.areApplied(cart)).isFalse();
    }
}
