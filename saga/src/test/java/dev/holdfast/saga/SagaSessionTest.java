package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.Command.Append;
import dev.holdfast.saga.Command.Result;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A session that has written a row of a log need not ask whether it is there; any other has to.
class SagaSessionTest {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123456Z");

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private SagaBatch batch;
    private Connection session;

    @BeforeEach
    void open() throws SQLException {
        var node = new NodeRegistry(postgres.dataSource(), SagaSettings.DEFAULTS.lease()).enter("a");
        batch = new SagaBatch(node, SagaSettings.DEFAULTS.lease());
        session = reconnected();
        run(start("s1"), start("s2"));
    }

    @AfterEach
    void close() throws SQLException {
        session.close();
    }

    @Test
    void rows_that_follow_on_rows_of_the_session_are_added() throws SQLException {
        assertThat(run(append("s1", 1, 0), append("s2", 1, 0)))
                .containsExactly(new Result.Recorded(1), new Result.Recorded(1));
        assertThat(run(append("s1", 2, 1), append("s2", 2, 1)))
                .containsExactly(new Result.Recorded(1), new Result.Recorded(1));
        assertThat(logs()).containsExactly("s1 1", "s1 2", "s2 1", "s2 2");
    }

    /// What a standby lacks that was promoted before it had the last commit. Every session has ended then.
    @Test
    void a_log_that_has_lost_its_last_row_is_a_conflict_in_the_next_session() throws SQLException {
        run(append("s1", 1, 0), append("s2", 1, 0));
        session.close();
        postgres.execute("DELETE FROM saga.saga_steps WHERE saga_id = 's1'");
        session = reconnected();

        assertThat(run(append("s1", 2, 1), append("s2", 2, 1)))
                .containsExactly(new Result.Conflict(), new Result.Recorded(2));
        assertThat(logs()).containsExactly("s2 1", "s2 2");
    }

    @Test
    void a_saga_of_another_session_is_asked_about_however_long_this_one_lasts() throws SQLException {
        run(append("s1", 1, 0), append("s2", 1, 0));
        session.close();
        postgres.execute("DELETE FROM saga.saga_steps WHERE saga_id = 's1'");
        session = reconnected();
        run(start("s3"), start("s4"));

        assertThat(run(append("s1", 2, 1), append("s2", 2, 1)))
                .containsExactly(new Result.Conflict(), new Result.Recorded(2));
    }

    @Test
    void a_second_writer_fails_the_batch_and_gets_a_conflict_when_the_lane_runs_it_again() throws SQLException {
        run(append("s1", 1, 0), append("s2", 1, 0));

        failsToBeRunAgain(append("s1", 1, 0, "another"), append("s2", 2, 1));
        assertThat(run(append("s1", 1, 0, "another"), append("s2", 2, 1)))
                .containsExactly(new Result.Conflict(), new Result.Recorded(1));
        assertThat(logs()).containsExactly("s1 1", "s2 1", "s2 2");
    }

    @Test
    void a_second_writer_that_is_alone_gets_its_conflict_too() throws SQLException {
        run(append("s1", 1, 0));

        failsToBeRunAgain(append("s1", 1, 0, "another"));
        assertThat(run(append("s1", 1, 0, "another"))).containsExactly(new Result.Conflict());
    }

    @Test
    void a_node_whose_row_is_gone_is_fenced_off_once_the_lane_looks() throws SQLException {
        run(append("s1", 1, 0));
        postgres.execute("DELETE FROM saga.saga_nodes");

        failsToBeRunAgain(append("s1", 2, 1));
        assertThat(run(append("s1", 2, 1))).containsExactly(new Result.Fenced());
        assertThat(logs()).containsExactly("s1 1");
    }

    /// On a connection that is no lane's the session counts as begun before it is committed: the fence then finds
    /// that it was not.
    @Test
    void a_session_whose_first_transaction_is_rolled_back_is_begun_again() throws SQLException {
        run(append("s1", 1, 0));
        session.close();
        session = reconnected();
        batch.run(session, List.of(append("s2", 1, 0)));
        session.rollback();

        failsToBeRunAgain(append("s2", 1, 0));
        assertThat(run(append("s2", 1, 0))).containsExactly(new Result.Recorded(3));
        assertThat(postgres.texts("SELECT count(*)::text FROM saga.saga_nodes WHERE backend_pid IS NOT NULL"))
                .containsExactly("1");
    }

    /// The answer to COMMIT was lost: the batch is run again, over another connection.
    @Test
    void a_batch_that_was_committed_is_found_to_be_by_the_next_session() throws SQLException {
        run(append("s1", 1, 0), append("s2", 1, 0));
        session.close();
        session = reconnected();

        assertThat(run(append("s1", 1, 0), append("s2", 1, 0)))
                .containsExactly(new Result.Recorded(2), new Result.Recorded(2));
        assertThat(logs()).containsExactly("s1 1", "s2 1");
    }

    private void failsToBeRunAgain(Command... commands) throws SQLException {
        assertThatThrownBy(() -> run(commands))
                .isInstanceOf(SQLException.class)
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("40001");
        session.rollback();
    }

    private Connection reconnected() throws SQLException {
        var db = postgres.dataSource().getConnection();
        db.setAutoCommit(false);
        return db;
    }

    private List<Result> run(Command... commands) throws SQLException {
        var results = batch.run(session, List.of(commands));
        session.commit();
        return results;
    }

    private List<String> logs() {
        return postgres.texts("SELECT saga_id || ' ' || seq FROM saga.saga_steps ORDER BY saga_id, seq");
    }

    private static Command.Start start(String sagaId) {
        var execution = new Execution(sagaId, "trip", 1, "{}", null, null, null, NOW);
        var request = new StartRequest<>(sagaId, "payload", "test", "key-" + sagaId, "hash", null, null, null);
        return new Command.Start(execution, request, NOW);
    }

    private static Append append(String sagaId, int seq, long session) {
        return append(sagaId, seq, session, "step-" + seq);
    }

    private static Append append(String sagaId, int seq, long session, String step) {
        var entry = new LogEntry(seq, step, SagaEvent.DONE, 0, 0, Map.of(), NOW, NOW);
        return new Append(
                sagaId,
                List.of(entry),
                null,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                List.of(),
                null,
                session);
    }
}
