package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/// What an SQLSTATE means for a batch.
class FaultTest {

    @ParameterizedTest
    @CsvSource({
        "22001, DATA",
        "22P02, DATA",
        "23505, DATA",
        "23514, DATA",
        "54001, DATA",
        "54000, DEFECT",
        "40001, CONTENTION",
        "40P01, CONTENTION",
        "55P03, CONTENTION",
        "0A000, STALE_PLAN",
        "26000, STALE_PLAN",
        "08006, UNAVAILABLE",
        "53300, UNAVAILABLE",
        "57014, TIMEOUT",
        "57P01, UNAVAILABLE",
        "58030, UNAVAILABLE",
        "XX001, UNAVAILABLE",
        "25006, UNAVAILABLE",
        "25P03, TIMEOUT",
        "25P04, TIMEOUT",
        "25P02, DEFECT",
        "40002, DEFECT",
        "42P01, DEFECT",
        "P0001, DEFECT",
    })
    void an_sqlstate_says_what_becomes_of_the_batch(String state, Fault fault) {
        assertThat(Fault.of(new SQLException("x", state))).isEqualTo(fault);
    }

    @Test
    void an_sql_exception_wrapped_by_the_batch_function_counts() {
        var wrapped = new IllegalStateException("in a lambda", new SQLException("x", "40P01"));
        assertThat(Fault.of(new RuntimeException(wrapped))).isEqualTo(Fault.CONTENTION);
    }

    @Test
    void an_aborted_transaction_is_judged_by_the_error_before() {
        var cause = new SQLException("first", "23505");
        assertThat(Fault.of(new SQLException("aborted", "25P02", cause))).isEqualTo(Fault.DATA);
    }

    @Test
    void a_batch_update_is_judged_by_its_state() {
        assertThat(Fault.of(new BatchUpdateException("x", "22003", new int[0]))).isEqualTo(Fault.DATA);
    }

    @Test
    void anything_else_is_a_defect() {
        assertThat(Fault.of(new NullPointerException())).isEqualTo(Fault.DEFECT);
        assertThat(Fault.of(new SQLException("no state"))).isEqualTo(Fault.DEFECT);
    }

    @Test
    void causes_that_go_round_in_a_circle_are_survived() {
        var one = new RuntimeException("one");
        one.initCause(new RuntimeException("two", one));
        assertThat(Fault.of(one)).isEqualTo(Fault.DEFECT);
    }

    @Test
    void a_refusal_is_the_servers_own_and_nobody_elses() {
        assertThat(Fault.isRefusal(servers("23505"))).isTrue();
        assertThat(Fault.isRefusal(servers("40001"))).isTrue();
        assertThat(Fault.isRefusal(servers("57014"))).isFalse();
        assertThat(Fault.isRefusal(servers("57P01"))).isFalse();
        assertThat(Fault.isRefusal(servers("25P04"))).isFalse();
        assertThat(Fault.isRefusal(new PSQLException("the driver's", PSQLState.OUT_OF_MEMORY)))
                .isFalse();
        assertThat(Fault.isRefusal(new SQLException("somebody's", "23505"))).isFalse();
        var second = servers("53200");
        second.setNextException(servers("25P01"));
        assertThat(Fault.isRefusal(second)).isFalse();
    }

    private static PSQLException servers(String state) {
        return new PSQLException(new ServerErrorMessage("SERROR\0C" + state + "\0Mtold\0\0"));
    }

    @Test
    void a_lost_connection_in_the_drivers_words_is_no_servers_answer() {
        assertThat(Fault.isServersAnswer(new SQLException("x", "08006"))).isFalse();
        assertThat(Fault.isServersAnswer(new SQLException("x", "40003"))).isFalse();
        assertThat(Fault.isServersAnswer(new OutOfMemoryError())).isFalse();
        assertThat(Fault.isServersAnswer(new SQLException("x", "23505"))).isTrue();
    }
}
