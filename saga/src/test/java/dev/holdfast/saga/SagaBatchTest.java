package dev.holdfast.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.saga.Command.Append;
import dev.holdfast.saga.Command.Result;
import dev.holdfast.saga.Command.RowChange;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a batch promises when it is run again, and when somebody else was there.
class SagaBatchTest {

    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.123456Z");

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final NodeRegistry registry = new NodeRegistry(postgres.dataSource(), SagaSettings.DEFAULTS.lease());
    private NodeId node;
    private SagaBatch batch;

    @BeforeEach
    void register() {
        node = registry.enter("a");
        batch = new SagaBatch(node, SagaSettings.DEFAULTS.lease());
    }

    @Test
    void an_append_run_again_after_a_lost_commit_is_recorded_once_and_answered_the_same() {
        var append = append("s1", entry(1, "seat", SagaEvent.DONE), entry(2, "hotel", SagaEvent.DONE));
        run(start("s1"));

        assertThat(run(append)).containsExactly(new Result.Recorded(2));
        assertThat(run(append)).containsExactly(new Result.Recorded(3));
        assertThat(postgres.texts("SELECT step FROM saga.saga_steps ORDER BY seq"))
                .containsExactly("seat", "hotel");
    }

    @Test
    void an_append_that_leaves_a_gap_is_a_conflict_and_nothing_of_it_is_recorded() {
        run(start("s1"));

        var change = new RowChange(SagaStatus.COMPENSATING, true, NOW);
        var gap = new Append(
                "s1",
                List.of(entry(2, "seat", SagaEvent.DONE)),
                change,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                List.of(),
                null,
                0);
        assertThat(run(gap)).containsExactly(new Result.Conflict());
        assertThat(postgres.texts("SELECT status FROM saga.saga_executions")).containsExactly("STARTED");
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_steps")).isZero();
    }

    @Test
    void a_second_writer_of_a_log_gets_a_conflict_and_the_other_sagas_of_the_batch_do_not() {
        run(start("s1"), start("s2"));
        run(append("s1", entry(1, "seat", SagaEvent.DONE)));

        var results =
                run(append("s1", entry(1, "seat", SagaEvent.REFUSED)), append("s2", entry(1, "seat", SagaEvent.DONE)));

        assertThat(results).extracting(Object::getClass).containsExactly(Result.Conflict.class, Result.Recorded.class);
        assertThat(postgres.texts("SELECT saga_id || ' ' || event FROM saga.saga_steps ORDER BY saga_id"))
                .containsExactly("s1 DONE", "s2 DONE");
    }

    @Test
    void an_append_of_several_rows_to_a_longer_log_leaves_nothing_behind_it() {
        run(start("s1"));
        run(append("s1", entry(1, "seat", SagaEvent.DONE)));

        var late = append("s1", entry(1, "seat", SagaEvent.REFUSED), entry(2, "seat", SagaEvent.TURNED_BACK));
        assertThat(run(late)).containsExactly(new Result.Conflict());
        assertThat(postgres.texts("SELECT event FROM saga.saga_steps")).containsExactly("DONE");
    }

    @Test
    void what_an_operator_did_is_kept_once_though_its_batch_is_run_again() {
        var note = new Command.Note(new Command.Audit("olga", "retry-now", "s1", "asked for", NOW));

        run(note);
        run(note);
        assertThat(postgres.texts("SELECT who FROM saga.saga_audit")).containsExactly("olga");
    }

    @Test
    void a_saga_whose_row_is_gone_does_not_hold_up_the_others_of_its_batch() {
        var attention = new RowChange(null, true, NOW);
        var lost = new Append(
                "s0",
                List.of(entry(1, "seat", SagaEvent.DONE)),
                attention,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                null,
                List.of(),
                null,
                0);
        assertThatThrownBy(() -> run(lost))
                .cause()
                .extracting(e -> ((SQLException) e).getSQLState())
                .isEqualTo("23000");
    }

    @Test
    void a_name_given_back_in_a_batch_goes_to_the_next_who_asked_for_it() {
        run(start("s1", "cart:7"));

        var first = named("s2", "cart:7", "order:1");
        var second = named("s3", "cart:8", "order:1");
        var third = named("s4", "cart:9", "order:1");
        assertThat(run(first, second, third))
                .containsExactly(
                        new Result.Answered(new StartAnswer.SubjectTaken("s1")),
                        started("s3"),
                        new Result.Answered(new StartAnswer.NameTaken("s3")));
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_names")).containsExactly("s3");
    }

    @Test
    void a_refused_start_under_the_saga_id_of_another_does_not_free_its_name() {
        run(named("s1", "cart:7", "order:1"), start("s2", "cart:8"));

        var execution = new Execution("s1", "trip", 1, "{}", "cart:8", null, null, NOW);
        var request = new StartRequest<>("s1", "payload", "test", "key-2", "hash", "cart:8", "order:1", null);
        assertThat(run(new Command.Start(execution, request, NOW)))
                .containsExactly(new Result.Answered(new StartAnswer.SubjectTaken("s2")));
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_names")).containsExactly("s1");
    }

    @Test
    void a_start_run_again_after_a_lost_commit_is_still_the_one_that_started() {
        var start = start("s1");
        var repeated = start("s1");

        assertThat(run(start, repeated)).containsExactly(started("s1"), already("s1"));
        assertThat(run(start, repeated)).containsExactly(started("s1"), already("s1"));
        assertThat(run(start("s1"))).containsExactly(already("s1"));
    }

    @Test
    void a_subject_freed_in_a_batch_can_be_claimed_in_the_same_batch_also_when_it_is_run_again() {
        run(start("s1", "cart:7"));
        var ended = new Append(
                "s1",
                List.of(entry(1, null, SagaEvent.SAGA_FAILED)),
                new RowChange(SagaStatus.FAILED, false, NOW),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                "cart:7",
                List.of(),
                null,
                0);
        var next = start("s2", "cart:7");

        assertThat(run(next, ended)).containsExactly(started("s2"), new Result.Recorded(2));
        assertThat(run(next, ended)).containsExactly(started("s2"), new Result.Recorded(3));
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_subjects")).containsExactly("s2");
    }

    @Test
    void two_starts_with_one_key_in_one_batch_answer_as_if_one_came_after_the_other() {
        run(start("s1", "cart:7"));

        var first = start("s2", "one-key", "hash", "cart:7");
        var same = start("s3", "one-key", "hash", "cart:7");
        var other = start("s4", "one-key", "other-hash", "cart:8");
        var repeated = start("s5", "one-key", "other-hash", "cart:8");

        var taken = new Result.Answered(new StartAnswer.SubjectTaken("s1"));
        assertThat(run(first, same, other, repeated)).containsExactly(taken, taken, started("s4"), already("s4"));
        assertThat(postgres.texts("SELECT saga_id FROM saga.saga_start_keys ORDER BY saga_id"))
                .containsExactly("s1", "s4");
    }

    @Test
    void a_signal_says_whether_it_is_for_a_saga_of_this_node_also_when_it_is_sent_again() {
        run(start("s1"));
        var other = registry.enter("b");
        postgres.execute("INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch,"
                + " created_at, updated_at) SELECT 's2', definition, version, status, payload, 'b', " + other.epoch()
                + ", created_at, updated_at FROM saga.saga_runs");
        var here = new Command.Send(Signal.of("s1", "k", "confirmed", "", NOW), null);
        var there = new Command.Send(Signal.of("s2", "k", "confirmed", "", NOW), null);

        assertThat(run(here, there))
                .containsExactly(
                        new Result.Sent(new SignalAnswer.Recorded(false), true),
                        new Result.Sent(new SignalAnswer.Recorded(false), false));
        assertThat(run(here)).containsExactly(new Result.Sent(new SignalAnswer.Recorded(true), true));
    }

    @Test
    void a_node_whose_row_is_gone_records_nothing() {
        run(start("s1"));
        var successor = registry.enter("a");

        assertThat(run(start("s2"), append("s1", entry(1, "seat", SagaEvent.DONE))))
                .containsExactly(new Result.Fenced(), new Result.Fenced());
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_steps")).isZero();
        assertThat(postgres.texts("SELECT saga_id || ' ' || node || '#' || epoch FROM saga.saga_executions"))
                .containsExactly("s1 " + successor);
    }

    @Test
    void the_node_of_the_same_name_that_starts_again_is_another_node() {
        assertThat(registry.enter("a").epoch()).isGreaterThan(node.epoch());
        assertThat(run(start("s1"))).containsExactly(new Result.Fenced());
    }

    @Test
    void the_log_is_read_by_its_key_whatever_the_planner_thinks_of_its_size() {
        run(start("s1"));
        run(append("s1", entry(1, "seat", SagaEvent.DONE)));
        postgres.execute("ANALYZE saga.saga_steps");

        for (int seq = 2; seq < 12; seq++) {
            run(append("s1", entry(seq, "seat", SagaEvent.DONE)));
        }
        assertThat(postgres.number("SELECT count(*) FROM saga.saga_steps")).isEqualTo(11);
        postgres.execute("SELECT pg_stat_force_next_flush()");
        assertThat(postgres.number("SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'saga_steps'"))
                .isLessThanOrEqualTo(2);
    }

    private List<Result> run(Command... commands) {
        return Database.inTransaction(postgres.dataSource(), db -> batch.run(db, List.of(commands)));
    }

    private static Command.Start start(String sagaId) {
        return start(sagaId, null);
    }

    private static Command.Start start(String sagaId, String subject) {
        return start(sagaId, "key-" + sagaId, "hash", subject);
    }

    private static Command.Start start(String sagaId, String key, String hash, String subject) {
        var execution = new Execution(sagaId, "trip", 1, "{}", subject, null, null, NOW);
        var request = new StartRequest<>(sagaId, "payload", "test", key, hash, subject, null, null);
        return new Command.Start(execution, request, NOW);
    }

    private static Command.Start named(String sagaId, String subject, String name) {
        var execution = new Execution(sagaId, "trip", 1, "{}", subject, null, null, NOW);
        var request = new StartRequest<>(sagaId, "payload", "test", "key-" + sagaId, "hash", subject, name, null);
        return new Command.Start(execution, request, NOW);
    }

    private static Append append(String sagaId, LogEntry... entries) {
        return new Append(
                sagaId, List.of(entries), null, List.of(), List.of(), List.of(), List.of(), null, List.of(), null, 0);
    }

    private static LogEntry entry(int seq, String step, SagaEvent event) {
        return new LogEntry(seq, step, event, 0, 0, Map.of(), NOW, NOW);
    }

    private static Result started(String sagaId) {
        return new Result.Answered(new StartAnswer.Started(sagaId));
    }

    private static Result already(String sagaId) {
        return new Result.Answered(new StartAnswer.AlreadyStarted(sagaId));
    }
}
