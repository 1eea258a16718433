package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.CommitProxy.Cut;
import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The connection breaks during COMMIT: the lane finds out, and each request happens once.
class LostCommitTest {

    private static final String LIVE_LANES =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'holdfast-lane-%'"
                    + " AND datname = current_database()";

    private final Database database = Database.fresh();
    private final Gate<Add, Added> gate = new Gate<>(new Counters());
    private final CommitProxy proxy = proxy();
    private final GroupCommitSettings settings = GroupCommitSettings.named("lost");

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @AfterEach
    void closeProxy() throws IOException {
        proxy.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_THE_SERVER", "AFTER_THE_SERVER", "HELD"})
    void a_batch_whose_commit_was_cut_is_answered_and_happens_once(Cut cut) throws Exception {
        try (var lane = GroupCommit.open(database.lanesThrough(proxy.port()), settings, gate)) {
            var first = Callers.call(() -> lane.submit(new Add("first", "apples", 1)));
            gate.awaitBatch();
            var calls = Callers.queued(lane, adds(10));
            gate.letOneThrough();
            first.result();
            gate.awaitBatch();
            proxy.cutNextCommit(cut);
            gate.open();
            for (int i = 0; i < 10; i++) {
                assertThat(calls.get(i).result()).isEqualTo(new Added(i + 2, i + 2));
            }
            assertThat(gate.batches().stream().map(List::size)).containsExactly(1, 10, 10);
            assertThat(lane.submit(new Add("last", "apples", 1))).isEqualTo(new Added(12, 12));
        }
        assertThat(database.number("SELECT value FROM counter")).isEqualTo(12);
    }

    @Test
    void a_commit_still_on_its_way_comes_too_late_because_its_backend_is_gone() throws Exception {
        var lanesAlive = new ConcurrentLinkedQueue<Long>();
        BatchWork<Add, Added> work = (db, requests) -> {
            lanesAlive.add(database.number(LIVE_LANES));
            return new Counters().run(db, requests);
        };
        try (var lane = GroupCommit.open(database.lanesThrough(proxy.port()), settings, work)) {
            lane.submit(new Add("first", "apples", 1));
            proxy.cutNextCommit(Cut.HELD);
            assertThat(lane.submit(new Add("second", "apples", 1))).isEqualTo(new Added(2, 2));
            assertThat(proxy.deliverHeld()).isFalse();
            assertThat(lane.submit(new Add("third", "apples", 1))).isEqualTo(new Added(3, 3));
        }
        // One at a time, also when the batch was run again.
        assertThat(lanesAlive).hasSize(4).containsOnly(1L);
    }

    @Test
    void a_server_that_falls_silent_during_commit_is_taken_for_lost() throws Exception {
        gate.open();
        var quick = settings.withCommitDeadline(Duration.ofSeconds(2));
        try (var lane = GroupCommit.open(database.lanesThrough(proxy.port()), quick, gate)) {
            lane.submit(new Add("first", "apples", 1));
            proxy.cutNextCommit(Cut.SILENCE);
            assertThat(lane.submit(new Add("second", "apples", 1))).isEqualTo(new Added(2, 2));
            assertThat(gate.batches()).hasSize(3);
        }
        assertThat(database.number("SELECT value FROM counter")).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_THE_SERVER", "AFTER_THE_SERVER"})
    void an_outcome_not_found_out_in_time_is_unclear_and_found_out_by_asking_again(Cut cut) throws Exception {
        gate.open();
        var hasty = settings.withCommitDeadline(Duration.ofMillis(300));
        try (var lane = GroupCommit.open(database.lanesThrough(proxy.port()), hasty, gate)) {
            lane.submit(new Add("first", "apples", 1));
            proxy.refuseConnections(true);
            proxy.cutNextCommit(cut);
            var call = Callers.call(() -> lane.submit(new Add("second", "apples", 1)));
            assertThat(call.failure())
                    .isInstanceOf(UnclearCommitException.class)
                    .hasMessageContaining("send the request again under the same key");
            proxy.refuseConnections(false);
            assertThat(lane.submit(new Add("second", "apples", 1))).isEqualTo(new Added(2, 2));
        }
        assertThat(database.number("SELECT value FROM counter")).isEqualTo(2);
    }

    @Test
    void a_commit_lost_twice_is_found_out_too() throws Exception {
        gate.open();
        try (var lane = GroupCommit.open(database.lanesThrough(proxy.port()), settings, new Again(3, gate))) {
            lane.submit(new Add("first", "apples", 1));
            proxy.cutNextCommit(Cut.BEFORE_THE_SERVER);
            assertThat(lane.submit(new Add("second", "apples", 1))).isEqualTo(new Added(2, 2));
        }
        assertThat(gate.batches()).hasSize(4);
        assertThat(database.number("SELECT value FROM counter")).isEqualTo(2);
    }

    /// Cuts the next COMMIT as well when it is run for the nth time.
    private final class Again implements BatchWork<Add, Added> {

        private final BatchWork<Add, Added> work;
        private int runsLeft;

        Again(int nth, BatchWork<Add, Added> work) {
            this.runsLeft = nth;
            this.work = work;
        }

        @Override
        public List<Added> run(Connection db, List<Add> requests) throws SQLException {
            if (--runsLeft == 0) {
                proxy.cutNextCommit(Cut.AFTER_THE_SERVER);
            }
            return work.run(db, requests);
        }
    }

    @Test
    void a_backend_terminated_during_commit_is_not_taken_for_a_refusal() throws Exception {
        // The deferred trigger holds COMMIT up at a lock, and there its backend is terminated. The server says
        // 57P01, which is an answer in form and none in substance.
        database.asOwner("""
                CREATE FUNCTION wait_for_lock() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_advisory_xact_lock(7);
                    RETURN NULL;
                END $$
                """, """
                CREATE CONSTRAINT TRIGGER claim_waits AFTER INSERT ON claim DEFERRABLE INITIALLY DEFERRED
                   FOR EACH ROW WHEN (new.amount = 7) EXECUTE FUNCTION wait_for_lock()
                """);
        gate.open();
        try (var other = database.superuser().getConnection();
                var lane = GroupCommit.open(database.lanes(), settings, gate)) {
            lane.submit(new Add("first", "apples", 1));
            other.setAutoCommit(false);
            other.createStatement().execute("SELECT pg_advisory_xact_lock(7)");
            var call = Callers.call(() -> lane.submit(new Add("second", "apples", 7)));
            await().until(() -> database.number(
                            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'holdfast-lane-lost'"
                                    + " AND wait_event = 'advisory'")
                    == 1);
            database.terminateLane("lost");
            other.commit();
            assertThat(call.result()).isEqualTo(new Added(2, 8));
            assertThat(gate.batches()).hasSize(3);
        }
    }

    @Test
    void a_batch_run_again_leaves_a_mark_so_that_its_commit_waits_for_the_disk() throws Exception {
        var transactionIds = new ConcurrentLinkedQueue<Boolean>();
        BatchWork<Add, Added> work = (db, requests) -> {
            try (var statement = db.createStatement();
                    var row = statement.executeQuery("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")) {
                row.next();
                transactionIds.add(row.getBoolean(1));
            }
            return new Counters().run(db, requests);
        };
        try (var lane = GroupCommit.open(database.lanesThrough(proxy.port()), settings, work)) {
            lane.submit(new Add("first", "apples", 1));
            proxy.cutNextCommit(Cut.AFTER_THE_SERVER);
            lane.submit(new Add("second", "apples", 1));
        }
        assertThat(transactionIds).containsExactly(false, false, true);
    }

    @Test
    void data_refused_only_when_run_again_is_unclear_and_not_rejected() throws Exception {
        var runs = new AtomicInteger();
        BatchWork<Add, Added> work = (db, requests) -> {
            if (runs.incrementAndGet() == 3) {
                throw new SQLException("too long now", "22001");
            }
            return new Counters().run(db, requests);
        };
        try (var lane = GroupCommit.open(database.lanesThrough(proxy.port()), settings, work)) {
            lane.submit(new Add("first", "apples", 1));
            proxy.cutNextCommit(Cut.AFTER_THE_SERVER);
            var call = Callers.call(() -> lane.submit(new Add("second", "apples", 1)));
            assertThat(call.failure()).isInstanceOf(UnclearCommitException.class);
        }
        assertThat(database.number("SELECT count(*) FROM claim WHERE key = 'second'"))
                .isOne();
    }

    private static List<Add> adds(int count) {
        return new ArrayList<>(IntStream.range(0, count)
                .mapToObj(i -> new Add("key " + i, "apples", 1))
                .toList());
    }

    private CommitProxy proxy() {
        try {
            return new CommitProxy(database.lanes().getPortNumbers()[0]);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
