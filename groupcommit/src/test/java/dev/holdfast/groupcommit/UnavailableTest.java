package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The connection, the server or its resources are gone before COMMIT: surely no effect, and a new connection.
class UnavailableTest {

    private final Database database = Database.fresh();
    private final Counters counters = new Counters();
    private final Gate<Add, Added> gate = new Gate<>(counters);
    private final CommitProxy proxy = proxy();

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @AfterEach
    void closeProxy() throws IOException {
        proxy.close();
    }

    @Test
    void a_backend_terminated_during_the_work_has_no_effect_and_is_replaced() throws Exception {
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("ended"), gate)) {
            var calls = RollbackTest.threeInABatchHeld(lane, gate);
            gate.awaitBatch();
            assertThat(database.terminateLane("ended")).isOne();
            gate.open();
            for (var call : calls) {
                assertThat(call.failure()).isInstanceOf(NotCommittedException.class);
            }
            assertThat(lane.submit(new Add("after", "apples", 1))).isEqualTo(new Added(1, 1));
        }
        assertThat(database.number("SELECT count(*) FROM claim WHERE counter = 'apples'"))
                .isOne();
    }

    @Test
    void a_network_gone_during_the_work_has_no_effect_and_is_reconnected() throws Exception {
        try (var lane =
                GroupCommit.open(database.lanesThrough(proxy.port()), GroupCommitSettings.named("network"), gate)) {
            var calls = RollbackTest.threeInABatchHeld(lane, gate);
            gate.awaitBatch();
            proxy.breakAll();
            gate.open();
            for (var call : calls) {
                assertThat(call.failure()).isInstanceOf(NotCommittedException.class);
            }
            assertThat(lane.submit(new Add("after", "apples", 1))).isEqualTo(new Added(1, 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"08006", "53200", "57014", "58030", "XX000", "25006"})
    void everybody_is_told_and_the_connection_replaced_after(String state) {
        var runs = new AtomicInteger();
        BatchWork<String, Integer> work = (db, requests) -> {
            var pid = pid(db);
            if (runs.incrementAndGet() == 1) {
                throw new SQLException("gone", state);
            }
            return List.of(pid);
        };
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("class"), work)) {
            assertThatThrownBy(() -> lane.submit("x")).isInstanceOf(NotCommittedException.class);
            var second = lane.submit("x");
            assertThat(lane.submit("x")).isEqualTo(second);
            assertThat(runs).hasValue(3);
            assertThat(database.number("SELECT count(*) FROM pg_stat_activity"
                            + " WHERE application_name = 'holdfast-lane-class'"))
                    .isOne();
        }
    }

    @Test
    void a_connection_that_is_replaced_goes_back_to_its_pool() {
        var open = new AtomicInteger();
        gate.open();
        try (var lane =
                GroupCommit.open(Wrapped.counting(database.lanes(), open), GroupCommitSettings.named("pooled"), gate)) {
            lane.submit(new Add("a", "apples", 1));
            assertThat(database.terminateLane("pooled")).isOne();
            assertThatThrownBy(() -> lane.submit(new Add("b", "apples", 1))).isInstanceOf(NotCommittedException.class);
            assertThat(lane.submit(new Add("c", "apples", 1))).isEqualTo(new Added(2, 2));
            assertThat(open).hasValue(1);
        }
        assertThat(open).hasValue(0);
    }

    @Test
    void callers_wait_while_the_database_is_away_and_are_served_when_it_is_back() throws Exception {
        gate.open();
        try (var lane =
                GroupCommit.open(database.lanesThrough(proxy.port()), GroupCommitSettings.named("away"), gate)) {
            proxy.refuseConnections(true);
            var call = Callers.call(() -> lane.submit(new Add("key", "apples", 1)));
            await().until(() -> call.thread().getState() == Thread.State.WAITING);
            proxy.refuseConnections(false);
            assertThat(call.result()).isEqualTo(new Added(1, 1));
        }
    }

    /// The first is in the lane's hand, the other behind it in the queue; neither waits with a timer of its own.
    @Test
    void callers_with_patience_of_seconds_are_woken_wherever_they_wait() throws Exception {
        gate.open();
        try (var lane =
                GroupCommit.open(database.lanesThrough(proxy.port()), GroupCommitSettings.named("woken"), gate)) {
            proxy.refuseConnections(true);
            var first = Callers.call(() -> lane.submit(new Add("first", "apples", 1), Duration.ofSeconds(2)));
            await().until(() -> first.thread().getState() == Thread.State.WAITING && lane.queued() == 0);
            var second = Callers.call(() -> lane.submit(new Add("second", "apples", 1), Duration.ofSeconds(2)));
            await().until(() -> second.thread().getState() == Thread.State.WAITING);
            assertThat(lane.queued()).isOne();

            assertThat(first.failure()).isInstanceOf(NotCommittedException.class);
            assertThat(second.failure()).isInstanceOf(NotCommittedException.class);
        }
    }

    @Test
    void a_caller_whose_patience_ends_while_the_database_is_away_is_told_why_and_has_no_effect() {
        gate.open();
        try (var lane =
                GroupCommit.open(database.lanesThrough(proxy.port()), GroupCommitSettings.named("gone"), gate)) {
            proxy.refuseConnections(true);
            assertThatThrownBy(() -> lane.submit(new Add("key", "apples", 1), Duration.ofSeconds(1)))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("without its database")
                    .hasCauseInstanceOf(SQLException.class);
            proxy.refuseConnections(false);
            assertThat(lane.submit(new Add("other", "apples", 1))).isEqualTo(new Added(1, 1));
        }
        assertThat(database.number("SELECT count(*) FROM claim WHERE key = 'key'"))
                .isZero();
    }

    @Test
    void a_driver_that_fails_with_a_runtime_exception_when_connecting_is_tried_again() {
        var attempts = new AtomicInteger();
        gate.open();
        var flaky = Wrapped.failingToConnect(database.lanes(), () -> {
            if (attempts.incrementAndGet() < 3) {
                throw new IllegalStateException("no pool today");
            }
        });
        try (var lane = GroupCommit.open(flaky, GroupCommitSettings.named("flaky"), gate)) {
            assertThat(lane.submit(new Add("key", "apples", 1))).isEqualTo(new Added(1, 1));
            assertThat(attempts).hasValue(3);
        }
    }

    private static int pid(Connection db) throws SQLException {
        try (var statement = db.createStatement();
                var row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            return row.getInt(1);
        }
    }

    private CommitProxy proxy() {
        try {
            return new CommitProxy(database.lanes().getPortNumbers()[0]);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
