package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Statements that nobody waits for: sent together where requests are few, run as they come where they are many,
/// and to the same end.
class WritesTest {

    private static final String INSERT = "INSERT INTO word SELECT * FROM unnest(?::text[])";
    private static final String APPEND = "UPDATE word SET text = word.text || '!' FROM unnest(?::text[]) AS old (text)"
            + " WHERE word.text = old.text";
    private static final int FEW = 1;
    private static final int MANY = Transaction.FEW + 1;

    private final Database database = Database.fresh();
    private final List<String> seen = new CopyOnWriteArrayList<>();

    /// Does something with the requests of a transaction.
    private interface Work {
        void run(Connection db, String[] words) throws SQLException;
    }

    @BeforeEach
    void createTable() {
        database.asOwner("CREATE TABLE word (text text CONSTRAINT word_pk PRIMARY KEY CHECK (text <> 'forbidden'))");
    }

    /// Runs so many requests in one transaction.
    ///
    /// @return what the first of them was told: null for its result
    private Throwable inOneTransaction(int requests, Work work) throws Exception {
        var gate = new Gate<String, Boolean>((db, words) -> {
            if (!words.getFirst().equals("opening")) {
                work.run(db, words.toArray(String[]::new));
            }
            return Collections.nCopies(words.size(), true);
        });
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("words"), gate)) {
            Callers.call(() -> lane.submit("opening"));
            gate.awaitBatch();
            var calls = Callers.queued(
                    lane,
                    IntStream.range(0, requests).mapToObj(i -> "word " + i).toList());
            gate.open();
            var told = new AtomicReference<Throwable>();
            for (var call : calls.reversed()) {
                try {
                    assertThat(call.result()).isTrue();
                    told.set(null);
                } catch (ExecutionException e) {
                    told.set(e.getCause());
                }
            }
            return told.get();
        }
    }

    @Test
    void what_nobody_waits_for_is_one_round_trip_with_its_commit() throws Exception {
        try (var proxy = new CommitProxy(database.lanes().getPortNumbers()[0])) {
            BatchWork<String, Boolean> work = (db, words) -> {
                var all = List.of(words.toArray(String[]::new), new String[0]);
                Writes.of(db).add(Write.of(INSERT, all.subList(0, 1)));
                Writes.of(db).add(Write.of(APPEND, all.subList(0, 1)).touching(words.size()));
                Writes.of(db).add(Write.of(INSERT, all.subList(1, 2)).touching(0));
                return Collections.nCopies(words.size(), true);
            };
            try (var lane =
                    GroupCommit.open(database.lanesThrough(proxy.port()), GroupCommitSettings.named("words"), work)) {
                lane.submit("first");
                int before = proxy.waits();

                for (int i = 0; i < 10; i++) {
                    lane.submit("word " + i);
                }

                assertThat(proxy.waits() - before).isEqualTo(10);
            }
        }
        assertThat(database.number("SELECT count(*) FROM word WHERE text LIKE '%!'"))
                .isEqualTo(11);
    }

    @ParameterizedTest
    @ValueSource(ints = {FEW, MANY})
    void what_is_asked_after_a_write_sees_it(int requests) throws Exception {
        var told = inOneTransaction(requests, (db, words) -> {
            Writes.of(db).add(Write.of(INSERT, List.of((Object) words)));
            Writes.of(db).add(Write.of(APPEND, List.of((Object) words)).touching(words.length));
            try (var query = db.createStatement();
                    var rows = query.executeQuery("SELECT text FROM word ORDER BY text")) {
                while (rows.next()) {
                    seen.add(rows.getString(1));
                }
            }
        });

        assertThat(told).isNull();
        assertThat(seen).hasSize(requests).contains("word 0!");
    }

    @ParameterizedTest
    @ValueSource(ints = {FEW, MANY})
    void a_wrong_count_is_told_to_its_statement_and_nothing_stays(int requests) throws Exception {
        var counts = new CopyOnWriteArrayList<Long>();
        var told = inOneTransaction(requests, (db, words) -> {
            Writes.of(db).add(Write.of(INSERT, List.of((Object) words)).touching(words.length));
            Writes.of(db)
                    .add(Write.of(APPEND, List.of((Object) new String[] {"word 0", "nowhere"}))
                            .touching(2)
                            .telling(failure -> {
                                counts.add(((WrongCountException) failure).touched());
                                return new SQLException("not there", "P0001", failure);
                            }));
            Writes.of(db)
                    .add(Write.of(INSERT, List.of((Object) new String[] {"x"})).touching(1));
            Writes.of(db).whenCommitted(() -> seen.add("committed"));
        });

        assertThat(told)
                .isInstanceOf(NotCommittedException.class)
                .hasMessageContaining("not there")
                .cause()
                .hasStackTraceContaining("touched 1 rows instead of 2");
        assertThat(counts).containsExactly(1L);
        assertThat(seen).isEmpty();
        assertThat(database.number("SELECT count(*) FROM word")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {FEW, MANY})
    void a_count_that_nobody_explains_is_a_defect(int requests) throws Exception {
        var told = inOneTransaction(
                requests,
                (db, words) -> Writes.of(db)
                        .add(Write.of(APPEND, List.of((Object) words)).touching(words.length)));

        assertThat(told).isInstanceOf(NotCommittedException.class).hasMessageContaining("touched 0 rows instead of");
    }

    @ParameterizedTest
    @ValueSource(ints = {FEW, MANY})
    void a_serialization_failure_that_a_statement_makes_of_an_error_runs_the_transaction_again(int requests)
            throws Exception {
        database.asOwner("INSERT INTO word VALUES ('taken')");
        var runs = new CopyOnWriteArrayList<String>();
        var told = inOneTransaction(requests, (db, words) -> {
            runs.add("run");
            var word = runs.size() == 1 ? "taken" : "free";
            Writes.of(db)
                    .add(Write.of(INSERT, List.of((Object) new String[] {word}))
                            .telling(failure -> new SQLException("taken", "40001", failure)));
            Writes.of(db).whenCommitted(() -> seen.add(word));
        });

        assertThat(told).isNull();
        assertThat(runs).hasSize(2);
        assertThat(seen).containsExactly("free");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, MANY})
    void data_that_the_database_refuses_is_found_among_its_neighbours(int requests) throws Exception {
        database.asOwner("INSERT INTO word VALUES ('word 0')");
        var told =
                inOneTransaction(requests, (db, words) -> Writes.of(db).add(Write.of(INSERT, List.of((Object) words))));

        assertThat(told).isInstanceOf(RejectedRequestException.class).hasMessageContaining("word_pk");
        assertThat(database.number("SELECT count(*) FROM word")).isEqualTo(requests);
    }

    @ParameterizedTest
    @ValueSource(ints = {FEW, MANY})
    void what_a_statement_gives_is_read(int requests) throws Exception {
        var told = inOneTransaction(requests, (db, words) -> {
            Writes.of(db).add(Write.of(INSERT, List.of((Object) words)));
            Writes.of(db)
                    .add(Write.of("SELECT count(*), ?::text FROM word", nothing())
                            .giving(rows -> {
                                rows.next();
                                seen.add(rows.getLong(1) + " " + rows.getString(2));
                            }));
            Writes.of(db).add(Write.of("SELECT text FROM word", List.of()).touching(words.length));
        });

        assertThat(told).isNull();
        assertThat(seen).containsExactly(requests + " null");
    }

    private static List<Object> nothing() {
        return new ArrayList<>(Collections.singleton(null));
    }

    @Test
    void what_fails_after_the_commit_takes_nobodys_result() throws Exception {
        var told = inOneTransaction(FEW, (db, words) -> {
            Writes.of(db).add(Write.of("SELECT 1", List.of()).giving(_ -> {
                throw new IllegalStateException("cannot read");
            }));
            Writes.of(db).add(Write.of(INSERT, List.of((Object) words)));
            Writes.of(db).whenCommitted(() -> {
                throw new IllegalStateException("cannot remember");
            });
            Writes.of(db).whenCommitted(() -> seen.add("committed"));
        });

        assertThat(told).isNull();
        assertThat(seen).containsExactly("committed");
        assertThat(database.number("SELECT count(*) FROM word")).isEqualTo(1);
    }

    @Test
    void what_one_transaction_put_off_is_not_sent_with_the_next() throws Exception {
        BatchWork<String, Boolean> work = (db, words) -> {
            Writes.of(db).add(Write.of(INSERT, List.of((Object) words.toArray(String[]::new))));
            Writes.of(db).whenCommitted(() -> seen.addAll(words));
            if (words.contains("bad")) {
                throw new IllegalStateException("after all, no");
            }
            return Collections.nCopies(words.size(), true);
        };
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("words"), work)) {
            assertThatThrownBy(() -> lane.submit("bad")).isInstanceOf(NotCommittedException.class);
            lane.submit("good");
        }

        assertThat(seen).containsExactly("good");
        assertThat(database.texts("SELECT text FROM word")).containsExactly("good");
    }

    @Test
    void a_constraint_that_is_checked_at_commit_refuses_it() throws Exception {
        database.asOwner(
                "ALTER TABLE word DROP CONSTRAINT word_pk",
                "ALTER TABLE word ADD CONSTRAINT word_pk PRIMARY KEY (text) DEFERRABLE INITIALLY DEFERRED",
                "INSERT INTO word VALUES ('word 0')");
        var told = inOneTransaction(FEW, (db, words) -> Writes.of(db).add(Write.of(INSERT, List.of((Object) words))));

        assertThat(told).isInstanceOf(RejectedRequestException.class).hasMessageContaining("word_pk");
    }

    /// The server ends the statement and not the session, so it is known that COMMIT was not run.
    @Test
    void a_write_that_waits_too_long_for_a_lock_surely_has_no_effect() throws Exception {
        database.asOwner("INSERT INTO word VALUES ('word')");
        var impatient = database.lanes();
        impatient.setOptions("-c statement_timeout=1000");
        BatchWork<String, Boolean> work = (db, words) -> {
            Writes.of(db)
                    .add(Write.of(APPEND, List.of((Object) words.toArray(String[]::new)))
                            .touching(1));
            return List.of(true);
        };
        try (var other = database.superuser().getConnection();
                var lane = GroupCommit.open(impatient, GroupCommitSettings.named("words"), work)) {
            other.setAutoCommit(false);
            try (var lock = other.createStatement()) {
                lock.execute("SELECT FROM word FOR UPDATE");
            }

            assertThatThrownBy(() -> lane.submit("word")).isInstanceOf(NotCommittedException.class);

            other.rollback();
            assertThat(lane.submit("word")).isTrue();
        }
        assertThat(database.texts("SELECT text FROM word")).containsExactly("word!");
    }

    @ParameterizedTest
    @ValueSource(ints = {FEW, MANY})
    void what_cannot_be_sent_is_a_defect_and_nothing_stays(int requests) throws Exception {
        var told = inOneTransaction(requests, (db, words) -> {
            Writes.of(db).add(Write.of(INSERT, List.of((Object) words)));
            Writes.of(db).add(Write.of(INSERT, List.of(new Object())));
        });

        assertThat(told).isInstanceOf(NotCommittedException.class).hasMessageContaining("infer the SQL type");
        assertThat(database.number("SELECT count(*) FROM word")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {FEW, MANY})
    void a_failure_that_the_batch_function_swallows_is_no_commit(int requests) throws Exception {
        var told = inOneTransaction(requests, (db, words) -> {
            try {
                Writes.of(db).add(Write.of(INSERT, List.of(new Object())));
                db.createStatement().close();
            } catch (SQLException e) {
                seen.add("swallowed");
            }
            Writes.of(db).add(Write.of(INSERT, List.of((Object) words)));
        });

        assertThat(seen).containsExactly("swallowed");
        assertThat(told).isInstanceOf(NotCommittedException.class).hasMessageContaining("went on");
        assertThat(database.number("SELECT count(*) FROM word")).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {FEW, Transaction.FEW, MANY})
    void few_are_sent_at_the_end_and_many_run_as_they_come(int requests) throws Exception {
        var told = inOneTransaction(requests, (db, words) -> {
            try {
                Writes.of(db).add(Write.of(APPEND, List.of((Object) words)).touching(words.length));
                seen.add("put off");
            } catch (WrongCountException e) {
                seen.add("run");
            }
        });

        assertThat(told).isInstanceOf(NotCommittedException.class);
        assertThat(seen).containsExactly(requests > Transaction.FEW ? "run" : "put off");
    }

    /// What goes out with a BEGIN that is refused is run without it, and committed.
    @ParameterizedTest
    @ValueSource(strings = {"57014", "53200"})
    void what_went_out_with_a_begin_that_was_refused_is_found_out(String sqlState) throws Exception {
        try (var proxy = new CommitProxy(database.lanes().getPortNumbers()[0])) {
            BatchWork<String, Boolean> work = (db, words) -> {
                seen.add(words.getFirst() + ", rows there: " + database.number("SELECT count(*) FROM word"));
                Writes.of(db).add(Write.of(INSERT + " ON CONFLICT DO NOTHING", List.of((Object)
                        words.toArray(String[]::new))));
                if (words.contains("asked")) {
                    db.createStatement().close();
                }
                return List.of(true);
            };
            try (var lane =
                    GroupCommit.open(database.lanesThrough(proxy.port()), GroupCommitSettings.named("words"), work)) {
                lane.submit("first");
                proxy.refuseNextBegin(sqlState);
                assertThat(lane.submit("sent with COMMIT")).isTrue();
                proxy.refuseNextBegin(sqlState);
                assertThat(lane.submit("asked")).isTrue();
            }
        }
        assertThat(seen)
                .containsExactly(
                        "first, rows there: 0",
                        "sent with COMMIT, rows there: 1",
                        "sent with COMMIT, rows there: 2",
                        "asked, rows there: 2",
                        "asked, rows there: 3");
    }

    @Test
    void what_cannot_be_counted_is_refused_where_it_is_written() {
        assertThatThrownBy(() -> Write.of("WITH a AS (SELECT 1) SELECT * FROM a", List.of())
                        .touching(1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Write.of("SELECT 1", List.of())
                        .giving(_ -> seen.add("read"))
                        .touching(1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void on_any_other_connection_they_are_run_as_they_come() throws Exception {
        try (var db = database.lanes().getConnection()) {
            Writes.of(db)
                    .add(Write.of(INSERT, List.of((Object) new String[] {"a"})).touching(1));
            Writes.of(db).whenCommitted(() -> seen.add("at once"));
            assertThatThrownBy(() -> Writes.of(db)
                            .add(Write.of(APPEND, List.of((Object) new String[] {"b"}))
                                    .touching(1)))
                    .isInstanceOf(WrongCountException.class);
        }

        assertThat(seen).containsExactly("at once");
        assertThat(database.number("SELECT count(*) FROM word")).isEqualTo(1);
    }
}
