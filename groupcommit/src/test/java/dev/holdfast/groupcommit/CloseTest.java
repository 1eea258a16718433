package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.Callers.Call;
import dev.holdfast.groupcommit.CommitProxy.Cut;
import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Closing a lane answers everybody.
class CloseTest {

    private final Database database = Database.fresh();
    private final Gate<Add, Added> gate = new Gate<>(new Counters());

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @Test
    void closing_commits_what_is_queued_and_takes_no_more() throws Exception {
        var lane = GroupCommit.open(
                database.lanes(), GroupCommitSettings.named("drain").withMaxBatch(4), gate);
        var calls = RollbackTest.threeInABatchHeld(lane, gate);
        gate.awaitBatch();
        var more = Callers.queued(
                lane,
                IntStream.range(0, 9)
                        .mapToObj(i -> new Add("more " + i, "apples", 1))
                        .toList());
        var closing = Callers.call(() -> {
            lane.close();
            return true;
        });
        await().until(() -> refused(lane));
        gate.open();
        assertThat(closing.result()).isTrue();
        calls.addAll(more);
        for (var call : calls) {
            call.result();
        }
        assertThat(database.number("SELECT value FROM counter WHERE name = 'apples'"))
                .isEqualTo(12);
        await().until(() -> database.number(
                        "SELECT count(*) FROM pg_stat_activity" + " WHERE application_name = 'holdfast-lane-drain'")
                == 0);
    }

    @Test
    void a_closed_lane_refuses_and_may_be_closed_again() {
        var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("closed"), gate);
        lane.close();
        lane.close();
        assertThatThrownBy(() -> lane.submit(new Add("key", "apples", 1)))
                .isInstanceOf(OverloadedException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void a_batch_that_does_not_end_in_time_is_cut_off_and_has_no_effect() throws Exception {
        database.asOwner("INSERT INTO counter VALUES ('apples', 0, 0)");
        var patience = Duration.ofMillis(300);
        try (var other = database.lanes().getConnection()) {
            other.setAutoCommit(false);
            other.createStatement().execute("SELECT 1 FROM counter FOR UPDATE");
            var lane = GroupCommit.open(
                    database.lanes(), GroupCommitSettings.named("stuck").withPatience(patience), gate);
            var calls = patientThree(lane);
            gate.open();
            await().until(() -> database.number("SELECT count(*) FROM pg_stat_activity"
                            + " WHERE application_name = 'holdfast-lane-stuck' AND wait_event_type = 'Lock'")
                    == 1);
            lane.close();
            for (var call : calls) {
                assertThat(call.failure()).isInstanceOf(NotCommittedException.class);
            }
            other.rollback();
        }
        await().until(() -> database.number(
                        "SELECT count(*) FROM pg_stat_activity" + " WHERE application_name = 'holdfast-lane-stuck'")
                == 0);
        assertThat(database.number("SELECT count(*) FROM claim WHERE counter = 'apples'"))
                .isZero();
    }

    @Test
    void a_batch_function_that_never_returns_leaves_its_callers_with_unclear() throws Exception {
        var never = new CountDownLatch(1);
        var entered = new CountDownLatch(1);
        BatchWork<String, String> work = (db, requests) -> {
            entered.countDown();
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new SQLException(e);
            }
            return requests;
        };
        var lane = GroupCommit.open(
                database.lanes(), GroupCommitSettings.named("never").withPatience(Duration.ofMillis(100)), work);
        var taken = Callers.call(() -> lane.submit("taken", Duration.ofMinutes(1)));
        entered.await();
        var queued = Callers.call(() -> lane.submit("queued", Duration.ofMinutes(1)));
        await().until(() -> lane.queued() == 1);
        lane.close();
        assertThat(taken.failure()).isInstanceOf(UnclearCommitException.class);
        assertThat(queued.failure()).isInstanceOf(NotCommittedException.class);
        never.countDown();
    }

    @Test
    void a_lane_without_a_database_closes_and_answers_no_effect() throws Exception {
        try (var proxy = new CommitProxy(database.lanes().getPortNumbers()[0])) {
            proxy.refuseConnections(true);
            var lane = GroupCommit.open(
                    database.lanesThrough(proxy.port()),
                    GroupCommitSettings.named("away").withPatience(Duration.ofMillis(100)),
                    gate);
            var call = Callers.call(() -> lane.submit(new Add("key", "apples", 1), Duration.ofMinutes(1)));
            await().until(() -> call.thread().getState() == Thread.State.WAITING);
            lane.close();
            assertThat(call.failure()).isInstanceOf(NotCommittedException.class);
        }
    }

    @Test
    void a_commit_lost_while_closing_is_unclear() throws Exception {
        gate.open();
        try (var proxy = new CommitProxy(database.lanes().getPortNumbers()[0])) {
            var lane = GroupCommit.open(
                    database.lanesThrough(proxy.port()),
                    GroupCommitSettings.named("lost").withPatience(Duration.ofMillis(100)),
                    gate);
            lane.submit(new Add("first", "apples", 1), Duration.ofMinutes(1));
            proxy.cutNextCommit(Cut.SILENCE);
            var call = Callers.call(() -> lane.submit(new Add("second", "apples", 1), Duration.ofMinutes(1)));
            await().until(() -> database.number("SELECT count(*) FROM claim") == 2);
            lane.close();
            assertThat(call.failure()).isInstanceOf(UnclearCommitException.class);
        }
    }

    @Test
    void a_lane_closed_out_of_its_own_batch_function_ends_after_the_batch() {
        var itself = new GroupCommit<?, ?>[1];
        BatchWork<String, String> work = (db, requests) -> {
            itself[0].close();
            return requests;
        };
        var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("itself"), work);
        itself[0] = lane;
        assertThat(lane.submit("last")).isEqualTo("last");
        assertThatThrownBy(() -> lane.submit("one more")).isInstanceOf(OverloadedException.class);
        lane.close();
    }

    @Test
    void an_interrupt_while_closing_hurries_it_and_is_kept() throws Exception {
        var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("hurry"), gate);
        var calls = patientThree(lane);
        var closing = Callers.call(() -> {
            lane.close();
            return Thread.currentThread().isInterrupted();
        });
        await().until(() -> refused(lane));
        closing.thread().interrupt();
        for (var call : calls.subList(1, 3)) {
            assertThat(call.failure()).isInstanceOf(NotCommittedException.class);
        }
        gate.open();
        assertThat(closing.result()).isTrue();
    }

    /// Everybody submits while somebody closes: nobody is left waiting, and the database agrees with every answer.
    @Test
    void closing_races_with_submitting_and_everybody_is_answered() throws Exception {
        gate.open();
        var committed = new HashSet<String>();
        for (int round = 0; round < 30; round++) {
            var settings = GroupCommitSettings.named("race").withPatience(Duration.ofMinutes(2));
            var lane = GroupCommit.open(database.lanes(), settings, gate);
            var calls = new ArrayList<Call<Boolean>>();
            var go = new CountDownLatch(1);
            for (int i = 0; i < 50; i++) {
                var add = new Add("key " + round + " " + i, "apples", 1);
                calls.add(Callers.call(() -> {
                    go.await();
                    return submitted(lane, add);
                }));
            }
            var closing = Callers.call(() -> {
                go.await();
                lane.close();
                return true;
            });
            go.countDown();
            closing.result();
            for (int i = 0; i < 50; i++) {
                if (calls.get(i).result()) {
                    committed.add("key " + round + " " + i);
                }
            }
        }
        assertThat(database.texts("SELECT key FROM claim")).isEqualTo(committed);
    }

    /// One at the gate and two behind it, all with patience for longer than the lane lives.
    private List<Call<Added>> patientThree(GroupCommit<Add, Added> lane) throws InterruptedException {
        var calls = new ArrayList<Call<Added>>();
        calls.add(Callers.call(() -> lane.submit(new Add("key 0", "apples", 1), Duration.ofMinutes(1))));
        gate.awaitBatch();
        for (int i = 1; i < 3; i++) {
            var add = new Add("key " + i, "apples", 1);
            calls.add(Callers.call(() -> lane.submit(add, Duration.ofMinutes(1))));
        }
        await().until(() -> lane.queued() == 2);
        return calls;
    }

    private static boolean submitted(GroupCommit<Add, Added> lane, Add add) {
        try {
            lane.submit(add);
            return true;
        } catch (OverloadedException | NotCommittedException e) {
            return false;
        }
    }

    private static boolean refused(GroupCommit<Add, Added> lane) {
        try {
            lane.submit(new Add("probe", "probes", 1), Duration.ofMillis(1));
            return false;
        } catch (OverloadedException e) {
            return true;
        } catch (NotCommittedException e) {
            return false;
        }
    }
}
