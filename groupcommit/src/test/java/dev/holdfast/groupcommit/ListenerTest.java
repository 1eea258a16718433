package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.groupcommit.CommitProxy.Cut;
import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a lane tells its listener.
class ListenerTest {

    private final Database database = Database.fresh();
    private final Gate<Add, Added> gate = new Gate<>(new Counters());
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<Duration> waits = new LinkedBlockingQueue<>();

    private final BatchListener listener = new BatchListener() {
        @Override
        public void committed(String lane, int size, Duration longestWait, Duration work, Duration commit) {
            assertThat(work).isPositive();
            assertThat(commit).isPositive();
            waits.add(longestWait);
            heard.add(lane + " committed " + size);
        }

        @Override
        public void rolledBack(String lane, int size, Throwable cause) {
            heard.add(lane + " rolled back " + size);
        }

        @Override
        public void commitLost(String lane, int size, Throwable cause) {
            heard.add(lane + " lost " + size);
        }
    };

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @Test
    void it_hears_of_every_batch_its_size_and_how_long_its_first_request_waited() throws Exception {
        var settings = GroupCommitSettings.named("heard").withListener(listener);
        try (var lane = GroupCommit.open(database.lanes(), settings, gate)) {
            RollbackTest.threeInABatchHeld(lane, gate);
            assertThat(next()).isEqualTo("heard committed 1");
            gate.open();
            assertThat(next()).isEqualTo("heard committed 3");
            assertThat(waits).hasSize(2).allMatch(wait -> !wait.isNegative());
        }
    }

    @Test
    void it_hears_of_rollbacks_and_of_the_parts_of_a_split_batch() throws Exception {
        var settings = GroupCommitSettings.named("split").withListener(listener);
        try (var lane = GroupCommit.open(database.lanes(), settings, gate)) {
            Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
            gate.awaitBatch();
            Callers.queued(lane, List.of(new Add("bad", "apples", 5_000), new Add("good", "apples", 1)));
            gate.open();
            assertThat(next()).isEqualTo("split committed 1");
            assertThat(next()).isEqualTo("split rolled back 2");
            assertThat(next()).isEqualTo("split rolled back 1");
            assertThat(next()).isEqualTo("split committed 1");
        }
    }

    @Test
    void it_hears_of_a_lost_commit_and_of_the_one_that_cleared_it_up() throws Exception {
        gate.open();
        var settings = GroupCommitSettings.named("lost").withListener(listener);
        try (var proxy = new CommitProxy(database.lanes().getPortNumbers()[0]);
                var lane = GroupCommit.open(database.lanesThrough(proxy.port()), settings, gate)) {
            lane.submit(new Add("first", "apples", 1));
            proxy.cutNextCommit(Cut.AFTER_THE_SERVER);
            lane.submit(new Add("second", "apples", 1));
            assertThat(next()).isEqualTo("lost committed 1");
            assertThat(next()).isEqualTo("lost lost 1");
            assertThat(next()).isEqualTo("lost committed 1");
        }
    }

    @Test
    void one_that_throws_does_no_harm() {
        gate.open();
        BatchListener throwing = new BatchListener() {
            @Override
            public void committed(String lane, int size, Duration longestWait, Duration work, Duration commit) {
                throw new IllegalStateException("a listener's defect");
            }
        };
        var settings = GroupCommitSettings.named("throwing").withListener(throwing);
        try (var lane = GroupCommit.open(database.lanes(), settings, gate)) {
            for (int i = 1; i <= 3; i++) {
                assertThat(lane.submit(new Add("key " + i, "apples", 1))).isEqualTo(new Added(i, i));
            }
        }
    }

    private String next() throws InterruptedException {
        return heard.poll(30, TimeUnit.SECONDS);
    }
}
