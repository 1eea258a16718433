package dev.holdfast.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.platform.RequestKeys.Asked;
import dev.holdfast.platform.RequestKeys.Key;
import dev.holdfast.platform.RequestKeys.New;
import dev.holdfast.platform.RequestKeys.Replay;
import dev.holdfast.platform.RequestKeys.Reused;
import dev.holdfast.platform.RequestKeys.Running;
import dev.holdfast.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.simple.JdbcClient;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequestKeysTest {

    private final TestDatabase database = TestDatabase.with("cart");
    private final RequestKeys keys = new RequestKeys("cart");

    @AfterAll
    void close() throws Exception {
        database.close();
    }

    @Test
    void a_key_answers_what_was_recorded_and_another_request_under_it_is_told() throws Exception {
        assertThat(ask("\"first\"", key("a", "1"))).containsExactly(new New());

        assertThat(ask("\"never\"", key("a", "1"), key("a", "2"), key("b", "1")))
                .containsExactly(new Replay("\"first\""), new Reused(), new New());
    }

    @Test
    void in_one_batch_the_second_is_answered_by_the_first() throws Exception {
        assertThat(ask("\"once\"", key("twice", "1"), key("twice", "1"), key("twice", "2"), null))
                .containsExactly(new New(), new Replay("\"once\""), new Reused(), new New());
    }

    @Test
    void the_same_word_in_two_scopes_is_two_keys() throws Exception {
        assertThat(ask("1", new Key("PUT /x", "k", "h"), new Key("PUT /y", "k", "h")))
                .containsExactly(new New(), new New());
    }

    @Test
    void a_request_that_came_to_nothing_leaves_its_key_free() throws Exception {
        try (var db = open()) {
            var round = keys.claim(db, List.of(key("free", "1")));
            assertThat(round.ask(key("free", "1"))).isEqualTo(new New());
            round.record(db);
            db.commit();
        }
        assertThat(ask("2", key("free", "2"))).containsExactly(new New());
        assertThat(ask("3", key("free", "2"))).containsExactly(new Replay("2"));
    }

    @Test
    void in_one_batch_a_refused_first_leaves_the_key_to_a_different_second() throws Exception {
        try (var db = open()) {
            var round = keys.claim(db, List.of(key("left", "1"), key("left", "2")));
            assertThat(round.ask(key("left", "1"))).isEqualTo(new New());
            assertThat(round.ask(key("left", "2"))).isEqualTo(new New());
            round.answered(key("left", "2"), "\"second\"");
            round.record(db);
            db.commit();
        }
        assertThat(ask("0", key("left", "1"), key("left", "2")))
                .containsExactly(new Reused(), new Replay("\"second\""));
    }

    @Test
    void a_transaction_that_is_rolled_back_has_used_no_key() throws Exception {
        try (var db = open()) {
            var round = keys.claim(db, List.of(key("back", "1")));
            round.answered(key("back", "1"), "1");
            round.record(db);
            db.rollback();
        }
        assertThat(ask("2", key("back", "1"))).containsExactly(new New());
    }

    @Test
    void a_second_node_is_told_that_the_first_is_running_and_replays_its_answer_later() throws Exception {
        try (var first = open()) {
            var round = keys.claim(first, List.of(key("race", "1")));

            assertThat(ask("\"second\"", key("race", "1"), key("other", "1")))
                    .containsExactly(new Running(), new New());

            round.answered(key("race", "1"), "\"first\"");
            round.record(first);
            first.commit();
        }
        assertThat(ask("\"second\"", key("race", "1"))).containsExactly(new Replay("\"first\""));
    }

    @Test
    void a_second_node_goes_ahead_once_the_first_is_dead() throws Exception {
        try (var first = open()) {
            keys.claim(first, List.of(key("dies", "1")));
            assertThat(ask("\"second\"", key("dies", "1"))).containsExactly(new Running());
            first.rollback();
        }
        assertThat(ask("\"second\"", key("dies", "1"))).containsExactly(new New());
        assertThat(ask("0", key("dies", "1"))).containsExactly(new Replay("\"second\""));
    }

    @Test
    void keys_are_kept_for_two_days_and_then_forgotten() throws Exception {
        database.execute("""
                INSERT INTO cart.request_keys (scope, idempotency_key, request_hash, response, created_at)
                SELECT 'old', n::text, 'h', '1', TIMESTAMPTZ '2020-01-01 00:00:00+00' FROM generate_series(1, 2500) AS n
                """);
        var written = Instant.parse("2020-01-01T00:00:00Z");

        assertThat(keys.prune(database.dataSource(), written.plus(Duration.ofHours(47))))
                .isZero();
        assertThat(keys.prune(database.dataSource(), written.plus(Duration.ofHours(49))))
                .isEqualTo(2_500);
        assertThat(JdbcClient.create(database.dataSource())
                        .sql("SELECT count(*) FROM cart.request_keys WHERE scope = 'old'")
                        .query(Integer.class)
                        .single())
                .isZero();
    }

    @Test
    void a_schema_that_is_no_name_is_refused() {
        assertThatThrownBy(() -> new RequestKeys("cart; DROP")).isInstanceOf(IllegalArgumentException.class);
    }

    /// One batch in a transaction: every new request is done, and answered with `response`.
    private List<Asked> ask(String response, Key... batch) throws SQLException {
        try (var db = open()) {
            var round = keys.claim(db, Arrays.asList(batch));
            var asked = new ArrayList<Asked>();
            for (var key : batch) {
                var answer = round.ask(key);
                asked.add(answer);
                if (answer instanceof New) {
                    round.answered(key, response);
                }
            }
            round.record(db);
            db.commit();
            return asked;
        }
    }

    private Connection open() throws SQLException {
        var db = database.dataSource().getConnection();
        db.setAutoCommit(false);
        return db;
    }

    private static Key key(String key, String hash) {
        return new Key("PUT /test", key, hash);
    }
}
