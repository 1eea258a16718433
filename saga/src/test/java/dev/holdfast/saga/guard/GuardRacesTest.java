package dev.holdfast.saga.guard;

import static dev.holdfast.saga.guard.Seats.call;
import static dev.holdfast.saga.guard.Seats.code;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardRacesTest {

    private final Seats seats = new Seats();

    @Test
    void the_same_key_at_the_same_time_has_one_effect() {
        for (int round = 0; round < 30; round++) {
            var key = "s" + round + ":seat";
            Callable<Outcome> take = () -> seats.take(call(key));

            assertThat(Race.of(take, take, take, take)).allMatch(Outcome.Done.class::isInstance);
        }
        assertThat(seats.taken()).isEqualTo(30);
    }

    @Test
    void of_an_action_and_its_undo_at_the_same_time_the_undo_remains() {
        for (int round = 0; round < 60; round++) {
            var key = "s" + round + ":seat";
            Callable<Outcome> take = () -> seats.take(call(key));
            Callable<Outcome> giveBack = () -> seats.giveBack(call(key));

            var answers = Race.of(take, giveBack, take, giveBack);

            assertThat(answers.get(1)).isEqualTo(Outcome.Done.done());
            assertThat(answers.get(3)).isEqualTo(Outcome.Done.done());
            assertThat(code(seats.take(call(key)))).isEqualTo("undone");
            assertThat(seats.taken()).isZero();
        }
    }

    /// One undo for all: it meets a generation that has not committed yet, one that waits for it, or none.
    @Test
    void an_undo_covers_a_generation_that_arrives_at_the_same_time() {
        for (int round = 0; round < 60; round++) {
            var key = "s" + round + ":seat";
            if (round % 2 == 0) {
                seats.refuse(call(key));
            }

            Race.of(() -> seats.take(call(key, 1)), () -> seats.giveBack(call(key)));

            assertThat(seats.taken()).isZero();
            assertThat(code(seats.take(call(key, 2)))).isEqualTo("undone");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Connection.TRANSACTION_REPEATABLE_READ, Connection.TRANSACTION_SERIALIZABLE})
    void under_a_stricter_isolation_the_second_may_have_to_come_again(int isolation) {
        for (int round = 0; round < 20; round++) {
            var key = "s" + round + ":seat";
            Callable<Outcome> take = () -> repeating(isolation, key);

            assertThat(Race.of(take, take, take)).allMatch(Outcome.Done.class::isInstance);
        }
        assertThat(seats.taken()).isEqualTo(20);
    }

    @Test
    void a_second_call_waits_for_the_first_no_longer_than_it_wants_to() {
        seats.inTransaction(first -> {
            seats.guard.once(first, call("s:seat"), "h", () -> seats.insert(first, "alice"));
            assertThatThrownBy(() -> seats.inTransaction(second -> {
                        second.createStatement().execute("SET LOCAL lock_timeout = '50ms'");
                        return seats.guard.once(second, call("s:seat"), "h", () -> seats.insert(second, "alice"));
                    }))
                    .hasMessageStartingWith("55P03");
            return null;
        });
        assertThat(seats.taken()).isOne();
    }

    @Test
    void a_batch_of_calls_shares_one_commit() {
        seats.inTransaction(db -> {
            for (var key : IntStream.range(0, 20)
                    .mapToObj("s%d:seat"::formatted)
                    .sorted()
                    .toList()) {
                seats.guard.once(db, call(key), key, () -> seats.insert(db, key));
                seats.guard.once(db, call(key), key, () -> seats.insert(db, key));
            }
            return seats.guard.undo(db, call("s3:seat"), effects -> seats.delete(db, effects));
        });

        assertThat(seats.taken()).isEqualTo(19);
    }

    @Test
    void many_nodes_create_the_table_at_once() {
        var fresh = new Seats();
        fresh.postgres.execute("DROP TABLE seats.saga_guard_keys");
        Callable<Object> create = () -> {
            try (var db = fresh.postgres.dataSource().getConnection()) {
                ParticipantGuard.createTable(db, Seats.SCHEMA);
            }
            return "created";
        };

        assertThat(Race.of(create, create, create, create)).hasSize(4);
        assertThat(fresh.take(call("s:seat"))).isInstanceOf(Outcome.Done.class);
    }

    private Outcome repeating(int isolation, String key) throws SQLException {
        while (true) {
            try (var db = seats.postgres.dataSource().getConnection()) {
                db.setTransactionIsolation(isolation);
                db.setAutoCommit(false);
                var outcome = seats.guard.once(db, call(key), key, () -> seats.insert(db, key));
                db.commit();
                return outcome;
            } catch (SQLException e) {
                assertThat(e.getSQLState()).isEqualTo("40001");
            }
        }
    }
}
