package dev.holdfast.saga;

import static dev.holdfast.saga.OldSagas.THIRTY_DAYS;
import static dev.holdfast.saga.OldSagas.clock;
import static dev.holdfast.saga.OldSagas.id;
import static dev.holdfast.saga.OldSagas.range;
import static dev.holdfast.saga.SagaEngineTest.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Sagas that ended long ago go with their range; all else stays.
class RetentionTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration OLD = Duration.ofDays(40);

    private final TestPostgres postgres = TestPostgres.withSagaTables();
    private final Trip trip = new Trip();
    private final SagaDefinition<String> definition = trip.definition();
    private final CountDownLatch called = new CountDownLatch(1);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private final SagaRetention retention = new SagaRetention(postgres.dataSource(), THIRTY_DAYS, SagaClock.system());
    private SagaEngine engine = engine(OLD);

    @AfterEach
    void close() {
        mayAnswer.countDown();
        engine.close();
    }

    @Test
    void what_has_ended_and_is_old_is_dropped_with_its_range() {
        trip.answers("pay", new Outcome.Refused("declined", "no money"));
        runToItsEnd(id(OLD, 1));
        assertThat(rows()).isGreaterThan(5);

        var round = retention.run();

        assertThat(round.dropped()).contains(range(OLD));
        assertThat(round.putOff()).isEmpty();
        assertThat(rows()).isZero();
        assertThat(engine.find(id(OLD, 1))).isEmpty();
        assertThat(postgres.texts(
                        "SELECT dropped || ' ' || (gone_below > '" + id(OLD, 1) + "') FROM saga.saga_retention"))
                .containsExactly("1 true");
    }

    @Test
    void what_is_not_old_stays_in_the_range_of_its_day() {
        engine.close();
        engine = engine(Duration.ofDays(29));
        runToItsEnd(id(Duration.ofDays(29), 1));

        assertThat(retention.run().dropped()).doesNotContain(range(Duration.ofDays(29)));

        assertThat(engine.find(id(Duration.ofDays(29), 1))).isPresent();
        assertThat(rowsOf("saga_runs" + range(Duration.ofDays(29)))).isEqualTo(1);
    }

    @Test
    void sagas_under_other_ids_stay_for_good() {
        runToItsEnd("trip-1");

        retention.run();

        assertThat(engine.find("trip-1")).isPresent();
    }

    @Test
    void a_saga_that_has_not_ended_is_moved_and_ends_as_if_nothing_had_been() throws Exception {
        runToItsEnd(id(OLD, 1));
        var straggler = id(OLD, 2);
        blockAt("pay");
        engine.start(definition, request(straggler));
        assertThat(called.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(retention.run().dropped()).contains(range(OLD));

        assertThat(engine.find(id(OLD, 1))).isEmpty();
        assertThat(rowsOf("saga_runs_default")).isEqualTo(1);
        mayAnswer.countDown();
        var view = engine.await(straggler, SOON).orElseThrow();
        assertThat(view.status()).isEqualTo(SagaStatus.COMPLETED);
        assertThat(view.log()).extracting(LogEntry::seq).containsExactly(1, 2, 3, 4, 5, 6);
        assertBooksHold();
    }

    @Test
    void a_straggler_goes_when_its_end_is_old_too() {
        runToItsEnd(id(OLD, 1));
        postgres.execute("UPDATE saga.saga_runs SET status = 'STARTED'");
        retention.run();
        postgres.execute("UPDATE saga.saga_runs SET status = 'COMPLETED', updated_at = now() - interval '29 days'");
        assertThat(retention.run().strays()).isZero();

        postgres.execute("UPDATE saga.saga_runs SET updated_at = now() - interval '31 days'");

        assertThat(retention.run().strays()).isEqualTo(1);
        assertThat(rows()).isZero();
    }

    @Test
    void what_ended_only_lately_is_moved_and_stays() {
        runToItsEnd(id(OLD, 1));
        postgres.execute("UPDATE saga.saga_runs SET updated_at = now() - interval '1 day'");

        assertThat(retention.run().dropped()).contains(range(OLD));

        assertThat(engine.find(id(OLD, 1))).isPresent();
    }

    @Test
    void a_saga_that_has_not_ended_keeps_its_children() {
        for (int i = 1; i <= 4; i++) {
            runToItsEnd(id(OLD, i));
        }
        belongsTo(id(OLD, 2), id(OLD, 1));
        belongsTo(id(OLD, 3), id(OLD, 2));
        postgres.execute("UPDATE saga.saga_runs SET status = 'STARTED' WHERE saga_id = '" + id(OLD, 1) + "'");

        assertThat(retention.run().dropped()).contains(range(OLD));

        assertThat(postgres.texts("SELECT right(saga_id, 1) FROM saga.saga_runs ORDER BY 1"))
                .containsExactly("1", "2");
    }

    @Test
    void a_range_of_which_much_has_not_ended_is_put_off() {
        runToItsEnd(id(OLD, 1));
        postgres.execute("""
                INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at, updated_at)
                SELECT saga_id || n, definition, version, 'STARTED', payload, node, epoch, created_at, updated_at
                  FROM saga.saga_runs, generate_series(1, 2001) AS n
                """);

        var round = retention.run();

        assertThat(round.dropped()).isEmpty();
        assertThat(round.putOff())
                .singleElement()
                .asString()
                .contains(range(OLD))
                .contains("have not ended");
        assertThat(rowsOf("saga_runs" + range(OLD))).isEqualTo(2002);
        postgres.execute("DELETE FROM saga.saga_runs WHERE status = 'STARTED'");
    }

    @Test
    void a_drop_gives_way_to_a_writer_and_comes_again() throws Exception {
        runToItsEnd(id(OLD, 1));
        try (var writer = postgres.dataSource().getConnection();
                var statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("LOCK TABLE saga.saga_steps IN ROW EXCLUSIVE MODE");
            var round = CompletableFuture.supplyAsync(retention::run);

            // Others write meanwhile as if nothing waited.
            for (int i = 2; !round.isDone(); i++) {
                runToItsEnd(id(OLD, i));
            }

            assertThat(round.get().dropped()).isEmpty();
            assertThat(round.get().putOff()).anyMatch(why -> why.contains(range(OLD)) && why.contains("writers"));
            writer.commit();
        }
        assertThat(retention.run().dropped()).contains(range(OLD));
        assertThat(rows()).isZero();
    }

    @Test
    void the_start_key_of_a_saga_that_is_gone_still_answers() {
        runToItsEnd(id(OLD, 1));
        postgres.execute("UPDATE saga.saga_start_keys SET expires_at = now() + interval '1 day'");
        retention.run();

        assertThat(engine.start(definition, request(id(OLD, 1)))).isEqualTo(new StartAnswer.AlreadyStarted(id(OLD, 1)));
        assertThat(engine.find(id(OLD, 1))).isEmpty();
    }

    @Test
    void the_subject_of_a_completed_saga_that_is_gone_is_still_taken() throws Exception {
        runToItsEnd(id(OLD, 1));
        retention.run();

        var another = new StartRequest<>(id(OLD, 2), "to Rome", "test", "k2", "h", "seat:" + id(OLD, 1), null, null);

        assertThat(engine.start(definition, another)).isEqualTo(new StartAnswer.SubjectTaken(id(OLD, 1)));
        assertBooksHold();
    }

    @Test
    void a_subject_whose_saga_is_lost_and_not_dropped_is_still_found() throws Exception {
        runToItsEnd(id(OLD, 1));
        retention.run();
        postgres.execute("UPDATE saga.saga_retention SET gone_below = NULL");

        assertThat(new SagaBooks(postgres.dataSource()).always())
                .filteredOn(rule -> rule.broken() > 0)
                .extracting(SagaBooks.Rule::name)
                .containsExactly("a subject is held by a saga that has not failed");
    }

    @Test
    void start_keys_go_when_they_have_expired_and_their_sagas_have_ended() {
        runToItsEnd(id(OLD, 1));
        runToItsEnd(id(OLD, 2));
        runToItsEnd(id(OLD, 3));
        runToItsEnd(id(OLD, 4));
        belongsTo(id(OLD, 3), id(OLD, 2));
        postgres.execute("UPDATE saga.saga_runs SET status = 'STARTED' WHERE saga_id = '" + id(OLD, 2) + "'");
        postgres.execute("UPDATE saga.saga_start_keys SET expires_at = now() + interval '1 hour' WHERE saga_id = '"
                + id(OLD, 4) + "'");

        assertThat(retention.run().keys()).isEqualTo(1);

        assertThat(postgres.texts("SELECT right(saga_id, 1) FROM saga.saga_start_keys ORDER BY 1"))
                .containsExactly("2", "3", "4");
    }

    @Test
    void two_nodes_may_do_it_at_once() throws Exception {
        for (int i = 1; i <= 20; i++) {
            runToItsEnd(id(OLD, i));
        }
        var other = new SagaRetention(postgres.dataSource(), THIRTY_DAYS, SagaClock.system());
        var there = CompletableFuture.supplyAsync(other::run);
        var here = retention.run();
        there.get();

        retention.run();

        assertThat(here.dropped().size() + there.get().dropped().size()).isLessThanOrEqualTo(3);
        assertThat(rows()).isZero();
        assertThat(postgres.number("SELECT dropped FROM saga.saga_retention")).isEqualTo(20);
        // A range whose tables somebody uses, autovacuum for one, is made in a later round; on a busy machine a
        // round of ten tries takes seconds.
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            retention.run();
            return retention.ranges().stream()
                            .filter(range -> range.prefix() != null)
                            .count()
                    == 3;
        });
    }

    @Test
    void a_node_that_freezes_while_it_changes_the_tables_is_not_waited_for() throws Exception {
        var locked = new CountDownLatch(1);
        var locks = new ShortLocks(postgres.dataSource(), Duration.ofMillis(500));
        var frozen = CompletableFuture.supplyAsync(() -> locks.change(db -> {
            new SagaPartitions(db).lock(SagaPartitions.DEFAULT);
            locked.countDown();
            awaitUninterruptibly(mayAnswer);
        }));
        assertThat(locked.await(20, TimeUnit.SECONDS)).isTrue();

        postgres.execute("SET statement_timeout = '20s'; UPDATE saga.saga_runs SET updated_at = updated_at");

        assertThat(frozen).isNotDone();
        mayAnswer.countDown();
        assertThat(frozen).failsWithin(SOON).withThrowableThat().withCauseInstanceOf(SagaStoreException.class);
    }

    @Test
    void sagas_are_taken_up_while_what_is_old_is_still_being_deleted() throws Exception {
        engine.close();
        postgres.execute("""
                INSERT INTO saga.saga_runs (saga_id, definition, version, status, payload, node, epoch, created_at,
                                            updated_at)
                VALUES ('trip-1', 'trip', 1, 'STARTED', '{"text": "x"}', 'gone', 0, now(), now())
                """);
        try (var busy = postgres.dataSource().getConnection();
                var statement = busy.createStatement()) {
            busy.setAutoCommit(false);
            statement.execute("LOCK TABLE saga.saga_start_keys IN SHARE MODE");

            engine = CompletableFuture.supplyAsync(() -> engine(OLD)).get(20, TimeUnit.SECONDS);

            assertThat(engine.await("trip-1", SOON).orElseThrow().status()).isEqualTo(SagaStatus.COMPLETED);
        }
    }

    @Test
    void ranges_say_when_they_go() {
        var ranges = retention.ranges();

        assertThat(ranges).extracting(SagaRange::suffix).startsWith(range(OLD)).endsWith("_default");
        var first = ranges.getFirst();
        assertThat(first.until()).isEqualTo(first.from().plus(Duration.ofDays(1)));
        assertThat(first.dropAfter()).isEqualTo(first.until().plus(Duration.ofDays(30)));
        assertThat(ranges.getLast().dropAfter()).isNull();
    }

    /// Settings change, and what was kept under the prefix before stays until it is old.
    @Test
    void prefixes_that_begin_alike_may_follow_each_other() {
        for (var prefix : new String[] {"r_", "r_x_", "r_a", "r", "r_"}) {
            var settings = RetentionSettings.keeping(Duration.ofDays(5), prefix);
            var next = new SagaRetention(postgres.dataSource(), settings, SagaClock.system());

            assertThat(next.run().putOff()).isEmpty();
            assertThat(next.ranges())
                    .filteredOn(range -> prefix.equals(range.prefix()))
                    .isNotEmpty()
                    .allSatisfy(range -> assertThat(range.lowerId()).startsWith(prefix));
        }
    }

    private void runToItsEnd(String sagaId) {
        engine.start(definition, request(sagaId));
        assertThat(engine.await(sagaId, SOON).orElseThrow().status().ended()).isTrue();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void belongsTo(String child, String parent) {
        postgres.execute("UPDATE saga.saga_runs SET parent = '%s hotel' WHERE saga_id = '%s'".formatted(parent, child));
    }

    private void assertBooksHold() throws Exception {
        assertThat(new SagaBooks(postgres.dataSource()).always()).allMatch(rule -> rule.broken() == 0);
    }

    private int rows() {
        return SagaPartitions.TABLES.stream().mapToInt(this::rowsOf).sum();
    }

    private int rowsOf(String table) {
        return postgres.number("SELECT count(*) FROM saga.\"" + table + "\"");
    }

    private void blockAt(String step) {
        trip.when(step, (payload, call) -> {
            called.countDown();
            mayAnswer.await();
            return Outcome.Done.done();
        });
    }

    private SagaEngine engine(Duration behind) {
        return SagaEngine.builder(postgres.dataSource())
                .register(definition)
                .clock(clock(behind))
                .retention(THIRTY_DAYS)
                .start();
    }
}
