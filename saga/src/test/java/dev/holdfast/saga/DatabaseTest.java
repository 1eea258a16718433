package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/// Transactions outside of the lane.
class DatabaseTest {

    private final TestPostgres postgres = TestPostgres.withSagaTables();

    @Test
    void a_connection_that_breaks_is_told_in_the_words_of_what_broke_it() {
        assertThatThrownBy(() -> Database.inTransaction(postgres.dataSource(), db -> {
                    try (var statement = db.createStatement()) {
                        return statement.execute("SELECT pg_terminate_backend(pg_backend_pid())");
                    }
                }))
                .isInstanceOf(SagaStoreException.class)
                .hasMessageContaining("administrator command");
    }

    @Test
    void whatever_is_thrown_out_of_a_transaction_nothing_of_it_is_committed() {
        assertThatThrownBy(() -> Database.inTransaction(postgres.dataSource(), db -> {
                    try (var statement = db.createStatement()) {
                        statement.execute("INSERT INTO saga.saga_names VALUES ('order:1', 's1')");
                    }
                    throw new AssertionError("half done");
                }))
                .hasMessage("half done");
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_names")).isZero();
    }
}
