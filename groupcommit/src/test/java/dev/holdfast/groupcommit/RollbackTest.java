package dev.holdfast.groupcommit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.groupcommit.Callers.Call;
import dev.holdfast.groupcommit.Counters.Add;
import dev.holdfast.groupcommit.Counters.Added;
import java.sql.SQLException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What callers are told when their batch is rolled back, and that the lane goes on.
class RollbackTest {

    private final Database database = Database.fresh();
    private final Counters counters = new Counters();

    @BeforeEach
    void createTables() {
        database.asOwner(Counters.SCHEMA);
    }

    @Test
    void too_few_results_roll_back_and_the_lane_lives_on() {
        spoiltOnce(results -> results.subList(0, results.size() - 1), "gave 0 results for 1 requests");
    }

    @Test
    void too_many_results_roll_back_and_the_lane_lives_on() {
        spoiltOnce(results -> Collections.nCopies(2, results.getFirst()), "gave 2 results for 1 requests");
    }

    @Test
    void no_result_list_rolls_back_and_the_lane_lives_on() {
        spoiltOnce(results -> null, "gave no list for 1 requests");
    }

    @Test
    void a_result_list_that_throws_when_read_rolls_back() {
        spoiltOnce(
                results -> new AbstractList<>() {
                    @Override
                    public Added get(int index) {
                        throw new IllegalStateException("lazy and wrong");
                    }

                    @Override
                    public int size() {
                        return results.size();
                    }
                },
                "lazy and wrong");
    }

    @Test
    void a_runtime_exception_rolls_back_and_the_lane_lives_on() {
        spoiltOnce(
                results -> {
                    throw new IllegalArgumentException("a defect");
                },
                "a defect");
    }

    @Test
    void an_error_rolls_back_and_the_lane_lives_on() {
        spoiltOnce(
                results -> {
                    throw new StackOverflowError("too deep");
                },
                "too deep");
    }

    @Test
    void a_defect_is_told_to_everybody_in_the_batch() throws Exception {
        var gate = new Gate<Add, Added>((db, requests) -> {
            counters.run(db, requests);
            throw new IllegalStateException("a defect");
        });
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("defect"), gate)) {
            var calls = threeInABatchHeld(lane, gate);
            gate.open();
            for (var call : calls) {
                assertThat(call.failure())
                        .isInstanceOf(NotCommittedException.class)
                        .hasMessageContaining("a defect")
                        .hasRootCauseInstanceOf(IllegalStateException.class);
            }
        }
        assertThat(database.number("SELECT count(*) FROM claim")).isZero();
    }

    @Test
    void a_statement_that_cannot_work_is_no_reason_to_try_again() {
        var runs = new AtomicInteger();
        try (var lane = GroupCommit.open(
                database.lanes(), GroupCommitSettings.named("typo"), (BatchWork<String, String>) (db, requests) -> {
                    runs.incrementAndGet();
                    try (var statement = db.createStatement()) {
                        statement.execute("SELECT nothing FROM nowhere");
                    }
                    return requests;
                })) {
            assertThatThrownBy(() -> lane.submit("x"))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("nowhere");
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void an_error_the_batch_function_swallowed_is_no_commit() {
        swallowedIsNoCommit(database.lanes());
    }

    @Test
    void an_error_swallowed_behind_a_wrapper_of_the_driver_is_no_commit() {
        swallowedIsNoCommit(Wrapped.hidingTheDriver(database.lanes()));
    }

    private void swallowedIsNoCommit(DataSource dataSource) {
        BatchWork<Add, Added> work = (db, requests) -> {
            var results = counters.run(db, requests);
            try (var statement = db.createStatement()) {
                statement.execute("SELECT 1 FROM nowhere");
            } catch (SQLException e) {
                // PostgreSQL will answer COMMIT with ROLLBACK, and call that a success.
            }
            return results;
        };
        try (var lane = GroupCommit.open(dataSource, GroupCommitSettings.named("swallowed"), work)) {
            assertThatThrownBy(() -> lane.submit(new Add("key", "apples", 1)))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("aborted");
        }
        assertThat(database.number("SELECT count(*) FROM claim")).isZero();
    }

    @Test
    void two_changes_for_one_row_are_noticed_and_rolled_back() {
        database.asOwner("INSERT INTO counter VALUES ('apples', 0, 0)");
        try (var lane =
                GroupCommit.open(database.lanes(), GroupCommitSettings.named("unfolded"), (BatchWork<Long, Boolean>)
                        (db, requests) -> {
                            Writes.of(db)
                                    .add(Write.of("""
                                    UPDATE counter
                                       SET value = value + new.amount
                                      FROM unnest(?::text[], ?::bigint[]) AS new (name, amount)
                                     WHERE counter.name = new.name
                                    """, List.of(new String[] {"apples", "apples"}, new long[] {1, 2}))
                                            .touching(2));
                            return Collections.nCopies(requests.size(), true);
                        })) {
            assertThatThrownBy(() -> lane.submit(1L))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining("touched 1 rows instead of 2");
        }
        assertThat(database.number("SELECT value FROM counter")).isZero();
    }

    @Test
    void a_null_is_a_result_like_any_other() {
        try (var lane =
                GroupCommit.open(database.lanes(), GroupCommitSettings.named("null"), (BatchWork<String, String>)
                        (db, requests) -> Arrays.asList(new String[requests.size()]))) {
            assertThat(lane.submit("x")).isNull();
        }
    }

    @Test
    void the_requests_of_a_batch_cannot_be_changed_by_its_function() {
        try (var lane = GroupCommit.open(
                database.lanes(), GroupCommitSettings.named("changed"), (BatchWork<String, String>) (db, requests) -> {
                    requests.clear();
                    return requests;
                })) {
            assertThatThrownBy(() -> lane.submit("x")).isInstanceOf(NotCommittedException.class);
        }
    }

    private interface Spoiling {
        List<Added> spoil(List<Added> results);
    }

    private void spoiltOnce(Spoiling how, String message) {
        var runs = new AtomicInteger();
        BatchWork<Add, Added> work = (db, requests) -> {
            var results = counters.run(db, requests);
            return runs.incrementAndGet() == 1 ? how.spoil(results) : results;
        };
        try (var lane = GroupCommit.open(database.lanes(), GroupCommitSettings.named("spoilt"), work)) {
            assertThatThrownBy(() -> lane.submit(new Add("first", "apples", 1)))
                    .isInstanceOf(NotCommittedException.class)
                    .hasMessageContaining(message);
            assertThat(database.number("SELECT count(*) FROM claim")).isZero();
            assertThat(lane.submit(new Add("second", "apples", 1))).isEqualTo(new Added(1, 1));
            assertThat(runs).hasValue(2);
        }
    }

    /// Three requests that will make one batch, once the batch at the gate is through.
    static List<Call<Added>> threeInABatchHeld(GroupCommit<Add, Added> lane, Gate<Add, Added> gate) throws Exception {
        Callers.call(() -> lane.submit(new Add("first", "pears", 1)));
        gate.awaitBatch();
        var calls = Callers.queued(
                lane,
                IntStream.range(0, 3)
                        .mapToObj(i -> new Add("key " + i, "apples", 1))
                        .toList());
        gate.letOneThrough();
        return calls;
    }
}
