package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Callers who stop waiting: while queued they are sure of no effect, once taken nobody knows.
class WithdrawalTest {

    private final Database database = Database.fresh();
    private final Gate<Add, Added> gate = new Gate<>(new Counters());

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @Test
    void a_request_whose_patience_ends_in_the_queue_is_never_run() throws Exception {
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("queue"), gate)) {
            var first = Callers.call(() -> lane.submit(new Add("first", "apples", 1)));
            gate.awaitBatch();
            assertThatThrownBy(() -> lane.submit(new Add("late", "apples", 1), Duration.ofMillis(50)))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("withdrawn from the queue")
                    .hasCauseInstanceOf(TimeoutException.class);
            assertThat(lane.queued()).isOne();
            gate.open();
            first.result();
            assertThat(lane.submit(new Add("next", "apples", 1))).isEqualTo(new Added(2, 2));
            assertThat(lane.queued()).isZero();
        }
        assertThat(gate.batches()).hasSize(2);
    }

    @Test
    void a_request_that_waits_for_its_half_of_a_batch_can_be_withdrawn() throws Exception {
        var settings = GroupCommitSettings.named("half").withPatience(Duration.ofSeconds(3));
        try (var lane = GroupCommit.open(database.lanes(), settings, gate)) {
            Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
            gate.awaitBatch();
            var calls = Callers.queued(
                    lane, List.of(new Add("a", "apples", 1), new Add("b", "apples", 5_000), new Add("c", "apples", 1)));
            gate.letOneThrough();
            gate.awaitBatch();
            gate.letOneThrough();
            gate.awaitBatch();
            assertThat(calls.get(0).failure()).isInstanceOf(UnclearCommitException.class);
            assertThat(calls.get(1).failure()).isInstanceOf(NotCommittedException.class);
            assertThat(calls.get(2).failure()).isInstanceOf(NotCommittedException.class);
            gate.open();
            assertThat(lane.submit(new Add("next", "apples", 1))).isEqualTo(new Added(2, 2));
        }
        assertThat(database.texts("SELECT key FROM claim WHERE counter = 'apples'"))
                .containsExactlyInAnyOrder("a", "next");
    }

    @Test
    void a_request_whose_patience_ends_once_taken_is_unclear_and_may_be_done() throws Exception {
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("taken"), gate)) {
            var connects = Callers.call(() -> lane.submit(new Add("connects", "pears", 1)));
            gate.awaitBatch();
            gate.letOneThrough();
            connects.result();
            var call = Callers.call(() -> lane.submit(new Add("key", "apples", 1), Duration.ofSeconds(2)));
            gate.awaitBatch();
            assertThat(call.failure())
                    .isInstanceOf(UnclearCommitException.class)
                    .hasMessageContaining("send the request again under the same key");
            gate.open();
            assertThat(lane.submit(new Add("key", "apples", 1))).isEqualTo(new Added(1, 1));
        }
        assertThat(database.number("SELECT value FROM counter WHERE name = 'apples'"))
                .isOne();
    }

    @Test
    void an_interrupted_caller_withdraws_and_stays_interrupted() throws Exception {
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("interrupt"), gate)) {
            var first = Callers.call(() -> lane.submit(new Add("first", "apples", 1)));
            gate.awaitBatch();
            var call = Callers.call(() -> {
                assertThatThrownBy(() -> lane.submit(new Add("interrupted", "apples", 1)))
                        .isInstanceOf(NotCommittedException.class)
                        .hasCauseInstanceOf(InterruptedException.class);
                return Thread.currentThread().isInterrupted();
            });
            await().until(() -> lane.queued() == 1);
            call.thread().interrupt();
            assertThat(call.result()).isTrue();
            first.thread().interrupt();
            assertThat(first.failure()).isInstanceOf(UnclearCommitException.class);
            gate.open();
        }
        assertThat(database.number("SELECT count(*) FROM claim WHERE key = 'interrupted'"))
                .isZero();
    }

    @Test
    void a_caller_already_interrupted_is_not_even_queued() throws Exception {
        gate.open();
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("before"), gate)) {
            var call = Callers.call(() -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> lane.submit(new Add("key", "apples", 1)))
                        .isInstanceOf(NotCommittedException.class);
                return Thread.currentThread().isInterrupted();
            });
            assertThat(call.result()).isTrue();
        }
        assertThat(gate.batches()).isEmpty();
    }

    @Test
    void nonsense_is_refused_before_it_is_queued() {
        gate.open();
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("nonsense"), gate)) {
            assertThatThrownBy(() -> lane.submit(null)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> lane.submit(new Add("key", "apples", 1), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("PT0S");
            assertThat(lane.submit(new Add("key", "apples", 1), Duration.ofDays(1_000_000)))
                    .isEqualTo(new Added(1, 1));
        }
    }

    /// Patience about as long as a batch takes: every caller races with the lane, and the database must agree with
    /// what each was told.
    @Test
    void whoever_wins_the_race_between_withdrawing_and_taking_the_answer_is_true() throws Exception {
        gate.open();
        var seed = System.nanoTime();
        var random = new Random(seed);
        var answers = new ArrayList<Answered>();
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("race"), gate)) {
            lane.submit(new Add("connects", "apples", 1));
            for (int round = 0; round < 20; round++) {
                var calls = new ArrayList<Callers.Call<Answered>>();
                for (int i = 0; i < 100; i++) {
                    var add = new Add("key " + round + " " + i, "apples", 1);
                    var patience = switch (random.nextInt(10)) {
                        case 0 -> Duration.ofNanos(1);
                        case 1 -> Duration.ofMinutes(1);
                        default -> Duration.ofNanos(random.nextLong(50_000, 8_000_000));
                    };
                    calls.add(Callers.call(() -> submit(lane, add, patience)));
                }
                for (var call : calls) {
                    answers.add(call.result());
                }
            }
        }
        // Only now, with the lane closed, is the database final: a withdrawn request might have been run later.
        var claims = database.texts("SELECT key FROM claim");
        var told = new EnumMap<Told, Integer>(Told.class);
        for (var answer : answers) {
            told.merge(answer.told(), 1, Integer::sum);
            var done = claims.contains(answer.key());
            switch (answer.told()) {
                case DONE -> assertThat(done).as("seed %d, %s", seed, answer).isTrue();
                case NOT -> assertThat(done).as("seed %d, %s", seed, answer).isFalse();
                case UNCLEAR -> {
                    // Either way is what the caller was told.
                }
            }
        }
        assertThat(told).as("seed %d", seed).containsKeys(Told.DONE, Told.NOT);
        assertThat(database.number("SELECT value FROM counter")).isEqualTo(claims.size());
    }

    private enum Told {
        DONE,
        NOT,
        UNCLEAR
    }

    private record Answered(String key, Told told) {}

    private static Answered submit(GroupCommit<Add, Added> lane, Add add, Duration patience) {
        try {
            lane.submit(add, patience);
            return new Answered(add.key(), Told.DONE);
        } catch (NotCommittedException e) {
            return new Answered(add.key(), Told.NOT);
        } catch (UnclearCommitException e) {
            return new Answered(add.key(), Told.UNCLEAR);
        }
    }
}
