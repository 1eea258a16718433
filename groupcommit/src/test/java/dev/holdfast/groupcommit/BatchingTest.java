package dev.holdfast.groupcommit;

import static java.util.stream.IntStream.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.groupcommit.Callers.Call;
import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How batches form.
class BatchingTest {

    private final Database database = Database.fresh();
    private final Gate<Add, Added> gate = new Gate<>(new Counters());

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @Test
    void an_idle_lane_takes_a_single_request_at_once() {
        gate.open();
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("idle"), gate)) {
            for (int i = 0; i < 5; i++) {
                assertThat(lane.submit(new Add("key " + i, "apples", 2))).isEqualTo(new Added(i + 1, 2 * (i + 1)));
            }
        }
        assertThat(gate.batches()).hasSize(5).allMatch(batch -> batch.size() == 1);
    }

    @Test
    void everything_queued_during_a_batch_goes_together_in_the_next_in_the_order_it_came() throws Exception {
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("together"), gate)) {
            var first = Callers.call(() -> lane.submit(new Add("first", "apples", 1)));
            gate.awaitBatch();
            var requests = adds(0, 50);
            var rest = Callers.queued(lane, requests);
            gate.open();
            assertThat(first.result()).isEqualTo(new Added(1, 1));
            for (int i = 0; i < rest.size(); i++) {
                assertThat(rest.get(i).result()).isEqualTo(new Added(i + 2, i + 2));
            }
            assertThat(gate.batches()).containsExactly(List.of(new Add("first", "apples", 1)), requests);
        }
    }

    @Test
    void a_batch_takes_no_more_than_its_limit_and_leaves_the_rest_in_order() throws Exception {
        var settings = GroupCommitSettings.named("limited").withMaxBatch(20);
        try (var lane = GroupCommit.open(database.lanes(), settings, gate)) {
            Callers.call(() -> lane.submit(new Add("first", "apples", 1)));
            gate.awaitBatch();
            var requests = adds(0, 50);
            var rest = Callers.queued(lane, requests);
            gate.open();
            for (var call : rest) {
                call.result();
            }
            assertThat(gate.batches().stream().map(List::size)).containsExactly(1, 20, 20, 10);
            assertThat(gate.batches().stream().skip(1).flatMap(List::stream)).containsExactlyElementsOf(requests);
        }
    }

    @Test
    void the_same_key_twice_in_one_batch_happens_once_and_answers_the_same() throws Exception {
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("twice"), gate)) {
            Callers.call(() -> lane.submit(new Add("first", "apples", 1)));
            gate.awaitBatch();
            var add = new Add("twice", "apples", 5);
            var calls = Callers.queued(lane, List.of(add, add));
            gate.open();
            assertThat(calls.get(0).result()).isEqualTo(new Added(2, 6));
            assertThat(calls.get(1).result()).isEqualTo(new Added(2, 6));
        }
        assertThat(database.number("SELECT value FROM counter")).isEqualTo(6);
    }

    @Test
    void ten_thousand_virtual_threads_at_once_get_each_their_own_answer() throws Exception {
        gate.open();
        var settings = GroupCommitSettings.named("crowd").withPatience(Duration.ofMinutes(1));
        try (var lane = GroupCommit.open(database.lanes(), settings, gate)) {
            var calls = new ArrayList<Call<Added>>();
            for (var add : adds(0, 10_000)) {
                calls.add(Callers.call(() -> lane.submit(add)));
            }
            var changes = new HashSet<Long>();
            for (var call : calls) {
                changes.add(call.result().change());
            }
            assertThat(changes)
                    .containsExactlyInAnyOrderElementsOf(
                            LongStream.rangeClosed(1, 10_000).boxed().toList());
        }
        assertThat(database.number("SELECT value FROM counter")).isEqualTo(10_000);
    }

    @Test
    void a_full_queue_refuses_one_more_and_takes_again_when_there_is_room() throws Exception {
        var settings = GroupCommitSettings.named("full").withMaxQueued(3);
        try (var lane = GroupCommit.open(database.lanes(), settings, gate)) {
            var first = Callers.call(() -> lane.submit(new Add("first", "apples", 1)));
            gate.awaitBatch();
            var queued = Callers.queued(lane, adds(0, 3));
            assertThatThrownBy(() -> lane.submit(new Add("one more", "apples", 1)))
                    .isInstanceOf(OverloadedException.class)
                    .hasMessageContaining("3 requests queued")
                    .extracting(e -> ((GroupCommitException) e).lane())
                    .isEqualTo("full");
            gate.open();
            first.result();
            for (var call : queued) {
                call.result();
            }
            assertThat(lane.submit(new Add("later", "apples", 1))).isEqualTo(new Added(5, 5));
        }
        assertThat(database.number("SELECT count(*) FROM claim WHERE key = 'one more'"))
                .isZero();
    }

    @Test
    void a_result_is_given_only_after_its_commit() throws Exception {
        gate.open();
        var seen = new ConcurrentLinkedQueue<Long>();
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("durable"), gate)) {
            var calls = adds(0, 20).stream()
                    .map(add -> Callers.call(() -> {
                        lane.submit(add);
                        seen.add(database.number(
                                "SELECT count(*) FROM claim WHERE change IS NOT NULL AND key = '" + add.key() + "'"));
                        return true;
                    }))
                    .toList();
            for (var call : calls) {
                call.result();
            }
        }
        assertThat(seen).hasSize(20).containsOnly(1L);
    }

    @Test
    void a_lane_names_its_session_and_rests_outside_a_transaction() {
        gate.open();
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("o'name"), gate)) {
            lane.submit(new Add("key", "apples", 1));
            assertThat(database.number("SELECT count(*) FROM pg_stat_activity WHERE state = 'idle'"
                            + " AND application_name = 'holdfast-lane-o''name'"))
                    .isOne();
        }
    }

    @Test
    void a_lane_cannot_wait_for_itself() {
        var inner = new GroupCommit<?, ?>[1];
        try (GroupCommit<String, String> lane =
                GroupCommit.open(database.lanes(), GroupCommitSettings.named("itself"), (db, requests) -> {
                    @SuppressWarnings("unchecked")
                    var itself = (GroupCommit<String, String>) inner[0];
                    return List.of(itself.submit("inner"));
                })) {
            inner[0] = lane;
            assertThatThrownBy(() -> lane.submit("outer"))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("would wait for itself");
        }
    }

    private static List<Add> adds(int from, int count) {
        return range(from, from + count)
                .mapToObj(i -> new Add("key " + i, "apples", 1))
                .toList();
    }
}
