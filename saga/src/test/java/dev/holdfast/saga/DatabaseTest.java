package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class DatabaseTest {

    private final TestPostgres postgres = TestPostgres.empty();

    @Test
    void a_reader_whose_connection_is_cut_hears_that_and_not_that_it_is_closed() {
        assertThatThrownBy(() -> Database.inSnapshot(postgres.dataSource(), db -> {
                    try (var statement = db.createStatement()) {
                        return statement.execute("SELECT pg_terminate_backend(pg_backend_pid())");
                    }
                }))
                .isInstanceOf(SagaStoreException.class)
                .cause()
                .asInstanceOf(InstanceOfAssertFactories.type(SQLException.class))
                .extracting(SQLException::getSQLState)
                .as("admin_shutdown")
                .isEqualTo("57P01");
    }
}
