package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Data the database refuses (SQLSTATE classes 22 and 23): the batch is split until the culprits are alone.
class DataErrorTest {

    private static final String NAME_TOO_LONG = "x".repeat(30);

    private final Database database = Database.fresh();
    private final Gate<Add, Added> gate = new Gate<>(new Counters());

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @Test
    void a_refused_request_alone_is_rejected_with_the_databases_words() {
        gate.open();
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("alone"), gate)) {
            assertThatThrownBy(() -> lane.submit(new Add("key", "apples", 5_000)))
                    .isInstanceOf(RejectedRequestException.class)
                    .hasMessageContaining("claim_amount_small")
                    .extracting(e -> ((SQLException) e.getCause()).getSQLState())
                    .isEqualTo("23514");
            assertThatThrownBy(() -> lane.submit(new Add("key", NAME_TOO_LONG, 1)))
                    .isInstanceOf(RejectedRequestException.class)
                    .extracting(e -> ((SQLException) e.getCause()).getSQLState())
                    .isEqualTo("22001");
            assertThat(lane.submit(new Add("key", "apples", 1))).isEqualTo(new Added(1, 1));
        }
    }

    @Test
    void only_the_culprits_of_a_batch_fail_and_the_others_keep_their_order() throws Exception {
        var culprits = Set.of(0, 7, 8, 40, 99);
        var requests = IntStream.range(0, 100)
                .mapToObj(i -> switch (i) {
                    case 0, 40 -> new Add("key " + i, "apples", 5_000);
                    case 7, 8, 99 -> new Add("key " + i, NAME_TOO_LONG, 1);
                    default -> new Add("key " + i, "apples", 1);
                })
                .toList();
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("culprits"), gate)) {
            Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
            gate.awaitBatch();
            var calls = Callers.queued(lane, requests);
            gate.open();
            long change = 0;
            for (int i = 0; i < 100; i++) {
                if (culprits.contains(i)) {
                    assertThat(calls.get(i).failure()).isInstanceOf(RejectedRequestException.class);
                } else {
                    change++;
                    assertThat(calls.get(i).result()).isEqualTo(new Added(change, change));
                }
            }
        }
        assertThat(database.number("SELECT value FROM counter WHERE name = 'apples'"))
                .isEqualTo(95);
    }

    @Test
    void every_half_is_a_transaction_of_its_own() throws Exception {
        var requests = List.of(
                new Add("a", "apples", 1),
                new Add("b", "apples", 1),
                new Add("c", "apples", 5_000),
                new Add("d", "apples", 1));
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("halves"), gate)) {
            Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
            gate.awaitBatch();
            var calls = Callers.queued(lane, requests);
            gate.open();
            assertThat(calls.get(3).result()).isEqualTo(new Added(3, 3));
        }
        assertThat(gate.batches().stream().skip(1).map(List::size)).containsExactly(4, 2, 2, 1, 1);
    }

    @Test
    void a_constraint_checked_at_commit_is_a_data_error_too() throws Exception {
        database.asOwner("""
                CREATE FUNCTION refuse_seven() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    RAISE 'no sevens' USING ERRCODE = 'check_violation';
                END $$
                """, """
                CREATE CONSTRAINT TRIGGER claim_no_seven AFTER INSERT ON claim DEFERRABLE INITIALLY DEFERRED
                   FOR EACH ROW WHEN (new.amount = 7) EXECUTE FUNCTION refuse_seven()
                """);
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("deferred"), gate)) {
            Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
            gate.awaitBatch();
            var calls = Callers.queued(
                    lane, List.of(new Add("a", "apples", 1), new Add("b", "apples", 7), new Add("c", "apples", 2)));
            gate.open();
            assertThat(calls.get(0).result()).isEqualTo(new Added(1, 1));
            assertThat(calls.get(1).failure()).isInstanceOf(RejectedRequestException.class);
            assertThat(calls.get(2).result()).isEqualTo(new Added(2, 3));
        }
        assertThat(database.number("SELECT count(*) FROM claim WHERE key = 'b'"))
                .isZero();
    }

    @Test
    void a_batch_of_nothing_but_culprits_ends_too() throws Exception {
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("all"), gate)) {
            Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
            gate.awaitBatch();
            var bad = new ArrayList<Add>();
            for (int i = 0; i < 33; i++) {
                bad.add(new Add("key " + i, "apples", 5_000));
            }
            var calls = Callers.queued(lane, bad);
            gate.open();
            for (var call : calls) {
                assertThat(call.failure()).isInstanceOf(RejectedRequestException.class);
            }
        }
        assertThat(database.number("SELECT count(*) FROM claim")).isOne();
    }
}
