package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Serialization failures, deadlocks, lock timeouts (40001, 40P01, 55P03): the whole batch again.
class ContentionTest {

    private final Database database = Database.fresh();
    private final Counters counters = new Counters();

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
        database.asOwner("INSERT INTO counter VALUES ('apples', 0, 0), ('pears', 0, 0)");
    }

    @Test
    void a_deadlocks_victim_is_run_again() throws Exception {
        var runs = new AtomicInteger();
        var laneHoldsPears = new CountDownLatch(1);
        var otherHoldsApples = new CountDownLatch(1);
        // Apples after pears, against the order everybody agreed on: the first run meets one who goes by it.
        BatchWork<Add, Added> work = (db, requests) -> {
            if (runs.incrementAndGet() == 1) {
                run(db, "SELECT 1 FROM counter WHERE name = 'pears' FOR UPDATE");
                laneHoldsPears.countDown();
                await(otherHoldsApples);
            }
            return counters.run(db, requests);
        };
        try (var other = database.superuser().getConnection();
                var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("victim"), work)) {
            other.setAutoCommit(false);
            // Of the two, the lane looks for a deadlock first, and so becomes the victim.
            run(other, "SET deadlock_timeout = '1min'");
            var call = Callers.call(() -> lane.submit(new Add("key", "apples", 1)));
            laneHoldsPears.await();
            run(other, "SELECT 1 FROM counter WHERE name = 'apples' FOR UPDATE");
            otherHoldsApples.countDown();
            // Waits for the lane, which waits for us.
            run(other, "SELECT 1 FROM counter WHERE name = 'pears' FOR UPDATE");
            other.commit();
            assertThat(call.result()).isEqualTo(new Added(1, 1));
            assertThat(runs.get()).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void a_lock_timeout_is_tried_again_until_the_lock_is_free() throws Exception {
        var runs = new AtomicInteger();
        var failedTwice = new CountDownLatch(2);
        BatchWork<Add, Added> work = (db, requests) -> {
            runs.incrementAndGet();
            run(db, "SET LOCAL lock_timeout = '20ms'");
            try {
                return counters.run(db, requests);
            } catch (SQLException e) {
                failedTwice.countDown();
                throw e;
            }
        };
        try (var other = database.lanes().getConnection();
                var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("locked"), work)) {
            other.setAutoCommit(false);
            run(other, "SELECT 1 FROM counter WHERE name = 'apples' FOR UPDATE");
            var call = Callers.call(() -> lane.submit(new Add("key", "apples", 1)));
            failedTwice.await();
            other.commit();
            assertThat(call.result()).isEqualTo(new Added(1, 1));
            assertThat(runs.get()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void a_lock_that_is_never_freed_ends_in_no_effect() throws Exception {
        BatchWork<Add, Added> work = (db, requests) -> {
            run(db, "SET LOCAL lock_timeout = '5ms'");
            return counters.run(db, requests);
        };
        try (var other = database.lanes().getConnection();
                var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("held"), work)) {
            other.setAutoCommit(false);
            run(other, "SELECT 1 FROM counter WHERE name = 'apples' FOR UPDATE");
            assertThatThrownBy(() -> lane.submit(new Add("key", "apples", 1)))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("lock timeout");
            other.rollback();
            assertThat(lane.submit(new Add("other", "apples", 1))).isEqualTo(new Added(1, 1));
        }
    }

    @Test
    void a_caller_who_cannot_wait_for_the_next_try_is_told_that_there_is_no_effect() throws Exception {
        var runs = new AtomicInteger();
        BatchWork<Add, Added> work = (db, requests) -> {
            if (runs.getAndIncrement() == 0) {
                return counters.run(db, requests);
            }
            throw new SQLException("somebody else was quicker", "40001");
        };
        // The pauses between the tries add up to more than that before the tries are used up.
        var patience = Duration.ofMillis(500);
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("short"), work)) {
            lane.submit(new Add("connects", "apples", 1));
            assertThatThrownBy(() -> lane.submit(new Add("key", "apples", 1), patience))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("somebody else was quicker");
            assertThat(runs.get()).isBetween(2, 10);
        }
    }

    @Test
    void a_serialization_failure_at_commit_is_tried_again() throws Exception {
        var runs = new AtomicInteger();
        BatchWork<String, Long> work = (db, requests) -> {
            run(db, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE");
            long changes;
            try (var statement = db.createStatement();
                    var row = statement.executeQuery("SELECT sum(changes) FROM counter")) {
                row.next();
                changes = row.getLong(1);
            }
            run(db, "UPDATE counter SET changes = changes + 1 WHERE name = 'apples'");
            if (runs.incrementAndGet() == 1) {
                // Another transaction reads the same sum and changes the other row, and commits first.
                try (var other = database.lanes().getConnection()) {
                    other.setAutoCommit(false);
                    run(other, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SELECT sum(changes) FROM counter");
                    run(other, "UPDATE counter SET changes = changes + 1 WHERE name = 'pears'");
                    other.commit();
                }
            }
            return List.of(changes);
        };
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("skew"), work)) {
            assertThat(lane.submit("x")).isEqualTo(1);
            assertThat(runs).hasValue(2);
        }
        assertThat(database.number("SELECT sum(changes) FROM counter")).isEqualTo(2);
    }

    @Test
    void a_plan_made_stale_by_a_migration_is_made_anew() {
        BatchWork<Integer, String> work = (db, requests) -> {
            try (var statement = db.prepareStatement("SELECT * FROM migrated");
                    var row = statement.executeQuery()) {
                row.next();
                return List.of(row.getString(1));
            }
        };
        database.asOwner("CREATE TABLE migrated (n int)", "INSERT INTO migrated VALUES (1)");
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("stale"), work)) {
            for (int i = 0; i < 10; i++) {
                assertThat(lane.submit(i)).isEqualTo("1");
            }
            database.asOwner("ALTER TABLE migrated ALTER COLUMN n TYPE text USING 'number ' || n");
            assertThat(lane.submit(0)).isEqualTo("number 1");
        }
    }

    private static void run(Connection db, String... statements) throws SQLException {
        try (var statement = db.createStatement()) {
            for (var sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
